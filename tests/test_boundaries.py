from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / "explorer" / "state.py"
APP_FILES = sorted({*ROOT.glob("explorer/**/*.py"), *ROOT.glob("streamlit_app.py")} - {STATE})
FIGURES = sorted(ROOT.glob("explorer/figures/**/*.py"))


def imported_modules(tree: ast.AST) -> set[str]:
    """Return the top-level packages that any import statement in `tree` names."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def session_words(tree: ast.AST) -> set[str]:
    """Return which of Streamlit's session state and URL `tree` reaches for, as an attribute or an imported name."""
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    return {"session_state", "query_params"} & (attributes | imported)


@pytest.mark.parametrize("path", APP_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_state_module_touches_session_state_and_the_address_bar(path: Path) -> None:
    assert not session_words(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: str(path.relative_to(ROOT)))
def test_figures_take_arrays_and_know_nothing_of_streamlit(path: Path) -> None:
    assert "streamlit" not in imported_modules(ast.parse(path.read_text(encoding="utf-8")))


def test_the_checks_themselves_see_what_they_look_for() -> None:
    assert session_words(ast.parse("import streamlit as st\nst.session_state['z'] = 0")) == {"session_state"}
    assert session_words(ast.parse("from streamlit import query_params")) == {"query_params"}
    assert imported_modules(ast.parse("def f():\n    import streamlit.components as c")) == {"streamlit"}
