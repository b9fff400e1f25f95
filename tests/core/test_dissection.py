from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from vae_core.dissection import dissect
from vae_core.events import Step
from vae_core.training import TrainingRun

MakeRun = Callable[..., TrainingRun]


def to_step(run: TrainingRun, step: int) -> Step:
    return next(event for event in run.events() if isinstance(event, Step) and event.step == step)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"encoder_sees": "drawn"},
        {"likelihood": "gaussian"},
        {"family": "ae"},
        {"latent_dim": 5},
        {"beta": 3.0},
        {"pixel_reduction": "mean", "kl_reduction": "mean"},
        {"kl_warmup": 0.9, "epochs": 20.0},
    ],
    ids=str,
)
def test_the_parts_are_those_of_the_step_that_follows(make_run: MakeRun, settings: dict[str, Any]) -> None:
    run = make_run(**settings)
    to_step(run, 3)
    parts = dissect(run, count=10_000)
    assert parts.step == 4
    assert len(parts.x) == parts.batch_size
    step = to_step(run, 4)
    assert float(parts.reconstruction.mean()) == pytest.approx(step.terms["reconstruction"], rel=1e-4)
    assert parts.weights is not None
    weight, kl_weight = parts.weights
    loss = weight * parts.reconstruction.mean() + kl_weight * parts.kl.mean()
    assert float(loss) == pytest.approx(step.terms["loss"], rel=1e-3)
    if "kl" in step.terms:
        assert float(parts.kl.mean()) == pytest.approx(step.terms["kl"], rel=1e-3)


@pytest.mark.parametrize("family", ["capacity", "tcvae", "infovae", "iwae"])
def test_a_loss_that_is_no_weighted_sum_of_the_two_terms_is_not_told_as_one(
    make_run: MakeRun, family: str
) -> None:
    run = make_run(family=family, **({"samples": 1} if family == "iwae" else {}))
    to_step(run, 3)
    parts = dissect(run, count=10_000)
    assert parts.weights is None
    step = to_step(run, 4)
    assert float(parts.reconstruction.mean()) == pytest.approx(step.terms["reconstruction"], rel=1e-4)
    assert dissect(make_run(free_bits=0.5)).weights is None


def test_taking_a_step_apart_does_not_change_the_run(make_run: MakeRun) -> None:
    looked, other = make_run(), make_run()
    for run in (looked, other):
        to_step(run, 2)
    for _ in range(3):
        dissect(looked)
    for run in (looked, other):
        for _ in run.events():
            pass
    for name, value in looked.model.state_dict().items():
        assert torch.equal(value, other.model.state_dict()[name])


def test_z_is_mu_plus_sigma_epsilon_and_epsilon_is_drawn_anew_for_each_step(make_run: MakeRun) -> None:
    run = make_run()
    to_step(run, 1)
    first = dissect(run)
    to_step(run, 2)
    second = dissect(run)
    np.testing.assert_allclose(first.z, first.mu + first.sigma * first.epsilon, rtol=1e-6)
    assert not np.array_equal(first.epsilon, second.epsilon)
    assert len(first.x) == 8
    assert first.decoded.shape == first.x.shape


def test_drawn_pixels_are_shown_as_the_encoder_sees_them(make_run: MakeRun) -> None:
    run = make_run(encoder_sees="drawn")
    parts = dissect(run)
    assert set(np.unique(parts.seen)) <= {0.0, 1.0}
    assert len(np.unique(parts.x)) > 2


def test_an_autoencoder_has_no_spread_and_no_divergence(make_run: MakeRun) -> None:
    parts = dissect(make_run(family="ae"))
    assert parts.weights == (1.0, 0.0)
    assert not parts.sigma.any()
    assert not parts.kl.any()
    np.testing.assert_array_equal(parts.z, parts.mu)
