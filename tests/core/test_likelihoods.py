from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, distributions
from torch.nn import functional

from vae_core.errors import ConfigError
from vae_core.likelihoods import LIKELIHOODS, Bernoulli, Gaussian, Likelihood, make_likelihood

SWEEP = torch.tensor([-60.0, -20.0, -5.0, -1.0, -0.1, -1e-3, 0.0, 1e-3, 0.1, 1.0, 5.0, 20.0, 60.0])
NEAR_HALF = torch.cat([torch.logspace(-8, 1.7, 4000), -torch.logspace(-8, 1.7, 4000), torch.zeros(1)])


def as_images(values: Tensor) -> Tensor:
    """Return one pixel an image, so that log_prob gives one number a value."""
    return values.reshape(-1, 1, 1, 1)


def reference(name: str, scale: float, params: Tensor) -> distributions.Distribution:
    if name == "bernoulli":
        return distributions.Bernoulli(logits=params, validate_args=False)
    if name == "continuous_bernoulli":
        return distributions.ContinuousBernoulli(logits=params)
    return distributions.Normal(params.sigmoid(), scale)


@pytest.mark.parametrize("name", LIKELIHOODS)
@given(seed=st.integers(0, 2**32 - 1), spread=st.floats(0.1, 8), scale=st.floats(0.05, 5))
def test_log_prob_is_that_of_torch_distributions_summed_over_pixels(
    name: str, seed: int, spread: float, scale: float
) -> None:
    generator = torch.Generator().manual_seed(seed)
    params = spread * torch.randn(3, 3, 4, 5, generator=generator, dtype=torch.float64)
    x = torch.rand(3, 3, 4, 5, generator=generator, dtype=torch.float64)
    likelihood = make_likelihood(name, scale).double()
    # log(scale) was rounded to float32 when the module was made.
    exact = likelihood.log_scale.exp().item() if isinstance(likelihood, Gaussian) else scale
    if name == "continuous_bernoulli":
        # The reference approximates around lambda = 1/2; its own error there is the tolerance.
        params = torch.where(params.abs() < 0.05, 0.05, params)
    expected = reference(name, exact, params).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(likelihood.log_prob(x, params), expected, rtol=1e-7, atol=1e-6)


@pytest.mark.parametrize("logit", SWEEP.tolist())
def test_bernoulli_sums_to_one_over_both_values(logit: float) -> None:
    params = torch.full((2, 1, 1, 1), logit)
    log_prob = make_likelihood("bernoulli").log_prob(as_images(torch.tensor([0.0, 1.0])), params)
    assert log_prob.exp().sum().item() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("logit", SWEEP.tolist())
def test_continuous_bernoulli_integrates_to_one_over_the_unit_interval(logit: float) -> None:
    x, weights = _quadrature(0, 1)
    params = torch.full((len(x), 1, 1, 1), logit, dtype=torch.float64)
    density = make_likelihood("continuous_bernoulli").log_prob(as_images(x), params).exp()
    assert (weights * density).sum().item() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("name", ["gaussian", "gaussian_learned"])
@pytest.mark.parametrize("scale", [0.01, math.sqrt(0.5), 1.0, 30.0])
@pytest.mark.parametrize("logit", [-60.0, -1.0, 0.0, 60.0])
def test_gaussian_integrates_to_one_over_the_line(name: str, scale: float, logit: float) -> None:
    x, weights = _quadrature(-12 * scale, 1 + 12 * scale)
    params = torch.full((len(x), 1, 1, 1), logit, dtype=torch.float64)
    density = make_likelihood(name, scale).double().log_prob(as_images(x), params).exp()
    assert (weights * density).sum().item() == pytest.approx(1, abs=1e-9)


def test_the_normaliser_of_the_continuous_bernoulli_is_exact_in_float32_around_one_half() -> None:
    logits = NEAR_HALF.double().numpy()
    half = np.abs(logits) / 2
    # log(l / tanh(l/2)) in float64, by its series where that cancels.
    series = half**2 / 3 - 7 * half**4 / 90 + 62 * half**6 / 2835 - 127 * half**8 / 18900
    with np.errstate(divide="ignore", invalid="ignore"):
        direct = np.log(half / np.tanh(half))
    expected = math.log(2) + np.where(half < 0.05, series, direct)
    ours = make_likelihood("continuous_bernoulli").log_normaliser(NEAR_HALF).double().numpy()
    np.testing.assert_allclose(ours, expected, atol=2e-6, rtol=4e-7)


def test_the_normalisers_slope_is_right_in_float32_around_one_half() -> None:
    params = NEAR_HALF.clone().requires_grad_()
    make_likelihood("continuous_bernoulli").log_normaliser(params).sum().backward()
    logits = NEAR_HALF.double()
    series = logits / 6 - 7 * logits**3 / 360 + 31 * logits**5 / 15120
    expected = torch.where(logits.abs() < 0.02, series, 1 / logits - 1 / torch.sinh(logits))
    assert params.grad is not None
    torch.testing.assert_close(params.grad.double(), expected, rtol=2e-4, atol=1e-9)


def test_the_mean_of_the_continuous_bernoulli_is_exact_in_float32_around_one_half() -> None:
    logits = NEAR_HALF.double()
    series = 0.5 + logits / 12 - logits**3 / 720 + logits**5 / 30240
    expected = torch.where(logits.abs() < 0.05, series, -1 / torch.expm1(-logits) - 1 / logits)
    ours = make_likelihood("continuous_bernoulli").mean(NEAR_HALF).double()
    torch.testing.assert_close(ours, expected, rtol=0, atol=1e-6)
    assert ((ours >= 0) & (ours <= 1)).all()


@pytest.mark.parametrize("name", LIKELIHOODS)
@pytest.mark.parametrize("x", [0.0, 0.3, 1.0])
def test_values_and_gradients_are_finite_at_every_logit(name: str, x: float) -> None:
    extremes = torch.tensor([0.0, -0.0, 1e-30, 0.01, -0.01, 0.0099999, 88.0, -88.0, 1e4, -1e4, 1e14, -1e14])
    params = as_images(torch.cat([SWEEP, extremes])).requires_grad_()
    likelihood = make_likelihood(name, 0.1)
    pixels = torch.full_like(params, x)
    for value in (likelihood.log_prob(pixels, params), likelihood.mean(params), likelihood.entropy(params)):
        assert value.isfinite().all()
        if value.requires_grad:
            (gradient,) = torch.autograd.grad(value.sum(), params, allow_unused=True, retain_graph=True)
            assert gradient is None or gradient.isfinite().all()
    assert likelihood.sample(params.detach()).isfinite().all()


@pytest.mark.parametrize("name", LIKELIHOODS)
@pytest.mark.parametrize("logit", [-20.0, -3.0, -0.5, -0.005, 0.0, 0.005, 0.011, 0.5, 3.0, 20.0])
def test_samples_have_the_mean_and_the_entropy_that_the_closed_forms_give(name: str, logit: float) -> None:
    likelihood = make_likelihood(name, 0.3)
    params = torch.full((200_000, 1, 1, 1), logit)
    samples = likelihood.sample(params, torch.Generator().manual_seed(1))
    one = params[:1]
    error = 5 * samples.std() / math.sqrt(len(samples)) + 1e-6
    assert abs(samples.mean() - likelihood.mean(one).item()) <= error
    surprise = -likelihood.log_prob(samples, params)
    error = 5 * surprise.std() / math.sqrt(len(samples)) + 1e-5
    assert abs(surprise.mean() - likelihood.entropy(one).item()) <= error


@pytest.mark.parametrize("logit", [-8.0, -0.3, -0.009, 0.0, 0.009, 0.02, 2.0])
def test_continuous_bernoulli_samples_follow_its_distribution_function(logit: float) -> None:
    params = torch.full((100_000, 1, 1, 1), logit)
    samples = make_likelihood("continuous_bernoulli").sample(params, torch.Generator().manual_seed(2))
    x = np.sort(samples.flatten().double().numpy())
    cdf = x if logit == 0 else np.expm1(logit * x) / math.expm1(logit)
    distance = np.abs(cdf - (np.arange(len(x)) + 0.5) / len(x)).max()
    assert distance < 1.95 / math.sqrt(len(x))  # Kolmogorov-Smirnov at 0.1%


@pytest.mark.parametrize("name", ["bernoulli", "continuous_bernoulli"])
def test_the_entropy_keeps_its_precision_at_large_logits(name: str) -> None:
    likelihood = make_likelihood(name)
    logits = torch.linspace(-40, 40, 801)
    ours, exact = likelihood.entropy(logits).double(), _entropy_from_the_positive_side(likelihood, logits)
    torch.testing.assert_close(ours, exact, rtol=1e-5, atol=1e-15 if name == "bernoulli" else 2e-6)
    assert name != "bernoulli" or (ours >= 0).all()


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_sampling_repeats_with_the_generators_seed_and_leaves_the_global_one_alone(name: str) -> None:
    params = torch.linspace(-3, 3, 64).reshape(1, 1, 8, 8)
    likelihood = make_likelihood(name)
    before = torch.get_rng_state()
    first, again, other = (likelihood.sample(params, torch.Generator().manual_seed(s)) for s in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(before, torch.get_rng_state())


def test_a_learned_scale_finds_the_root_mean_squared_error() -> None:
    likelihood = make_likelihood("gaussian_learned", 1.0)
    params = torch.zeros(500, 1, 8, 8)
    x = 0.5 + 0.07 * torch.randn(params.shape, generator=torch.Generator().manual_seed(5))
    optimiser = torch.optim.Adam(likelihood.parameters(), lr=0.05)
    for _ in range(300):
        optimiser.zero_grad()
        (-likelihood.log_prob(x, params).mean()).backward()
        optimiser.step()
    assert isinstance(likelihood, Gaussian)
    assert likelihood.log_scale.exp().item() == pytest.approx(
        (x - 0.5).square().mean().sqrt().item(), rel=1e-3
    )


def test_a_fixed_scale_is_saved_with_the_model_and_never_trained() -> None:
    likelihood = make_likelihood("gaussian", 0.3)
    assert "log_scale" in likelihood.state_dict()
    assert not any(parameter.requires_grad for parameter in likelihood.parameters())


def test_an_unknown_likelihood_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ConfigError, match=r"poisson.*continuous_bernoulli"):
        make_likelihood("poisson")


def _entropy_from_the_positive_side(likelihood: Likelihood, logits: Tensor) -> Tensor:
    """Return the entropy in float64, from |l|: its terms then have one sign each, and nothing cancels."""
    size = logits.double().abs()
    if isinstance(likelihood, Bernoulli):
        return functional.softplus(-size) + size * torch.sigmoid(-size)
    size = size.clamp(min=1e-3)
    log_normaliser = torch.log(size / torch.tanh(size / 2))
    return functional.softplus(-size) + 1 - size / torch.expm1(size) - log_normaliser


def _quadrature(low: float, high: float, pieces: int = 200) -> tuple[Tensor, Tensor]:
    """Return the nodes and weights of Gauss-Legendre quadrature on equal pieces of [low, high]."""
    nodes, weights = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(low, high, pieces + 1)
    half = np.diff(edges)[:, None] / 2
    x = edges[:-1, None] + half * (nodes + 1)
    return torch.from_numpy(x.ravel()), torch.from_numpy((half * weights).ravel())


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_the_standard_deviation_is_that_of_torch_distributions(name: str) -> None:
    params = torch.linspace(-8, 8, 161, dtype=torch.float64)
    params = torch.where(params.abs() < 0.05, 0.05, params)  # where the reference approximates
    likelihood = make_likelihood(name, 0.5).double()
    expected = reference(name, 0.5, params).stddev.expand(params.shape)
    torch.testing.assert_close(likelihood.sd(params), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["bernoulli", "continuous_bernoulli"])
def test_the_standard_deviation_and_its_slope_are_finite_at_every_logit(name: str) -> None:
    params = torch.cat([SWEEP, NEAR_HALF, torch.tensor([-400.0, 400.0])]).requires_grad_()
    found = make_likelihood(name).sd(params)
    (slope,) = torch.autograd.grad(found.sum(), params)
    assert found.isfinite().all()
    assert slope.isfinite().all()
    assert (found >= 0).all()


def test_the_continuous_bernoullis_variance_has_no_step_where_its_series_begins() -> None:
    params = torch.tensor([0.2999999, 0.3000001], dtype=torch.float64)
    below, above = make_likelihood("continuous_bernoulli").double().sd(params).tolist()
    assert below == pytest.approx(above, rel=1e-8)
