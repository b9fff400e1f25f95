from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, distributions, nn

from vae_core.events import Evaluated, Warned
from vae_core.training import COLLAPSE_STEPS, TrainingRun

Fresh = Callable[..., Any]
Drawn = Callable[..., torch.Generator]
MakeRun = Callable[..., TrainingRun]


@given(capacity=st.floats(0, 50), gamma=st.floats(0, 1000), scale=st.floats(0, 1))
def test_the_loss_is_that_of_burgess_and_others(
    capacity: float, gamma: float, scale: float, fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    model = fresh("capacity", capacity=capacity, gamma=gamma)
    terms = model.loss(x, drawn(), scale)
    mu, logvar = model.encoder(x).chunk(2, dim=1)
    q = distributions.Normal(mu, torch.exp(0.5 * logvar))
    kl = distributions.kl_divergence(q, distributions.Normal(0.0, 1.0)).sum(1).mean()
    logits = model.decoder(mu + q.scale * torch.randn(mu.shape, generator=drawn()))
    reconstruction = nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    torch.testing.assert_close(terms["kl"], kl, rtol=1e-4, atol=1e-5)
    expected = reconstruction + gamma * (kl - scale * capacity).abs()
    torch.testing.assert_close(terms["loss"], expected, rtol=1e-4, atol=1e-2)


def test_below_its_capacity_the_kl_is_pushed_up_and_above_it_down(
    fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    slopes = []
    for capacity in (0.0, 100.0):
        model = fresh("capacity", capacity=capacity, gamma=1e4)
        terms = model.loss(x, drawn())
        last = model.encoder[-1].bias
        toward, up = (torch.autograd.grad(terms[name], last, retain_graph=True)[0] for name in ("loss", "kl"))
        slopes.append(float(torch.cosine_similarity(toward, up, dim=0)))
    assert slopes == pytest.approx([1, -1], abs=0.05)


@pytest.mark.parametrize("capacity", [1.0, 4.0])
def test_training_ends_at_the_capacity(make_run: MakeRun, capacity: float) -> None:
    run = make_run(family="capacity", capacity=capacity, gamma=30.0, kl_warmup=0.5, epochs=40.0, hidden=(32,))
    evaluated = [event for event in run.events() if isinstance(event, Evaluated)]
    assert evaluated[-1].terms["kl"] == pytest.approx(capacity, abs=0.25)
    assert evaluated[0].terms["kl"] < evaluated[-1].terms["kl"] - 0.2


def test_a_capacity_that_rises_slowly_is_no_collapse(make_run: MakeRun) -> None:
    run = make_run(family="capacity", capacity=0.1, kl_warmup=1.0, epochs=20.0)
    warned = [event for event in run.events() if isinstance(event, Warned)]
    assert run.step > COLLAPSE_STEPS
    assert warned == []
