from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.latent.known_surfaces import cylinder, random_surface, sphere, swiss_roll, unrolled
from vae_core.errors import InputError
from vae_core.latent import energy, even, length, lerp, slerp, steps

seeds = st.integers(0, 2**32 - 1)


def test_a_parallel_has_the_length_of_its_circle() -> None:
    path = lerp([0, 0.5], [2, 0.5], 60)
    assert length(sphere(), path) == pytest.approx(2 * np.cos(0.5), rel=1e-4)


def test_an_unrolled_sheet_has_its_length() -> None:
    a, b = np.array([2.0, 1.0]), np.array([9.0, 1.0])
    assert length(swiss_roll(), lerp(a, b, 100)) == pytest.approx(unrolled(a, b), rel=1e-4)


def test_steps_are_between_the_given_points_only() -> None:
    found = steps(cylinder(1.0), [[0, 0], [0, 1], [0, 3]])
    np.testing.assert_allclose(found, [1, 2])


@given(seed=seeds, d=st.integers(1, 5))
@settings(deadline=None, max_examples=30)
def test_energy_is_at_least_half_the_squared_length_and_equal_to_it_at_constant_speed(
    seed: int, d: int
) -> None:
    surface, rng = random_surface(seed, d), np.random.default_rng(seed)
    path = slerp(*rng.normal(size=(2, d)), 40)
    assert energy(surface, path) >= 0.5 * length(surface, path) ** 2 * (1 - 1e-6)
    at_pace = even(surface, path, 161)
    assert energy(surface, at_pace) == pytest.approx(0.5 * length(surface, at_pace) ** 2, rel=1e-2)


@given(seed=seeds, n=st.integers(2, 8))
@settings(deadline=None, max_examples=30)
def test_at_constant_speed_the_image_changes_evenly_and_the_ends_stay(seed: int, n: int) -> None:
    surface, rng = random_surface(seed, 2), np.random.default_rng(seed)
    path = lerp(*rng.normal(size=(2, 2)), 60)
    found = even(surface, path, n)
    assert (found.shape, found.dtype) == ((n, 2), np.float32)
    np.testing.assert_array_equal(found[[0, -1]], path[[0, -1]])
    fine = even(surface, path, 100 * (n - 1) + 1)
    np.testing.assert_allclose(fine[::100], found, atol=1e-5)
    pieces = steps(surface, fine).reshape(n - 1, 100).sum(1)
    np.testing.assert_allclose(pieces, pieces.mean(), rtol=0.02)


def test_where_nothing_changes_a_path_keeps_its_pace() -> None:
    np.testing.assert_array_equal(
        even(cylinder(0.0), [[0, 1], [4, 1]], 5)[:, 0], np.arange(5, dtype=np.float32)
    )


def test_the_same_path_has_the_same_length_to_the_bit() -> None:
    surface, path = random_surface(3, 4), lerp(np.zeros(4), np.ones(4), 20)
    assert length(surface, path) == length(surface, path)
    assert even(surface, path, 7).tobytes() == even(surface, path, 7).tobytes()


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(InputError, match="needs more points"):
        length(sphere(), [[0, 0]])
    with pytest.raises(InputError, match="wrong shape"):
        energy(sphere(), [0, 0])
    with pytest.raises(InputError, match="at least 2"):
        even(sphere(), [[0, 0], [1, 1]], 1)
