"""What each mistake is said to do, it does."""

from __future__ import annotations

import pytest

from explorer.lines import source
from explorer.training.breakages import BREAKAGES, Breakage, BreakPlan
from vae_core.datasets import ImageDataset
from vae_core.evaluation import evaluate
from vae_core.models import KNOWN, MODELS, model_config_from_json, model_config_to_json
from vae_core.runs import freeze


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.name)
def test_a_mistake_does_what_is_told_of_it(breakage: Breakage, digits: ImageDataset) -> None:
    together = BreakPlan(breakage).prepare(["right", "broken"], digits, lambda _: None)
    for _ in together.events():
        pass
    found = [evaluate(freeze(run), digits) for run in together.runs.values()]
    right, broken = ({name: entry["value"] for name, entry in metrics.items()} for metrics in found)
    assert right["active_units"] == 2
    assert right["kl"] > 1
    if breakage.name == "sign":
        assert broken["kl"] > 1000 * right["kl"]
    elif breakage.name == "zero":
        assert broken["reconstruction"] < right["reconstruction"]
        assert broken["kl"] > 2 * right["kl"]
        assert broken["elbo"] < right["elbo"]
    else:
        assert broken["kl"] < 0.1
        assert broken["active_units"] == 0
        assert broken["mse"] > 1.5 * right["mse"]


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.name)
def test_the_line_it_comes_down_to_is_in_the_broken_code(breakage: Breakage) -> None:
    assert breakage.marked in source(breakage.wrong).code
    if breakage.right != breakage.wrong:
        assert breakage.marked not in source(breakage.right).code


def test_a_mean_over_the_digits_pixels_is_a_beta_of_64(digits: ImageDataset) -> None:
    found = next(breakage for breakage in BREAKAGES if breakage.name == "mean")
    assert found.model.effective_beta(digits.image_shape) == pytest.approx(64)  # type: ignore[union-attr]


def test_broken_models_are_kept_on_disk_and_not_offered() -> None:
    for breakage in BREAKAGES:
        assert model_config_from_json(model_config_to_json(breakage.model)) == breakage.model
    assert {"wrong_sign", "not_reparameterised"} == KNOWN.keys() - MODELS.keys()
