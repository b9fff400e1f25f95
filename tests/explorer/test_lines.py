from __future__ import annotations

import ast

import pytest

from explorer import measures
from explorer.lines import LINES, ROOT, source
from vae_core.models import MODELS
from vae_core.posteriors import DiagonalGaussian
from vae_core.trained import TrainedModel

COUNTED = {"iwae_standard_error", "codes_used"}
"""Said in full by their names."""


def test_every_measure_has_a_line() -> None:
    assert measures.WORDS.keys() - COUNTED == LINES.keys() - {"loss"}


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_code_as_it_stands_in_its_file_without_its_docstring(name: str, vae: TrainedModel) -> None:
    found = source(LINES[name].code_of(vae))
    (tree,) = ast.parse(found.code).body
    assert isinstance(tree, ast.FunctionDef)
    assert ast.get_docstring(tree) is None
    place, _, number = found.place.partition(", line ")
    lines = (ROOT / place).read_text("utf-8").splitlines()
    assert lines[int(number) - 1].strip() == found.code.splitlines()[0]


def test_the_loss_is_the_models_own(vae: TrainedModel, ae: TrainedModel) -> None:
    own = [source(LINES["loss"].code_of(model)) for model in (vae, ae)]
    assert own[0].code != own[1].code
    assert own[0].place.startswith("vae_core/models/vae.py")
    assert source(MODELS["vae"].loss) == own[0]


def test_the_kl_is_the_formula_that_is_taught() -> None:
    code = source(DiagonalGaussian.kl_per_dimension).code
    assert "0.5" in code
    assert "logvar" in code
