from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from vae_core.models.factor_vae import shuffle_dimensions

Fresh = Callable[..., Any]
Drawn = Callable[..., torch.Generator]


def test_without_gamma_the_objective_is_the_vaes(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    ours = fresh("factor", gamma_tc=0.0).loss(x, drawn())
    vae = fresh("vae").loss(x, drawn())
    for name in ("loss", "reconstruction", "kl"):
        torch.testing.assert_close(ours[name], vae[name])


def test_gamma_weighs_the_total_correlation(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    terms = fresh("factor", gamma_tc=9.0).loss(x, drawn())
    expected = terms["reconstruction"] + terms["kl"] + 9 * terms["total_correlation"]
    torch.testing.assert_close(terms["loss"], expected)


def test_a_discriminator_trained_on_its_own_term_tells_the_total_correlation_of_a_gaussian(
    fresh: Fresh, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    correlation, model, generator = 0.9, fresh("factor"), drawn()
    law = torch.linalg.cholesky(torch.tensor([[1.0, correlation], [correlation, 1.0]]))

    class Codes:
        def rsample(self, _: Any) -> Tensor:
            return torch.randn(512, 2, generator=generator) @ law.T

        def kl(self) -> Tensor:
            return torch.zeros(512)

    monkeypatch.setattr(model, "encode", lambda *_: Codes())
    x = torch.rand(512, 1, 8, 8, generator=drawn())
    optimiser = torch.optim.Adam(model.players()["discriminator"], 1e-3)
    told = []
    for _ in range(300):
        terms = model.loss(x, generator)
        optimiser.zero_grad()
        terms["discriminator"].backward(inputs=model.players()["discriminator"])
        optimiser.step()
        told.append(float(terms["total_correlation"].detach()))
    assert sum(told[-50:]) / 50 == pytest.approx(-0.5 * math.log(1 - correlation**2), abs=0.15)


def test_shuffling_keeps_each_dimension_and_breaks_what_ties_them(drawn: Drawn) -> None:
    z = torch.randn(4000, 1, generator=drawn()).expand(4000, 3)
    shuffled = shuffle_dimensions(z, drawn(5))
    torch.testing.assert_close(shuffled.sort(0).values, z.sort(0).values)
    ties = torch.corrcoef(shuffled.T) - torch.eye(3)
    assert ties.abs().max() < 0.06
    assert torch.equal(shuffled, shuffle_dimensions(z, drawn(5)))
    assert not torch.equal(shuffled, shuffle_dimensions(z, drawn(6)))


def test_codes_cannot_learn_from_the_discriminators_term(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    model = fresh("factor")
    model.loss(x, drawn())["discriminator"].backward()
    assert all(parameter.grad is None for parameter in model.encoder.parameters())
