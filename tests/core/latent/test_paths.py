from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.latent import lerp, slerp

Path = Callable[[object, object, int], NDArray[np.float32]]
PATHS = pytest.mark.parametrize("path", [lerp, slerp])
numbers = st.floats(-1e6, 1e6, width=32)
pairs = st.integers(1, 8).flatmap(
    lambda d: st.tuples(arrays(np.float32, d, elements=numbers), arrays(np.float32, d, elements=numbers))
)
counts = st.integers(2, 30)


@PATHS
@given(pair=pairs, n=counts)
@settings(deadline=None)
def test_both_ends_are_exactly_the_given_codes(
    path: Path, pair: tuple[NDArray[np.float32], ...], n: int
) -> None:
    a, b = pair
    codes = path(a, b, n)
    assert (codes.shape, codes.dtype) == ((n, len(a)), np.float32)
    np.testing.assert_array_equal(codes[0], a)
    np.testing.assert_array_equal(codes[-1], b)
    assert np.isfinite(codes).all()


@PATHS
@given(pair=pairs, n=counts)
@settings(deadline=None)
def test_the_way_back_is_the_way_there(path: Path, pair: tuple[NDArray[np.float32], ...], n: int) -> None:
    a, b = pair
    lengths = np.linalg.norm(a.astype(float)), np.linalg.norm(b.astype(float))
    if min(lengths) > 0:
        cosine = a.astype(float) @ b.astype(float) / np.prod(lengths)
        assume(cosine > -0.99999)  # opposite codes may go round on either side
    np.testing.assert_allclose(path(a, b, n)[::-1], path(b, a, n), rtol=1e-4, atol=1e-4 * (1 + max(lengths)))


@given(pair=pairs, n=counts)
@settings(deadline=None)
def test_a_straight_path_is_numpys_linspace(pair: tuple[NDArray[np.float32], ...], n: int) -> None:
    a, b = (code.astype(np.float64) for code in pair)
    np.testing.assert_allclose(lerp(a, b, n), np.linspace(a, b, n), rtol=1e-6, atol=1e-6)


@given(pair=pairs, n=counts)
@settings(deadline=None)
def test_the_length_along_an_arc_changes_evenly(pair: tuple[NDArray[np.float32], ...], n: int) -> None:
    a, b = (code.astype(np.float64) for code in pair)
    assume(len(a) > 1)
    assume(min(np.linalg.norm(a), np.linalg.norm(b)) > 1e-3)
    reference = np.linspace(np.linalg.norm(a), np.linalg.norm(b), n)
    np.testing.assert_allclose(np.linalg.norm(slerp(a, b, n), axis=1), reference, rtol=1e-5)


@given(pair=pairs, n=counts)
@settings(deadline=None)
def test_the_direction_along_an_arc_turns_evenly(pair: tuple[NDArray[np.float32], ...], n: int) -> None:
    a, b = (code.astype(np.float64) for code in pair)
    assume(len(a) > 1)
    assume(min(np.linalg.norm(a), np.linalg.norm(b)) > 1e-3)
    codes = slerp(a, b, n).astype(np.float64)
    directions = codes / np.linalg.norm(codes, axis=1, keepdims=True)
    turns = 2 * np.arcsin(np.clip(np.linalg.norm(np.diff(directions, axis=0), axis=1) / 2, 0, 1))
    np.testing.assert_allclose(turns, turns.mean(), atol=2e-3)


def test_between_codes_of_equal_length_an_arc_is_shoemakes() -> None:
    rng = np.random.default_rng(0)
    for d in (2, 3, 10, 64):
        a, b = rng.normal(size=(2, d))
        b *= np.linalg.norm(a) / np.linalg.norm(b)
        angle = np.arccos(a @ b / (a @ a))
        t = np.linspace(0, 1, 11)[:, np.newaxis]
        reference = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
        np.testing.assert_allclose(slerp(a, b, 11), reference, rtol=1e-5, atol=1e-6)


def test_opposite_codes_go_round_and_not_through_zero() -> None:
    for a in ([1.0, 0.0], [0.3, -0.7, 2.0], [0.0, 0.0, 5.0]):
        codes = slerp(a, [-value for value in a], 9)
        np.testing.assert_allclose(np.linalg.norm(codes, axis=1), np.linalg.norm(a), rtol=1e-5)
        assert abs(codes[4] @ np.array(a)) < 1e-5


def test_without_an_arc_the_path_is_straight() -> None:
    np.testing.assert_array_equal(slerp([0, 0], [3, 4], 5), lerp([0, 0], [3, 4], 5))
    np.testing.assert_array_equal(slerp([-1], [2], 5), lerp([-1], [2], 5))
    np.testing.assert_allclose(slerp([1, 2], [2, 4], 5), lerp([1, 2], [2, 4], 5), rtol=1e-6)
    np.testing.assert_array_equal(slerp([0, 0], [0, 0], 3), np.zeros((3, 2)))


@PATHS
def test_the_same_ends_give_the_same_bytes_and_are_left_alone(path: Path) -> None:
    a, b = np.random.default_rng(1).normal(size=(2, 7))
    before = a.copy(), b.copy()
    assert path(a, b, 9).tobytes() == path(a, b, 9).tobytes()
    np.testing.assert_array_equal((a, b), before)
    assert not np.array_equal(path(a, b, 9), path(b, a, 9))
    assert not np.array_equal(lerp(a, b, 9), slerp(a, b, 9))


@PATHS
@pytest.mark.parametrize(
    ("a", "b", "n", "message"),
    [
        ([1, 2], [1, 2, 3], 5, "2 and 3"),
        ([[1, 2]], [1, 2], 5, "a has the wrong shape"),
        ([1, 2], [], 5, "b has the wrong shape"),
        ([1, float("nan")], [1, 2], 5, "a holds NaN"),
        ([1, 2], [1, float("inf")], 5, "b holds NaN"),
        ([1, 2], [1, 1e300], 5, "b holds NaN"),
        (["x", "y"], [1, 2], 5, "a is not an array of numbers"),
        ([1, 2], [3, 4], 1, "at least 2"),
        ([1, 2], [3, 4], 2.5, "at least 2"),
    ],
)
def test_what_is_no_pair_of_ends_is_refused(path: Path, a: object, b: object, n: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        path(a, b, n)
