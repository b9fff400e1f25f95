from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import norm

from vae_core.errors import InputError
from vae_core.metrics import KLTerms, kl_per_dimension, kl_terms, mmd_squared

Floats = NDArray[np.float64]
seeds = st.integers(0, 10_000)


def posteriors(seed: int, count: int = 40, d: int = 3) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, d)) @ rng.normal(size=(d, d)), rng.normal(size=(count, d)) - 1


def terms(mu: Floats, logvar: Floats, seed: int = 0, **options: int) -> KLTerms:
    return kl_terms(mu, logvar, np.random.default_rng((1, seed)), **options)


def gaussian(covariance: Floats, variance: float, count: int) -> tuple[Floats, Floats]:
    """Posteriors of equal variance whose means are normal: their aggregate is normal too."""
    noise = np.random.default_rng(0).normal(size=(count, len(covariance)))
    return noise @ np.linalg.cholesky(covariance).T, np.full(noise.shape, math.log(variance))


@given(seeds, st.integers(1, 5))
@settings(deadline=None, max_examples=30)
def test_the_terms_are_those_of_scipys_densities_and_add_up_to_the_divergence(seed: int, d: int) -> None:
    mu, logvar = posteriors(seed, d=d)
    sigma = np.exp(logvar / 2)
    z = mu + sigma * np.random.default_rng((1, seed)).standard_normal(mu.shape)
    each = norm.logpdf(z[:, None], mu, sigma)
    own, prior = norm.logpdf(z, mu, sigma).sum(axis=1), norm.logpdf(z).sum(axis=1)
    joint = logsumexp(each.sum(axis=2), axis=1) - math.log(len(mu))
    product = (logsumexp(each, axis=1) - math.log(len(mu))).sum(axis=1)
    found = terms(mu, logvar, seed)
    np.testing.assert_allclose(
        found, [(own - joint).mean(), (joint - product).mean(), (product - prior).mean()], atol=1e-9
    )
    assert sum(found) == pytest.approx((own - prior).mean(), rel=1e-9)


def test_many_draws_add_up_to_the_closed_form() -> None:
    mu, logvar = posteriors(0, 1000, 2)
    found = [sum(terms(mu, logvar, seed)) for seed in range(10)]
    wanted = kl_per_dimension(mu, logvar).sum()
    assert np.mean(found) == pytest.approx(wanted, abs=4 * np.std(found) / math.sqrt(10))
    assert np.mean(found) == pytest.approx(wanted, rel=0.05)


@pytest.mark.parametrize("correlation", [0.0, 0.5, -0.9])
def test_a_gaussian_aggregate_has_the_terms_of_its_formulas(correlation: float) -> None:
    spread, variance = 1.5, 0.5
    covariance = spread * np.array([[1, correlation], [correlation, 1]])
    found = terms(*gaussian(covariance, variance, 3000))
    total = covariance + variance * np.eye(2)
    known = np.linalg.slogdet(total)[1] - 2 * math.log(variance)
    assert found.mutual_information == pytest.approx(known / 2, abs=0.06)
    dependent = -0.5 * math.log(1 - (total[0, 1] / total[0, 0]) ** 2)
    assert found.total_correlation == pytest.approx(dependent, abs=0.04)
    wide = total[0, 0]
    assert found.dimension_wise_kl == pytest.approx(wide - 1 - math.log(wide), abs=0.06)


def test_collapsed_posteriors_have_nothing_to_split() -> None:
    np.testing.assert_allclose(terms(np.zeros((100, 4)), np.zeros((100, 4))), 0, atol=1e-12)


@given(seeds, st.integers(1, 60), st.integers(1, 60))
@settings(deadline=None, max_examples=30)
def test_nothing_can_be_told_beyond_which_image_it_was(seed: int, count: int, draws: int) -> None:
    mu, logvar = posteriors(seed, count)
    assert terms(mu, logvar - 5, seed, draws=draws).mutual_information <= math.log(count) + 1e-9


def test_images_told_apart_perfectly_share_log_n_nats() -> None:
    mu = np.arange(50.0)[:, np.newaxis] * [1.0, 2.0]
    found = terms(mu, np.full((50, 2), -12.0))
    assert found.mutual_information == pytest.approx(math.log(50))
    assert found.total_correlation == pytest.approx(math.log(50))


def test_one_dimension_depends_on_no_other() -> None:
    assert terms(*posteriors(0, d=1)).total_correlation == 0


def test_many_images_in_parts_are_as_good_as_at_once() -> None:
    mu, logvar = posteriors(3, 1000, 4)
    found = terms(mu, logvar)
    np.testing.assert_allclose(terms(mu, logvar, draws=500), found, rtol=0.15)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vae_core.metrics.aggregate.PART", 10**9)
        np.testing.assert_allclose(terms(mu, logvar), found)


def test_the_same_generator_gives_the_same_terms() -> None:
    mu, logvar = posteriors(1)
    assert terms(mu, logvar) == terms(mu, logvar) != terms(mu, logvar, seed=1)
    assert terms(mu, logvar, draws=9) == terms(mu, logvar, draws=9) != terms(mu, logvar, draws=10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"logvar": np.zeros((40, 2))}, "differ in shape"),
        ({"logvar": np.full((40, 3), np.nan)}, "logvar holds NaN"),
        ({"logvar": np.full((40, 3), 5000.0)}, "-80 to 80"),
        ({"draws": 0}, "at least 1"),
    ],
)
def test_what_are_no_posteriors_is_refused(change: dict[str, object], message: str) -> None:
    given: dict[str, object] = dict(zip(("mu", "logvar"), posteriors(0), strict=True)) | change
    with pytest.raises(InputError, match=message):
        kl_terms(rng=np.random.default_rng(0), **given)  # type: ignore[arg-type]


def mmd_by_hand(x: Floats, y: Floats) -> float:
    def mean(a: Floats, b: Floats, same: bool) -> float:
        apart = ((a[:, None] - b[None]) ** 2).sum(axis=2)
        k = sum(c / (c + apart) for c in 2 * a.shape[1] * np.array([0.1, 0.2, 0.5, 1, 2, 5, 10]))
        return float(k[~np.eye(len(a), dtype=bool)].mean() if same else k.mean())

    return mean(x, x, True) + mean(y, y, True) - 2 * mean(x, y, False)


@given(seeds, st.integers(2, 30), st.integers(2, 30), st.integers(1, 6))
@settings(deadline=None, max_examples=40)
def test_the_discrepancy_is_the_mean_over_pairs(seed: int, n: int, m: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, d)) * 2 + 1, rng.normal(size=(m, d))
    assert mmd_squared(x, y) == pytest.approx(mmd_by_hand(x, y), abs=1e-9)
    assert mmd_squared(x, y) == pytest.approx(mmd_squared(y, x), abs=1e-9)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    assert mmd_squared(x @ turn, y @ turn) == pytest.approx(mmd_squared(x, y), abs=1e-9)


def test_codes_like_the_prior_are_no_distance_away_on_average() -> None:
    found = [mmd_squared(*np.random.default_rng(seed).normal(size=(2, 60, 2))) for seed in range(200)]
    assert np.mean(found) == pytest.approx(0, abs=4 * np.std(found) / math.sqrt(200))
    assert min(found) < 0 < max(found)


def test_the_further_from_the_prior_the_larger_and_below_its_bound() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 1000, 2))
    shifts = [mmd_squared(x + shift, y) for shift in (0, 0.5, 1, 3, 1000)]
    assert shifts == sorted(shifts)
    assert shifts[-1] < 14
    assert mmd_squared(0.5 * x, y) > 0.05 < mmd_squared(2 * x, y)
    assert mmd_squared(x, y) == mmd_squared(x, y)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((5, 2)), np.zeros((5, 3)), r"\[5, 2\] and \[5, 3\]"),
        (np.zeros((1, 2)), np.zeros((5, 2)), "at least 2"),
        (np.zeros((5, 2)), np.full((5, 2), np.inf), "prior holds NaN"),
    ],
)
def test_codes_that_can_not_be_compared_are_refused(x: Floats, y: Floats, message: str) -> None:
    with pytest.raises(InputError, match=message):
        mmd_squared(x, y)
