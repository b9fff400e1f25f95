from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, distributions, nn

from vae_core.models import IWAE, IWAEConfig
from vae_core.networks import NetworkConfig

Fresh = Callable[..., Any]
Drawn = Callable[..., torch.Generator]
SCALE = 0.5


class _Normal(nn.Module):
    """Pixels with the decoder's output itself as mean, so that the model is linear."""

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        return distributions.Normal(params, SCALE).log_prob(x).flatten(1).sum(1)


class _Encoder(nn.Module):
    """The exact posterior of x = W z + noise with orthogonal columns of W, made off by `slack`."""

    def __init__(self, w: Tensor, slack: float) -> None:
        super().__init__()
        self.w, self.slack = w, slack

    def forward(self, x: Tensor) -> Tensor:
        variance = 1 / (1 + (self.w**2).sum(0) / SCALE**2)
        mu = variance * (x.flatten(1) @ self.w) / SCALE**2
        return torch.cat([mu + self.slack, variance.log().expand(mu.shape) + self.slack], dim=1)


def linear(samples: int, slack: float) -> tuple[IWAE, Tensor]:
    """Return a linear model with 64 pixels and W [64, 2]."""
    model = IWAE(IWAEConfig(samples=samples, network=NetworkConfig(hidden=(4,))), (1, 8, 8))
    w = torch.linalg.qr(torch.randn(64, 2, generator=torch.Generator().manual_seed(0)))[0] * torch.tensor(
        [1, 2]
    )
    decoder = nn.Sequential(nn.Linear(2, 64, bias=False), nn.Unflatten(1, (1, 8, 8)))
    decoder[0].weight = nn.Parameter(w)
    model.encoder, model.decoder, model.likelihood = _Encoder(w, slack), decoder, _Normal()  # type: ignore[assignment]
    return model, w


def test_the_bound_rises_with_k_to_the_exact_log_likelihood(drawn: Drawn) -> None:
    one = torch.rand(1, 1, 8, 8, generator=drawn())
    _, w = linear(1, 0)
    law = distributions.MultivariateNormal(torch.zeros(64), w @ w.T + SCALE**2 * torch.eye(64))
    exact = float(law.log_prob(one.flatten(1)))
    copies = one.expand(1000, 1, 8, 8)
    with torch.no_grad():
        bounds = [-float(linear(k, 0.4)[0].loss(copies, drawn())["loss"]) for k in (1, 2, 5, 20, 100)]
        for k in (1, 7):  # of the exact posterior every weight is the likelihood
            assert -float(linear(k, 0.0)[0].loss(one, drawn())["loss"]) == pytest.approx(exact, abs=1e-3)
    assert bounds == sorted(bounds)
    assert bounds[0] < exact - 0.1
    assert bounds[-1] == pytest.approx(exact, abs=0.05)


@given(samples=st.integers(1, 6), scale=st.sampled_from([0.0, 0.3, 1.0]))
def test_the_loss_is_that_of_burda_and_others(
    samples: int, scale: float, fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    model = fresh("iwae", samples=samples)
    terms = model.loss(x, drawn(), scale)
    mu, logvar = model.encoder(x).chunk(2, dim=1)
    q, p = distributions.Normal(mu, torch.exp(0.5 * logvar)), distributions.Normal(0.0, 1.0)
    generator = drawn()
    log_w, log_x = [], []
    for _ in range(samples):
        z = mu + q.scale * torch.randn(mu.shape, generator=generator)
        pixels = distributions.Bernoulli(logits=model.decoder(z), validate_args=False)
        log_x.append(pixels.log_prob(x).flatten(1).sum(1))
        log_w.append(log_x[-1] + scale * (p.log_prob(z) - q.log_prob(z)).sum(1))
    expected = -(torch.stack(log_w).exp().mean(0).log()).mean()
    torch.testing.assert_close(terms["loss"], expected, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(terms["reconstruction"], -torch.stack(log_x).mean(), rtol=1e-4, atol=1e-3)


def test_with_one_draw_the_loss_is_the_elbos_on_average(fresh: Fresh, x: Tensor) -> None:
    many, generator = x.repeat(400, 1, 1, 1), torch.Generator().manual_seed(0)
    with torch.no_grad():
        ours, vae = fresh("iwae", samples=1).loss(many, generator), fresh("vae").loss(many, generator)
    assert float(ours["loss"]) == pytest.approx(float(vae["loss"]), abs=0.05)


def test_its_first_draw_is_the_one_that_a_vae_makes(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    ours, vae = fresh("iwae", samples=1).loss(x, drawn()), fresh("vae").loss(x, drawn())
    for name in ("reconstruction", "kl"):
        torch.testing.assert_close(ours[name], vae[name])


def test_weights_that_differ_by_orders_of_magnitude_do_not_overflow(
    fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    model = fresh("iwae", samples=20, likelihood="gaussian", gaussian_scale=1e-3)
    loss = model.loss(x, drawn())["loss"]
    assert math.isfinite(loss.item())
    loss.backward()
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)
