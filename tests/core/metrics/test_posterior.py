from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch.distributions import Normal, kl_divergence

from vae_core.errors import InputError
from vae_core.metrics import active_units, kl_per_dimension

shapes = st.tuples(st.integers(1, 10), st.integers(1, 6))
numbers = st.floats(-10, 10)


@given(shapes.flatmap(lambda shape: st.tuples(*[arrays(np.float64, shape, elements=numbers)] * 2)))
@settings(deadline=None)
def test_the_divergence_is_that_of_torch_and_never_negative(given: tuple[np.ndarray, np.ndarray]) -> None:
    mu, logvar = given
    found = kl_per_dimension(mu, logvar)
    posterior = Normal(torch.from_numpy(mu), torch.exp(0.5 * torch.from_numpy(logvar)))
    reference = kl_divergence(posterior, Normal(0.0, 1.0)).mean(0).numpy()
    assert found.shape == (mu.shape[1],)
    np.testing.assert_allclose(found, reference, rtol=1e-6, atol=1e-9)
    assert (found >= 0).all()


def test_the_divergence_is_that_of_a_monte_carlo_estimate() -> None:
    rng = np.random.default_rng(0)
    mu, logvar = np.array([[0.5, -1.0, 0.0]]), np.array([[-1.0, 0.3, 0.0]])
    z = mu + np.exp(logvar / 2) * rng.normal(size=(400_000, 3))
    log_ratio = -0.5 * (logvar + (z - mu) ** 2 / np.exp(logvar)) + 0.5 * z**2
    np.testing.assert_allclose(kl_per_dimension(mu, logvar), log_ratio.mean(axis=0), atol=0.01)


def test_a_dimension_that_follows_the_prior_has_none_and_a_nearly_collapsed_one_keeps_its_digits() -> None:
    assert kl_per_dimension([[0.0]], [[0.0]]).tolist() == [0.0]
    assert kl_per_dimension([[0.0]], [[1e-9]])[0] == pytest.approx(2.5e-19, rel=1e-4)


def test_an_exploded_variance_is_infinite_and_not_a_warning() -> None:
    assert kl_per_dimension([[0.0, 1.0]], [[5000.0, 0.0]]).tolist() == [np.inf, 0.5]


def test_mu_and_logvar_both_count() -> None:
    zero, one = np.zeros((3, 2)), np.ones((3, 2))
    assert (kl_per_dimension(one, zero) > 0).all()
    assert (kl_per_dimension(zero, one) > 0).all()


@given(arrays(np.float64, shapes, elements=numbers), st.floats(1e-6, 5))
@settings(deadline=None)
def test_units_are_counted_by_the_variance_of_the_mean(mu: np.ndarray, threshold: float) -> None:
    found = active_units(mu, threshold)
    variances = np.array([np.var(column) for column in np.ascontiguousarray(mu).T])
    assume((np.abs(variances - threshold) > 1e-9).all())  # closer by, the order of summation decides
    assert found == (variances > threshold).sum()
    assert active_units(mu, threshold + 1) <= found <= mu.shape[1]


def test_the_usual_threshold_is_a_hundredth() -> None:
    rng = np.random.default_rng(0)
    mu = rng.normal(size=(1000, 5)) * np.sqrt([1.0, 0.02, 0.005, 0.0, 4.0]) + 3
    assert active_units(mu) == active_units(mu, 0.01) == 3
    assert active_units(mu, 0.001) == 4
    assert active_units(mu, 2.0) == 1


@pytest.mark.parametrize("threshold", [-1.0, float("nan")])
def test_a_threshold_that_is_no_variance_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="at least 0"):
        active_units([[1.0]], threshold)


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="differ in shape"):
        kl_per_dimension(np.zeros((2, 3)), np.zeros((2, 2)))
    with pytest.raises(InputError, match="logvar holds NaN"):
        kl_per_dimension(np.zeros((2, 3)), np.full((2, 3), -np.inf))
    with pytest.raises(InputError, match="mu has the wrong shape"):
        active_units(np.zeros(3))
