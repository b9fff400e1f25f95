"""Paths between two maps of codes, on which codes are swapped one after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import check_count


def swapped(a: ArrayLike, b: ArrayLike, n: int) -> NDArray[np.int64]:
    """Return n maps of codes from a to b; the codes that differ are swapped row by row, evenly over the path.

    Parameters
    ----------
    a, b : integer arrays [h, w]
    n : int
        Number of maps, the two ends included; at least 2.

    Returns
    -------
    int64 array [n, h, w]

    Raises
    ------
    InputError
        If the maps differ in size or are no whole numbers, or n does not fit.

    Examples
    --------
    >>> swapped([[1, 2], [3, 4]], [[1, 7], [8, 9]], 4).reshape(4, -1).tolist()
    [[1, 2, 3, 4], [1, 7, 3, 4], [1, 7, 8, 4], [1, 7, 8, 9]]
    """
    start, end = np.asarray(a), np.asarray(b)
    whole = start.dtype.kind in "iu" and end.dtype.kind in "iu"
    if start.ndim != 2 or start.shape != end.shape or not whole:
        raise InputError(
            "The maps of codes do not go together.",
            got=f"{list(start.shape)} and {list(end.shape)}",
            allowed="two maps [h, w] of whole numbers",
        )
    check_count("n", n, 2)
    places = np.argwhere(start != end)
    maps = np.repeat(start[None].astype(np.int64), n, axis=0)
    for step in range(n):
        rows, columns = places[: round(len(places) * step / (n - 1))].T
        maps[step, rows, columns] = end[rows, columns]
    return maps
