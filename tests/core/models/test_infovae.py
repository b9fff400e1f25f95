from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from vae_core import metrics
from vae_core.errors import ConfigError
from vae_core.models import InfoVAEConfig
from vae_core.models.infovae import mmd_squared

Fresh = Callable[..., Any]
Drawn = Callable[..., torch.Generator]


@given(seed=st.integers(0, 10_000), n=st.integers(2, 30), m=st.integers(2, 30), d=st.integers(1, 6))
def test_the_discrepancy_is_that_of_the_measure(seed: int, n: int, m: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = 2 * rng.normal(size=(n, d)) + 1, rng.normal(size=(m, d))
    ours = mmd_squared(torch.from_numpy(x), torch.from_numpy(y))
    assert float(ours) == pytest.approx(metrics.mmd_squared(x, y), abs=1e-9)


def test_draws_of_one_law_are_no_distance_apart_on_average(drawn: Drawn) -> None:
    generator = drawn()
    found = torch.stack([mmd_squared(*torch.randn(2, 60, 3, generator=generator)) for _ in range(300)])
    assert float(found.mean()) == pytest.approx(0, abs=4 * float(found.std()) / 300**0.5)


def test_one_code_alone_has_a_finite_discrepancy() -> None:
    z = torch.zeros(1, 2, requires_grad=True)
    mmd_squared(z, torch.ones(1, 2)).backward()
    assert z.grad is not None
    assert z.grad.isfinite().all()


def test_the_gradient_draws_codes_towards_the_prior(drawn: Drawn) -> None:
    z = (torch.randn(200, 2, generator=drawn()) + 3).requires_grad_()
    mmd_squared(z, torch.randn(200, 2, generator=drawn(1))).backward()
    assert z.grad is not None
    assert (z.grad.mean(0) > 0).all()  # descending moves them down, to 0


@given(alpha=st.floats(0, 1), weight=st.floats(1, 1000), scale=st.floats(0, 1))
def test_the_loss_is_that_of_zhao_and_others(
    alpha: float, weight: float, scale: float, fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    terms = fresh("infovae", alpha=alpha, lambda_mmd=weight).loss(x, drawn(), scale)
    vae = fresh("vae").loss(x, drawn())
    model = fresh("infovae")
    generator = drawn()
    z = model.encode(x).rsample(generator).detach().numpy()
    mmd = metrics.mmd_squared(z, torch.randn(z.shape, generator=generator).numpy())
    assert terms["mmd"].item() == pytest.approx(mmd, abs=1e-4)
    expected = vae["reconstruction"] + scale * ((1 - alpha) * vae["kl"] + (alpha + weight - 1) * mmd)
    assert terms["loss"].item() == pytest.approx(expected.item(), rel=1e-4, abs=0.1)


def test_without_the_discrepancy_it_is_the_vae(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    ours = fresh("infovae", alpha=0.0, lambda_mmd=1.0).loss(x, drawn())
    torch.testing.assert_close(ours["loss"], fresh("vae").loss(x, drawn())["loss"])


@pytest.mark.parametrize("settings", [{"lambda_mmd": 0.9}, {"alpha": -0.1}, {"alpha": 1.1}])
def test_weights_that_could_drive_codes_from_the_prior_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(settings))):
        InfoVAEConfig(**settings)
