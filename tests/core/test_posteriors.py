from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import distributions

from vae_core.posteriors import DiagonalGaussian, Point, standard_normal_log_prob

numbers = st.floats(-6, 6, allow_nan=False, width=32)


def gaussian(n: int = 5, d: int = 3, dtype: torch.dtype = torch.float64) -> DiagonalGaussian:
    generator = torch.Generator().manual_seed(n * 100 + d)
    mu, logvar = (2 * torch.randn(n, d, generator=generator, dtype=dtype) for _ in range(2))
    return DiagonalGaussian(mu, logvar)


@given(mu=st.lists(numbers, min_size=1, max_size=8), logvar=numbers)
def test_the_kl_is_that_of_torch_distributions(mu: list[float], logvar: float) -> None:
    q = DiagonalGaussian(torch.tensor([mu], dtype=torch.float64), torch.full((1, len(mu)), logvar).double())
    expected = distributions.kl_divergence(
        distributions.Normal(q.mu, q.sigma), distributions.Normal(torch.zeros_like(q.mu), 1.0)
    )
    torch.testing.assert_close(q.kl_per_dimension(), expected, rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(q.kl(), expected.sum(-1), rtol=1e-9, atol=1e-12)


def test_the_kl_agrees_with_a_monte_carlo_estimate() -> None:
    q = gaussian(4, 3)
    generator = torch.Generator().manual_seed(0)
    z = torch.stack([q.rsample(generator) for _ in range(100_000)])
    ratio = q.log_prob(z) - standard_normal_log_prob(z)
    error = 5 * ratio.std(0) / math.sqrt(len(z))
    assert ((ratio.mean(0) - q.kl()).abs() <= error).all()


def test_the_kl_in_float32_is_never_negative_and_exact_close_to_the_prior() -> None:
    tiny = torch.logspace(-9, 0, 5000)
    logvar = torch.cat([tiny, -tiny, torch.zeros(1)])[:, None]
    ours = DiagonalGaussian(torch.zeros_like(logvar), logvar).kl()
    wide = logvar.double()
    exact = 0.5 * torch.where(
        wide.abs() < 1e-3, wide**2 / 2 + wide**3 / 6 + wide**4 / 24, torch.expm1(wide) - wide
    ).squeeze(-1)
    assert (ours >= 0).all()
    torch.testing.assert_close(ours.double(), exact, rtol=1e-3, atol=1e-10)


def test_the_kl_of_the_prior_itself_is_zero_and_so_is_its_gradient() -> None:
    mu, logvar = (torch.zeros(1, 4, requires_grad=True) for _ in range(2))
    kl = DiagonalGaussian(mu, logvar).kl()
    kl.sum().backward()
    assert kl.item() == 0
    assert mu.grad is not None
    assert logvar.grad is not None
    assert not mu.grad.any()
    assert not logvar.grad.any()


def test_the_kls_gradient_is_mu_and_half_of_variance_minus_one() -> None:
    q = gaussian()
    mu, logvar = q.mu.requires_grad_(), q.logvar.requires_grad_()
    DiagonalGaussian(mu, logvar).kl().sum().backward()
    torch.testing.assert_close(mu.grad, mu.detach())
    torch.testing.assert_close(logvar.grad, 0.5 * (logvar.detach().exp() - 1))


def test_a_samples_gradient_is_one_in_mu_and_half_sigma_epsilon_in_logvar() -> None:
    q = gaussian()
    mu, logvar = q.mu.requires_grad_(), q.logvar.requires_grad_()
    z = DiagonalGaussian(mu, logvar).rsample(torch.Generator().manual_seed(7))
    epsilon = torch.randn(mu.shape, generator=torch.Generator().manual_seed(7), dtype=mu.dtype)
    upstream = torch.linspace(-1, 2, z.numel(), dtype=z.dtype).reshape(z.shape)
    z.backward(upstream)
    sigma = (0.5 * logvar.detach()).exp()
    torch.testing.assert_close(z.detach(), mu.detach() + sigma * epsilon)
    torch.testing.assert_close(mu.grad, upstream)
    torch.testing.assert_close(logvar.grad, upstream * 0.5 * sigma * epsilon)


def test_the_gradient_of_an_expectation_through_samples_is_the_analytic_one() -> None:
    # E[z^2] = mu^2 + sigma^2: its gradient is 2 mu in mu and sigma^2 in logvar.
    mu = torch.tensor([[0.7, -1.2]], dtype=torch.float64, requires_grad=True)
    logvar = torch.tensor([[-0.5, 0.8]], dtype=torch.float64, requires_grad=True)
    many = DiagonalGaussian(mu.expand(400_000, 2), logvar.expand(400_000, 2))
    (many.rsample(torch.Generator().manual_seed(3)) ** 2).mean(0).sum().backward()
    torch.testing.assert_close(mu.grad, 2 * mu.detach(), rtol=0, atol=0.02)
    torch.testing.assert_close(logvar.grad, logvar.detach().exp(), rtol=0, atol=0.03)


def test_log_probabilities_are_those_of_torch_distributions_for_any_leading_axes() -> None:
    q = gaussian(5, 3)
    z = torch.randn(7, 5, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    torch.testing.assert_close(q.log_prob(z), distributions.Normal(q.mu, q.sigma).log_prob(z).sum(-1))
    torch.testing.assert_close(
        standard_normal_log_prob(z), distributions.Normal(0.0, 1.0).log_prob(z).sum(-1)
    )


@pytest.mark.parametrize("posterior", [gaussian(), Point(torch.zeros(5, 3))])
def test_sampling_draws_nothing_from_the_global_generator(posterior: DiagonalGaussian | Point) -> None:
    before = torch.get_rng_state()
    first, second = (posterior.rsample(torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, second)
    assert torch.equal(before, torch.get_rng_state())


def test_a_point_is_its_own_sample_and_has_no_spread() -> None:
    point = Point(torch.arange(6.0).reshape(3, 2))
    assert torch.equal(point.rsample(), point.mu)
    assert not point.sigma.any()
