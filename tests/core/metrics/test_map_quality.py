from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.metrics import neighbour_continuity, trustworthiness

Floats = NDArray[np.float64]
Measure = Callable[..., float]
BOTH = pytest.mark.parametrize("measure", [trustworthiness, neighbour_continuity])


def plane(seed: int, count: int = 80) -> tuple[Floats, Floats]:
    """Images [N, 1, 3, 3] that depend on two numbers, and a noisy map of these."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(count, 2))
    return (z @ rng.normal(size=(2, 9))).reshape(count, 1, 3, 3), z + 0.3 * rng.normal(size=z.shape)


def ranks(points: Floats) -> NDArray[np.int64]:
    """How many-th nearest point j is to point i, which itself is its 0-th."""
    distances = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    return distances.argsort(axis=1).argsort(axis=1)


def by_hand(believed: Floats, judged: Floats, k: int) -> float:
    n = len(believed)
    total = 0
    for far, near in zip(ranks(believed), ranks(judged), strict=True):
        false = (near <= k) & (far > k)
        total += int((far[false] - k).sum())
    return 1 - 2 * total / (n * k * (2 * n - 3 * k - 1))


@given(st.integers(0, 10_000), st.integers(1, 39))
@settings(deadline=None, max_examples=30)
def test_both_are_the_sums_over_false_and_missing_neighbours(seed: int, k: int) -> None:
    images, mu = plane(seed)
    flat = images.reshape(len(images), -1)
    assert trustworthiness(images, mu, k) == pytest.approx(by_hand(flat, mu, k))
    assert neighbour_continuity(images, mu, k) == pytest.approx(by_hand(mu, flat, k))


@given(st.integers(0, 1000), st.floats(0.1, 100), st.floats(-10, 10))
@settings(deadline=None, max_examples=15)
def test_scaling_and_moving_the_map_change_nothing(seed: int, scale: float, shift: float) -> None:
    images, mu = plane(seed)
    for measure in (trustworthiness, neighbour_continuity):
        assert measure(images, mu * -scale + shift) == pytest.approx(measure(images, mu), abs=1e-3)


@BOTH
def test_a_faithful_map_scores_one_and_one_without_meaning_a_half(measure: Measure) -> None:
    images, _ = plane(0, 600)
    _, _, basis = np.linalg.svd(images.reshape(600, 9), full_matrices=False)
    assert measure(images, images.reshape(600, 9) @ basis[:2].T) == pytest.approx(1)
    assert measure(images, np.random.default_rng(1).normal(size=(600, 2))) == pytest.approx(0.5, abs=0.05)


def test_a_fold_costs_trust_and_a_tear_costs_continuity() -> None:
    z = np.random.default_rng(0).uniform(-1, 1, size=(400, 2))
    folded, torn = np.abs(z), z + np.sign(z) * [0.0, 5.0] + (z[:, :1] > 0) * [20.0, 0.0]
    assert trustworthiness(z, folded) < 0.95 < neighbour_continuity(z, folded)
    assert neighbour_continuity(z, torn) < 0.995 < trustworthiness(z, torn)


def test_twelve_neighbours_count_by_default() -> None:
    images, mu = plane(1)
    assert trustworthiness(images, mu) == trustworthiness(images, mu, k=12)
    assert len({trustworthiness(images, mu, k=k) for k in (1, 5, 12, 30)}) == 4


@BOTH
def test_of_many_images_a_few_drawn_by_the_seed_are_measured(measure: Measure) -> None:
    images, mu = plane(2, 400)
    found = measure(images, mu, limit=100)
    assert found == measure(images, mu, limit=100)
    assert found != measure(images, mu, limit=100, seed=1)
    assert found == pytest.approx(measure(images, mu, k=48), abs=0.05)
    chosen = np.sort(np.random.default_rng(0).choice(400, 100, replace=False))
    assert found == measure(images[chosen], mu[chosen])


def test_bytes_are_as_good_as_fractions() -> None:
    images = np.random.default_rng(0).integers(0, 256, size=(50, 1, 4, 4), dtype=np.uint8)
    mu = np.random.default_rng(1).normal(size=(50, 2))
    assert trustworthiness(images, mu) == pytest.approx(trustworthiness(images / 255, mu))


@BOTH
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mu": np.zeros((5, 2))}, "do not go with their codes"),
        ({"images": np.full((80, 1, 3, 3), np.nan)}, "images holds NaN"),
        ({"mu": np.full((80, 2), np.inf)}, "mu holds NaN"),
        ({"k": 0}, "at least 1"),
        ({"k": 40}, "less than 40"),
        ({"k": 12, "limit": 20}, "less than 10"),
        ({"limit": 0}, "limit does not fit"),
    ],
)
def test_what_has_no_neighbours_is_refused(measure: Measure, change: dict[str, object], message: str) -> None:
    images, mu = plane(0)
    given: dict[str, object] = {"images": images, "mu": mu} | change
    with pytest.raises(InputError, match=message):
        measure(**given)
