from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import measures
from explorer.lines import LINES, ROOT, source
from explorer.panels.lines import ALL, TITLES
from explorer.view_lines import VIEW_LINES, of_map, of_paths
from vae_core.models import MODELS
from vae_core.posteriors import DiagonalGaussian
from vae_core.trained import TrainedModel, load

COUNTED = {"iwae_standard_error", "codes_used"}
"""Said in full by their names."""


def test_every_measure_has_a_line() -> None:
    assert measures.WORDS.keys() - COUNTED == LINES.keys() - {"loss"}


@pytest.mark.parametrize("name", ALL)
def test_a_line_is_code_as_it_stands_in_its_file_without_its_docstring(name: str, vae: TrainedModel) -> None:
    found = source(ALL[name].code_of(vae))
    (tree,) = ast.parse(found.code).body
    assert isinstance(tree, ast.FunctionDef)
    assert ast.get_docstring(tree) is None
    place, _, number = found.place.partition(", line ")
    lines = (ROOT / place).read_text("utf-8").splitlines()
    assert lines[int(number) - 1].strip() == found.code.splitlines()[0]


def test_every_line_has_one_name_of_its_own() -> None:
    assert TITLES.keys() >= ALL.keys()
    assert all(TITLES.values())
    assert all(line.unit for line in VIEW_LINES.values())
    assert len({TITLES[name] for name in ALL}) == len(ALL)


@pytest.mark.parametrize(
    "path", ["map", "draw", "generate", "interpolate", "directions", "compare", "replay", "measure"]
)
def test_every_page_with_numbers_shows_the_code_behind_them(
    open_page: Callable[..., AppTest], path: str
) -> None:
    page = open_page(path, model="digits-vae-2d")
    (choice,) = [box for box in page.selectbox if box.label == "Number"]
    for name in choice.options:
        page.selectbox(key=choice.key).set_value(next(key for key in ALL if TITLES[key] == name)).run()
        assert not page.exception
        assert any(code.value.startswith(("def ", "@")) for code in page.code)


def test_a_model_has_no_line_for_what_it_does_not_have(
    root: Path, ae: TrainedModel, vae: TrainedModel
) -> None:
    gan = load(root / "checkpoints" / "mnist-gan-2d")
    assert not {"posterior", "nearest", "field.entropy", "field.error"} & set(of_map(gan))
    assert "posterior" not in of_map(ae)
    assert {"posterior", "nearest", "field.ratio"} <= set(of_map(vae))
    assert "geodesic" in of_paths(vae)


def test_the_loss_is_the_models_own(vae: TrainedModel, ae: TrainedModel) -> None:
    own = [source(LINES["loss"].code_of(model)) for model in (vae, ae)]
    assert own[0].code != own[1].code
    assert own[0].place.startswith("vae_core/models/vae.py")
    assert source(MODELS["vae"].loss) == own[0]


def test_the_kl_is_the_formula_that_is_taught() -> None:
    code = source(DiagonalGaussian.kl_per_dimension).code
    assert "0.5" in code
    assert "logvar" in code
