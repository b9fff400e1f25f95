from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vae_core.errors import InputError
from vae_core.metrics import nearest_distances, off_data_share


def images(seed: int, count: int = 30) -> np.ndarray:
    return np.random.default_rng(seed).uniform(size=(count, 1, 8, 8)).astype(np.float32)


@given(st.integers(0, 1000), st.integers(1, 300), st.integers(2, 40))
@settings(deadline=None, max_examples=25)
def test_distances_agree_with_taking_each_difference(seed: int, count: int, references: int) -> None:
    x, y = images(seed, count), images(seed + 1, references)
    by_hand = np.sqrt(((x[:, None] - y[None]) ** 2).sum(axis=(2, 3, 4)))
    np.testing.assert_allclose(nearest_distances(x, y), by_hand.min(axis=1), atol=1e-3)
    if count <= references:
        by_hand[np.arange(count), np.arange(count)] = np.inf
        np.testing.assert_allclose(nearest_distances(x, y, own=True), by_hand.min(axis=1), atol=1e-3)


def test_an_image_among_the_references_is_no_distance_away() -> None:
    x = images(0)
    np.testing.assert_allclose(nearest_distances(x, x), 0, atol=1e-2)
    assert nearest_distances(x, x, own=True).min() > 0.1


def test_draws_like_reconstructions_are_off_the_data_as_seldom_as_those_are() -> None:
    x, rebuilt, draws = images(0, 2000), images(1, 1000), images(2, 1000)
    assert off_data_share(draws, rebuilt, x) == pytest.approx(0.05, abs=0.025)
    assert off_data_share(draws, rebuilt, x, quantile=0.5) == pytest.approx(0.5, abs=0.06)


def test_noise_far_from_the_data_is_off_it_and_the_data_itself_is_not() -> None:
    x = images(0, 200)
    assert off_data_share(x + 3, x * 0.9, x) == 1
    assert off_data_share(x[:50], x[:100] * 0.9, x) == 0


@pytest.mark.parametrize(
    ("one", "other", "own"),
    [
        (images(0), images(1)[..., :4], False),
        (images(0), images(1, 0), False),
        (images(0), images(1, 5), True),
    ],
)
def test_what_does_not_go_together_is_refused(one: np.ndarray, other: np.ndarray, own: bool) -> None:
    with pytest.raises(InputError):
        nearest_distances(one, other, own)
