from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.errors import InputError
from vae_core.latent import swapped


@given(seed=st.integers(0, 1000), n=st.integers(2, 20))
def test_the_path_begins_at_a_ends_at_b_and_swaps_each_code_once(seed: int, n: int) -> None:
    a, b = np.random.default_rng(seed).integers(4, size=(2, 3, 5))
    path = swapped(a, b, n)
    assert path.shape == (n, 3, 5)
    np.testing.assert_array_equal(path[0], a)
    np.testing.assert_array_equal(path[-1], b)
    moved = (path[1:] != path[:-1]).sum(axis=0)
    np.testing.assert_array_equal(moved, a != b)


def test_codes_are_swapped_row_by_row_evenly() -> None:
    path = swapped(np.zeros((2, 4), int), np.ones((2, 4), int), 5)
    assert path.sum(axis=(1, 2)).tolist() == [0, 2, 4, 6, 8]
    assert path[2].tolist() == [[1, 1, 1, 1], [0, 0, 0, 0]]


@pytest.mark.parametrize("b", [np.zeros((2, 3), int), np.zeros((2, 2)), np.zeros(4, int)])
def test_maps_that_do_not_go_together_are_refused(b: np.ndarray) -> None:
    with pytest.raises(InputError, match="do not go together"):
        swapped(np.zeros((2, 2), int), b, 3)


def test_a_path_has_two_ends() -> None:
    with pytest.raises(InputError):
        swapped(np.zeros((2, 2), int), np.zeros((2, 2), int), 1)
