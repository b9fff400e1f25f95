from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import entropy
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import mutual_info_score

from vae_core.datasets.shapes import factor_values, sample_indices
from vae_core.errors import InputError
from vae_core.metrics import DCI, dci, information_gaps, mig, mutual_information

Floats = NDArray[np.float64]
SIZES = (3, 4, 5)
ALL_MIXED = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
"""A rotation after which each of four factors is in each of four dimensions to the same extent."""


def grid(*sizes: int, times: int = 1) -> Floats:
    """Every combination of factor values, each `times` over."""
    axes = np.meshgrid(*[np.arange(size, dtype=float) for size in sizes], indexing="ij")
    return np.tile(np.stack([axis.ravel() for axis in axes], axis=1), (times, 1))


def noisy(seed: int, count: int = 500) -> tuple[Floats, Floats]:
    """Codes that know a little of every factor."""
    rng = np.random.default_rng(seed)
    factors = rng.permutation(grid(*SIZES, times=-(-count // 60)))[:count]
    return factors @ rng.normal(size=(3, 4)) + rng.normal(size=(count, 4)), factors


def halves(mu: Floats, factors: Floats, **options: int) -> DCI:
    """DCI learnt from one half of the images, drawn at random, and tried on the other."""
    one, other = np.array_split(np.random.default_rng(0).permutation(len(mu)), 2)
    return dci(mu[one], factors[one], mu[other], factors[other], **options)


@given(st.integers(0, 10_000), st.integers(2, 40))
@settings(deadline=None, max_examples=15)
def test_mutual_information_is_that_of_scikit_learn_on_numpys_histogram_bins(seed: int, bins: int) -> None:
    mu, factors = noisy(seed)
    found = mutual_information(mu, factors, bins)
    for j, dimension in enumerate(mu.T):
        binned = np.digitize(dimension, np.histogram(dimension, bins)[1][:-1])
        wanted = [mutual_info_score(binned, column) for column in factors.T]
        np.testing.assert_allclose(found[j], wanted, rtol=1e-9, atol=1e-12)


def test_a_gap_is_the_lead_of_the_best_dimension_in_units_of_the_entropy() -> None:
    mu, factors = noisy(0)
    first, second = np.sort(mutual_information(mu, factors), axis=0)[[-1, -2]]
    entropies = [mutual_info_score(column, column) for column in factors.T]
    np.testing.assert_allclose(information_gaps(mu, factors), (first - second) / entropies)
    assert mig(mu, factors) == pytest.approx(np.mean((first - second) / entropies))


@pytest.mark.parametrize("mixed", [0.0, 0.3, 1.0])
def test_forests_score_about_what_boosted_trees_do(mixed: float) -> None:
    rng = np.random.default_rng(0)
    factors = rng.permutation(grid(3, 3, times=80))
    mu = factors @ [[1, mixed], [-mixed, 1]] + 0.2 * rng.normal(size=factors.shape)
    one, other = slice(0, 500), slice(500, None)
    boosted = [
        GradientBoostingClassifier(n_estimators=30, random_state=0).fit(mu[one], y[one]) for y in factors.T
    ]
    importance = np.stack([trees.feature_importances_ for trees in boosted], axis=1)
    wanted = [
        importance.sum(axis=1) / importance.sum() @ (1 - entropy(importance.T, base=2)),
        np.mean(1 - entropy(importance, base=2)),
        np.mean([trees.score(mu[other], y[other]) for trees, y in zip(boosted, factors.T, strict=True)]),
    ]
    np.testing.assert_allclose(dci(mu[one], factors[one], mu[other], factors[other]), wanted, atol=0.1)


def test_a_dimension_to_each_factor_scores_one() -> None:
    factors = grid(*SIZES, times=20)
    assert mig(factors, factors) == pytest.approx(1, abs=0.01)
    np.testing.assert_allclose(halves(factors, factors), 1)


def test_a_little_noise_is_forgiven() -> None:
    factors = grid(*SIZES, times=20)
    mu = factors + np.random.default_rng(0).normal(size=factors.shape) * 0.05
    assert mig(mu, factors) > 0.95
    assert min(halves(mu, factors)) > 0.95
    blurred = factors + np.random.default_rng(0).normal(size=factors.shape) * 0.5
    assert halves(blurred, factors).disentanglement > 0.7


def test_codes_that_know_nothing_score_nothing() -> None:
    factors = grid(*SIZES, times=50)
    mu = np.random.default_rng(0).normal(size=(len(factors), 6))
    assert mig(mu, factors) < 0.01
    found = halves(mu, factors)
    assert max(found.disentanglement, found.completeness) < 0.05
    assert found.informativeness == pytest.approx(np.mean([1 / size for size in SIZES]), abs=0.05)


def test_a_rotated_code_knows_as_much_and_scores_low() -> None:
    factors = grid(4, 4, 4, 4, times=4)
    mu = (factors - factors.mean(axis=0)) @ ALL_MIXED + np.random.default_rng(0).normal(
        size=(len(factors), 4)
    ) * 0.05
    assert mig(mu, factors) < 0.05
    found = halves(mu, factors)
    assert max(found.disentanglement, found.completeness) < 0.3
    assert found.informativeness > 0.7


def test_a_factor_in_two_dimensions_has_no_gap_and_is_less_complete_but_as_disentangled() -> None:
    factors = grid(*SIZES, times=20)
    twice = factors[:, [0, 1, 2, 2]] * [1, 1, 1, -3]
    np.testing.assert_allclose(information_gaps(twice, factors), [1, 1, 0], atol=1e-9)
    found = halves(twice, factors)
    assert found.disentanglement == pytest.approx(1)
    assert found.completeness < 0.95


def test_two_factors_in_one_dimension_are_complete_but_not_disentangled() -> None:
    factors = grid(4, 4, times=30)
    both = np.stack(
        [factors[:, 0] * 4 + factors[:, 1], np.random.default_rng(0).normal(size=len(factors))], axis=1
    )
    found = halves(both, factors)
    assert found.disentanglement < 0.1
    assert found.completeness > 0.8
    assert found.informativeness > 0.95


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=20)
def test_order_scale_and_sign_of_dimensions_do_not_matter_to_the_gap(seed: int) -> None:
    mu, factors = noisy(seed)
    rng = np.random.default_rng(seed)
    changed = mu[:, rng.permutation(4)] * rng.choice([-8.0, -0.5, 0.25, 1.0, 4.0], 4)
    assert mig(changed, factors) == pytest.approx(mig(mu, factors), abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_order_scale_and_sign_of_dimensions_hardly_matter_to_the_forests(seed: int) -> None:
    mu, factors = noisy(seed, 1000)
    changed = mu[:, [2, 0, 3, 1]] * [-8.0, 0.5, -0.25, 4.0]
    np.testing.assert_allclose(halves(changed, factors), halves(mu, factors), atol=0.1)


def test_collapsed_dimensions_are_left_out() -> None:
    mu, factors = noisy(1)
    rounding = 1e-7 * np.random.default_rng(0).normal(size=(len(mu), 1))
    padded = np.concatenate([np.full((len(mu), 2), 0.3), mu, 7 + rounding], axis=1)
    assert mig(padded, factors) == mig(mu, factors)
    assert halves(padded, factors) == halves(mu, factors)


def test_a_wholly_collapsed_code_scores_nothing() -> None:
    _, factors = noisy(1)
    mu = np.full((len(factors), 3), 0.3)
    assert mig(mu, factors) == 0
    found = halves(mu, factors)
    assert found[:2] == (0, 0)
    assert 0 < found.informativeness < 0.5


def test_one_dimension_that_tells_one_factor_is_all_a_single_factor_needs() -> None:
    factors = grid(4, times=20)
    assert information_gaps(factors, factors).tolist() == [1]
    assert halves(factors, factors) == (1, 1, 1)


def test_more_values_than_bins_can_not_be_told_apart() -> None:
    factors = grid(32, 3, times=5)
    assert information_gaps(factors, factors)[0] == pytest.approx(0.85, abs=0.01)
    assert information_gaps(factors, factors, bins=32)[0] == pytest.approx(1)


def test_factors_may_be_any_numbers() -> None:
    factors = factor_values(sample_indices(2000, seed=0)).astype(np.float64)
    mu = factors + 0.001 * np.random.default_rng(0).normal(size=factors.shape)
    gaps = information_gaps(mu, factors)
    assert gaps[:2] == pytest.approx([1, 1], abs=0.05)
    renamed = np.stack([np.unique(column, return_inverse=True)[1] for column in factors.T], axis=1)
    np.testing.assert_array_equal(gaps, information_gaps(mu, renamed))


def test_the_same_seed_gives_the_same_forests_and_trees_and_seed_count() -> None:
    mu, factors = noisy(3)
    found = halves(mu, factors)
    assert found == halves(mu, factors)
    assert found != halves(mu, factors, seed=1)
    assert found != halves(mu, factors, trees=3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mu": np.zeros((4, 2))}, "4 and 60"),
        ({"mu": np.full((60, 2), np.nan)}, "mu holds NaN"),
        ({"factors": np.zeros(60)}, "factors has the wrong shape"),
        ({"factors": np.ones((60, 1))}, "same value for every image"),
        ({"bins": 1}, "at least 2"),
    ],
)
def test_what_has_no_gap_is_refused(change: dict[str, object], message: str) -> None:
    given: dict[str, object] = {"mu": grid(*SIZES), "factors": grid(*SIZES)} | change
    for measure in (mig, information_gaps, mutual_information):
        with pytest.raises(InputError, match=message):
            measure(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mu": grid(*SIZES)[:, :2]}, "do not go with the reference"),
        ({"factors": grid(*SIZES)[:, :2]}, "do not go with the reference"),
        ({"factors_reference": grid(*SIZES)[:8]}, "60 and 8"),
        ({"trees": 0}, "at least 1"),
    ],
)
def test_what_forests_can_not_learn_from_is_refused(change: dict[str, object], message: str) -> None:
    names = ("mu_reference", "factors_reference", "mu", "factors")
    given: dict[str, object] = {name: grid(*SIZES) for name in names} | change
    with pytest.raises(InputError, match=message):
        dci(**given)  # type: ignore[arg-type]
