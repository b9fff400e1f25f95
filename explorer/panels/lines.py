"""Show the line: a number's formula and unit, and the code that computes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from explorer import measures, state
from explorer.lines import LINES, source
from explorer.view_lines import VIEW_LINES

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

ALL = LINES | VIEW_LINES
TITLES = (
    {name: line.title for name, line in VIEW_LINES.items()}
    | {name: words.title for name, words in measures.WORDS.items()}
    | {"loss": "Loss"}
)


def draw(trained: TrainedModel, names: Sequence[str], key: str) -> None:
    """Draw the choice among `names`, those that have a line, and the chosen one's formula and code; none in class."""
    known = [name for name in names if name in ALL]
    if not known or state.presenting():
        return
    with st.expander("Show the line: the formula and the code behind a number", icon=":material/code:"):
        chosen = state.choose(key, known, known[0])
        st.selectbox("Number", known, format_func=TITLES.__getitem__, key=key, persist_state="session")
        line = ALL[chosen]
        if line.formula:
            st.latex(line.formula)
        else:
            st.markdown(type(trained.module).objective)
        found = source(line.code_of(trained))
        unit = line.unit or trained.metrics.get(chosen, {}).get("unit", "")
        st.caption(
            f"Unit: {unit}. {found.place}, as it runs here" if unit else f"{found.place}, as it runs here"
        )
        st.code(found.code, language="python")
