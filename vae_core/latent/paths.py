"""Paths from one code to another, evenly stepped, with both ends exactly where they were given."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_code, check_count

# Below this sine two directions are taken as one line, on which the turning plane would be rounding noise.
_SAME_LINE = 1e-9


def lerp(a: ArrayLike, b: ArrayLike, n: int) -> NDArray[np.float32]:
    """Return n codes on the straight line from a to b.

    Parameters
    ----------
    a, b : arrays [d]
    n : int
        Number of codes, the two ends included; at least 2.

    Returns
    -------
    float32 array [n, d]

    Raises
    ------
    InputError
        If the codes differ in length or are not finite, or n does not fit.

    Examples
    --------
    >>> lerp([0, 0], [2, 4], 3).tolist()
    [[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]]
    """
    start, end, t = _prepare(a, b, n)
    return _with_ends((1 - t) * start + t * end, start, end)


def slerp(a: ArrayLike, b: ArrayLike, n: int) -> NDArray[np.float32]:
    """Return n codes on the arc from a to b: the direction turns evenly while the length changes evenly.

    For ends of equal length this is the spherical interpolation of Shoemake (1985), which White (2016) proposed for
    latent codes because a straight line between two Gaussian samples passes through improbably short codes. For ends
    of unequal length Shoemake's formula lets the length bulge; here it stays between the two. Opposite codes have no
    arc of their own: they go round through a fixed perpendicular direction. Where there is no arc at all, because an
    end is zero or there is one dimension only, the path is straight.

    Parameters
    ----------
    a, b : arrays [d]
    n : int
        Number of codes, the two ends included; at least 2.

    Returns
    -------
    float32 array [n, d]

    Raises
    ------
    InputError
        If the codes differ in length or are not finite, or n does not fit.

    Examples
    --------
    >>> slerp([1, 0], [0, 1], 3).round(3).tolist()
    [[1.0, 0.0], [0.707..., 0.707...], [0.0, 1.0]]
    """
    start, end, t = _prepare(a, b, n)
    start_length, end_length = float(np.linalg.norm(start)), float(np.linalg.norm(end))
    if min(start_length, end_length) == 0 or len(start) == 1:
        return _with_ends((1 - t) * start + t * end, start, end)
    from_direction, to_direction = start / start_length, end / end_length
    across = to_direction - (to_direction @ from_direction) * from_direction
    sine, cosine = float(np.linalg.norm(across)), float(to_direction @ from_direction)
    if sine < _SAME_LINE and cosine < 0:
        across, sine = _perpendicular(from_direction), 0.0
    angle = math.atan2(sine, cosine)
    across = across / max(float(np.linalg.norm(across)), np.finfo(np.float64).tiny)
    directions = np.cos(t * angle) * from_direction + np.sin(t * angle) * across
    return _with_ends(((1 - t) * start_length + t * end_length) * directions, start, end)


def _prepare(
    a: ArrayLike, b: ArrayLike, n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    start, end = as_code("a", a), as_code("b", b)
    if len(start) != len(end):
        raise InputError(
            "The two ends of a path have different numbers of dimensions.", got=f"{len(start)} and {len(end)}"
        )
    check_count("n", n, 2)
    return start, end, np.linspace(0, 1, n)[:, np.newaxis]


def _perpendicular(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    axis = np.zeros_like(direction)
    axis[np.argmin(np.abs(direction))] = 1
    return axis - (axis @ direction) * direction


def _with_ends(
    path: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float32]:
    path[0], path[-1] = start, end
    return path.astype(np.float32)
