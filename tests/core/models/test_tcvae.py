from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, distributions, nn

from vae_core.models import tcvae
from vae_core.models.tcvae import kl_parts
from vae_core.posteriors import DiagonalGaussian
from vae_core.training import TrainingRun

Fresh = Callable[..., Any]
Drawn = Callable[..., torch.Generator]


def posterior(seed: int, count: int = 12, d: int = 3) -> DiagonalGaussian:
    generator = torch.Generator().manual_seed(seed)
    mu, logvar = (torch.randn(count, d, generator=generator).double() for _ in range(2))
    return DiagonalGaussian(2 * mu, logvar - 1)


def mixture(mu: Tensor, sigma: Tensor) -> distributions.Distribution:
    parts = distributions.Independent(distributions.Normal(mu, sigma), 1)
    return distributions.MixtureSameFamily(distributions.Categorical(torch.ones(len(mu))), parts)


@given(seed=st.integers(0, 10_000), d=st.integers(1, 5), draws=st.integers(1, 12))
def test_of_the_whole_data_set_the_parts_are_those_of_a_mixture_of_all_posteriors(
    seed: int, d: int, draws: int
) -> None:
    q = posterior(seed, d=d)
    z = q.rsample()[:draws]
    own = distributions.Normal(q.mu[:draws], q.sigma[:draws]).log_prob(z).sum(1)
    joint = mixture(q.mu, q.sigma).log_prob(z)
    product = sum(mixture(q.mu[:, [j]], q.sigma[:, [j]]).log_prob(z[:, [j]]) for j in range(d))
    prior = distributions.Normal(0.0, 1.0).log_prob(z).sum(1)
    expected = (own - joint).mean(), (joint - product).mean(), (product - prior).mean()
    torch.testing.assert_close(kl_parts(q, z, None), expected, rtol=1e-6, atol=1e-6)


def test_the_parts_add_up_to_the_kl_in_expectation(drawn: Drawn) -> None:
    q, generator = posterior(0), drawn()
    for dataset_size in (None, 500):
        sums = torch.stack([sum(kl_parts(q, q.rsample(generator), dataset_size)) for _ in range(2000)])  # type: ignore[misc]
        error = 5 * float(sums.std()) / len(sums) ** 0.5
        assert float(sums.mean()) == pytest.approx(float(q.kl().mean()), abs=error)


def test_an_aggregate_posterior_that_factorises_has_no_total_correlation() -> None:
    axis = torch.linspace(-2, 2, 15).double()
    mu = torch.cartesian_prod(axis, axis)
    q = DiagonalGaussian(mu, torch.full_like(mu, -2.0))
    assert float(kl_parts(q, q.rsample(), None)[1]) == pytest.approx(0, abs=1e-9)
    turned = DiagonalGaussian(mu @ torch.tensor([[1.0, 0.8], [0.0, 1.0]]).double(), q.logvar)
    assert float(kl_parts(turned, turned.rsample(), None)[1]) > 0.1
    assert float(kl_parts(posterior(1, d=1), posterior(1, d=1).mu, None)[1]) == 0


@pytest.mark.parametrize(("size", "batch"), [(5, 2), (6, 4), (5, 5)])
def test_averaged_over_batches_the_estimate_of_the_density_is_that_of_all_images(
    size: int, batch: int
) -> None:
    density = torch.rand(size, generator=torch.Generator().manual_seed(0)).double()
    weights = tcvae._weights(1, batch, size)[0]
    assert float(weights.sum()) == pytest.approx(1)
    batches = [(0, *others) for others in itertools.combinations(range(1, size), batch - 1)]
    mean = torch.stack([weights @ density[list(rows)] for rows in batches]).mean()
    assert float(mean) == pytest.approx(float(density.mean()))


@pytest.mark.parametrize(("size", "batch"), [(10, 4), (7, 6), (60_000, 32)])
def test_the_weights_are_the_papers_averaged_over_which_image_gets_the_smaller_one(
    size: int, batch: int
) -> None:
    n, m = size, batch - 1
    papers = torch.full((m, batch), 1 / m).double()
    papers[:, 0] = 1 / n
    for turn in range(m):
        papers[turn, 1 + turn] = (n - m) / (n * m)
    ours = tcvae._weights(1, batch, size)[0]
    torch.testing.assert_close(ours, papers.mean(0), rtol=1e-6, atol=1e-9)


def test_the_loss_weighs_the_total_correlation_by_beta(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    model = fresh("tcvae", beta=7.0)
    terms = model.loss(x, drawn(), 0.5)
    q = model.encode(x)
    z = q.rsample(drawn())
    reconstruction = nn.functional.binary_cross_entropy_with_logits(model.decode(z), x, reduction="sum") / 16
    correlation = kl_parts(q, z, None)[1]
    torch.testing.assert_close(
        terms["loss"], reconstruction + 0.5 * (q.kl().mean() + (7 - 1) * correlation), rtol=1e-5, atol=1e-4
    )
    torch.testing.assert_close(terms["total_correlation"], correlation)


def test_with_beta_1_it_is_the_vae(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    ours, vae = fresh("tcvae", beta=1.0).loss(x, drawn()), fresh("vae").loss(x, drawn())
    assert torch.equal(ours["loss"], vae["loss"])


def test_the_size_of_the_data_set_counts_and_a_run_tells_it(
    make_run: Callable[..., TrainingRun], fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    run = make_run(family="tcvae")
    assert run.model.dataset_size == len(run.dataset.train)
    model = fresh("tcvae")
    alone = model.loss(x, drawn())["mutual_information"]
    model.dataset_size = 10_000
    assert model.loss(x, drawn())["mutual_information"] > alone


def test_of_a_large_batch_some_draws_are_enough(
    fresh: Fresh, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, many = fresh("tcvae"), torch.rand(300, 1, 8, 8, generator=drawn())
    some = model.loss(many, drawn())["total_correlation"]
    monkeypatch.setattr(tcvae, "DRAWS", 300)
    assert some.item() == pytest.approx(model.loss(many, drawn())["total_correlation"].item(), abs=0.1)
