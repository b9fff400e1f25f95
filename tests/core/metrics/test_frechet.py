from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import sqrtm

from vae_core.errors import InputError
from vae_core.metrics import classifier_frechet_distance

Floats = NDArray[np.float64]


def exactly(mean: Floats, root: Floats, count: int, seed: int = 0) -> Floats:
    """Features with exactly this mean, and root rootᵀ as covariance."""
    noise = np.random.default_rng(seed).normal(size=(count, len(mean)))
    white = np.linalg.qr(noise - noise.mean(axis=0))[0] * np.sqrt(count - 1)
    return white @ root.T + mean


def by_matrix_root(x: Floats, y: Floats) -> float:
    cx, cy = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = np.real(sqrtm(cx @ cy))
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(cx + cy - 2 * root))


seeds, sizes = st.integers(0, 10_000), st.integers(2, 8)


@given(seeds, sizes)
@settings(deadline=None, max_examples=40)
def test_it_agrees_with_the_root_of_the_product_of_covariances(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, d)) @ rng.normal(size=(d, d))
    y = rng.normal(size=(50, d)) @ rng.normal(size=(d, d)) + rng.normal(size=d)
    assert classifier_frechet_distance(x, y) == pytest.approx(by_matrix_root(x, y), rel=1e-6, abs=1e-6)


@given(seeds, sizes)
@settings(deadline=None, max_examples=40)
def test_independent_gaussians_differ_by_their_means_and_deviations(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    (m1, m2), (s1, s2) = rng.normal(size=(2, d)), rng.uniform(0, 3, size=(2, d))
    x, y = exactly(m1, np.diag(s1), 40, seed), exactly(m2, np.diag(s2), 70, seed + 1)
    wanted = ((m1 - m2) ** 2).sum() + ((s1 - s2) ** 2).sum()
    assert classifier_frechet_distance(x, y) == pytest.approx(wanted, abs=1e-9)


@given(seeds, sizes)
@settings(deadline=None, max_examples=25)
def test_it_is_a_symmetric_distance_that_turning_and_moving_the_space_leave_alone(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(30, d)), rng.normal(size=(40, d)) * 2 + 1
    found = classifier_frechet_distance(x, y)
    assert found >= 0
    assert classifier_frechet_distance(y, x) == pytest.approx(found)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    assert classifier_frechet_distance(x @ turn + 5, y @ turn + 5) == pytest.approx(found, rel=1e-6, abs=1e-9)
    assert classifier_frechet_distance(3 * x, 3 * y) == pytest.approx(9 * found, rel=1e-6, abs=1e-9)
    assert classifier_frechet_distance(x, rng.permutation(x)) == pytest.approx(0, abs=1e-9)


def test_features_of_low_rank_do_no_harm() -> None:
    rng = np.random.default_rng(0)
    line = np.zeros((200, 64))
    line[:, 0] = exactly(np.zeros(1), np.ones((1, 1)), 200)[:, 0]
    across = np.roll(line, 1, axis=1)
    assert classifier_frechet_distance(line, across) == pytest.approx(2)
    assert classifier_frechet_distance(line, 3 * line) == pytest.approx(4)
    assert classifier_frechet_distance(line, np.zeros((5, 64))) == pytest.approx(1)
    few = rng.normal(size=(10, 64))
    assert classifier_frechet_distance(few, few) == pytest.approx(0, abs=1e-9)


def test_sets_from_one_law_come_closer_as_they_grow_and_noise_takes_them_apart() -> None:
    def apart(count: int, noise: float = 0.0) -> float:
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(2, count, 16))
        return classifier_frechet_distance(x, y + noise * rng.normal(size=y.shape))

    assert apart(100) > apart(1000) > apart(10_000)
    assert apart(1000) < apart(1000, 0.5) < apart(1000, 1.0)


def test_the_same_features_give_the_same_distance_again() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 50, 8))
    assert classifier_frechet_distance(x, y) == classifier_frechet_distance(x, y)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((5, 3)), np.zeros((5, 4)), r"\[5, 3\] and \[5, 4\]"),
        (np.zeros((1, 3)), np.zeros((5, 3)), "at least 2"),
        (np.full((5, 3), np.nan), np.zeros((5, 3)), "features holds NaN"),
        (np.zeros((5, 3)), np.zeros(5), "references has the wrong shape"),
    ],
)
def test_features_that_can_not_be_compared_are_refused(x: Floats, y: Floats, message: str) -> None:
    with pytest.raises(InputError, match=message):
        classifier_frechet_distance(x, y)
