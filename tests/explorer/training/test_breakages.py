"""What each mistake is said to do, it does."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import pytest
import torch

from explorer.lines import source
from explorer.training.break_plan import Breakage, BreakPlan
from explorer.training.breakages import BREAKAGES, SIGMA, exact_copies_cost
from vae_core.datasets import ImageDataset, as_float
from vae_core.evaluation import Metrics, evaluate
from vae_core.likelihoods import Bernoulli, ContinuousBernoulli
from vae_core.models import KNOWN, MODELS, model_config_from_json, model_config_to_json
from vae_core.runs import freeze
from vae_core.side_by_side import SideBySide
from vae_core.trained import TrainedModel

Numbers = dict[str, float]


def _collapsed(right: Numbers, broken: Numbers) -> None:
    assert broken["kl"] < 0.1
    assert broken["active_units"] == 0
    assert broken["mse"] > 1.5 * right["mse"]


def _far_from_the_prior(right: Numbers, broken: Numbers) -> None:
    assert broken["kl"] > 1000 * right["kl"]


def _closer_copies_and_a_worse_bound(right: Numbers, broken: Numbers) -> None:
    assert broken["reconstruction"] < right["reconstruction"]
    assert broken["kl"] > 2 * right["kl"]
    assert broken["elbo"] < right["elbo"]


def _only_the_number_is_off(right: Numbers, broken: Numbers) -> None:
    off = 64 / 2 * math.log(2 * math.pi * SIGMA**2)
    assert broken["elbo"] - right["elbo"] == pytest.approx(off, abs=1e-3)
    for name in ("kl", "mse", "knn_accuracy", "active_units"):
        assert broken[name] == right[name]


def _less_of_a_code_and_no_density(right: Numbers, broken: Numbers) -> None:
    assert broken["kl"] < 0.8 * right["kl"]
    assert broken["reconstruction"] > 0 > right["reconstruction"]


def _collapsed_with_the_better_bound(right: Numbers, broken: Numbers) -> None:
    _collapsed(right, broken)
    assert broken["elbo"] > right["elbo"]


EFFECTS: dict[str, Callable[[Numbers, Numbers], None]] = {
    "sign": _far_from_the_prior,
    "gradient": _collapsed,
    "mean": _collapsed,
    "zero": _closer_copies_and_a_worse_bound,
    "thousand": _collapsed,
    "constant": _only_the_number_is_off,
    "grey": _less_of_a_code_and_no_density,
    "strong": _collapsed_with_the_better_bound,
    "rate": _collapsed,
}


@pytest.fixture(scope="module", params=BREAKAGES, ids=lambda breakage: breakage.name)
def trained(request: pytest.FixtureRequest, digits: ImageDataset) -> tuple[Breakage, SideBySide]:
    """A mistake, and the run of the right model and the broken one that the page makes."""
    together = BreakPlan(request.param).prepare(["right", "broken"], digits, lambda _: None)
    for _ in together.events():
        pass
    return request.param, together


def test_a_mistake_does_what_is_told_of_it(
    trained: tuple[Breakage, SideBySide], digits: ImageDataset
) -> None:
    breakage, together = trained
    models = [freeze(run) for run in together.runs.values()]
    metrics = [evaluate(model, digits) for model in models]
    right, broken = ({name: entry["value"] for name, entry in found.items()} for found in metrics)
    assert right["active_units"] == 2
    assert right["kl"] > 1
    EFFECTS[breakage.name](right, broken)
    if breakage.seen is not None:
        told = breakage.seen(*(_with(model, found) for model, found in zip(models, metrics, strict=True)))
        assert f"{abs(_told_of(breakage.name, right, broken, digits)):.1f}" in told


def _with(model: TrainedModel, metrics: Metrics) -> TrainedModel:
    """Return the model as it is once it is measured."""
    return TrainedModel(model.name, dataclasses.replace(model._folder, metrics=metrics))


def _told_of(name: str, right: Numbers, broken: Numbers, digits: ImageDataset) -> float:
    if name == "constant":
        return broken["elbo"] - right["elbo"]
    return exact_copies_cost(digits) if name == "grey" else broken["elbo"]


def test_too_high_a_learning_rate_stops_at_once_and_the_right_one_does_not(
    trained: tuple[Breakage, SideBySide],
) -> None:
    breakage, together = trained
    if breakage.name == "rate":
        right, broken = (
            [record["loss"] for record in run.history if record["kind"] == "validation"]
            for run in together.runs.values()
        )
        early = len(broken) // 5
        assert broken[-1] > 0.98 * broken[early]
        assert right[-1] < 0.96 * right[early]


def test_without_the_constant_weights_are_the_same_to_the_bit(trained: tuple[Breakage, SideBySide]) -> None:
    breakage, together = trained
    if breakage.name == "constant":
        right, broken = (run.model.state_dict() for run in together.runs.values())
        assert all(torch.equal(value, broken[name]) for name, value in right.items())


def test_a_cross_entropy_is_least_at_the_pixels_own_grey_and_not_zero_there(digits: ImageDataset) -> None:
    x = torch.from_numpy(as_float(digits.test.images))
    at_best = Bernoulli().log_prob(x, torch.logit(x, eps=1e-7))
    assert exact_copies_cost(digits) == pytest.approx(-at_best.mean().item(), rel=1e-3)
    for shift in (-0.5, 0.5):
        assert (Bernoulli().log_prob(x, torch.logit(x, eps=1e-7) + shift) < at_best).all()


def test_over_all_greys_an_exponentiated_cross_entropy_adds_up_to_at_most_a_half() -> None:
    x = torch.linspace(0, 1, 1001)
    for logit in (-3.0, 0.0, 1.0):
        mass = torch.trapezoid(torch.exp(x * logit - math.log1p(math.exp(logit))), x).item()
        assert mass <= 0.5 + 1e-6
        normaliser = ContinuousBernoulli().log_normaliser(torch.tensor(logit)).exp().item()
        assert mass == pytest.approx(1 / normaliser, rel=1e-4)


def test_the_setting_that_differs_is_named_where_there_is_one() -> None:
    told = {breakage.name: breakage.settings for breakage in BREAKAGES}
    assert told["zero"] == {"beta": (1.0, 0.0)}
    assert told["rate"] == {"learning_rate": (8e-3, 1.0)}
    assert told["grey"] == {"likelihood": ("continuous_bernoulli", "bernoulli")}
    assert told["sign"] == told["strong"] == told["constant"] == {}


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
    assert {
        "wrong_sign",
        "not_reparameterised",
        "without_constant",
        "too_strong",
    } == KNOWN.keys() - MODELS.keys()
