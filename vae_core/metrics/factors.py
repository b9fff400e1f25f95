"""What the measures of disentanglement demand of codes and of the factors that go with them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes

Floats = NDArray[np.float64]
Values = NDArray[np.int64]


def as_pair(mu: ArrayLike, factors: ArrayLike) -> tuple[Floats, Floats]:
    """Return codes [N, d] and their factors [N, F] as float64.

    Raises
    ------
    InputError
        If they are not finite, differ in N, or a factor never changes.
    """
    codes, known = as_codes("mu", mu), as_codes("factors", factors)
    if len(codes) != len(known):
        raise InputError("There are not as many codes as factors.", got=f"{len(codes)} and {len(known)}")
    same = np.flatnonzero(np.ptp(known, axis=0) == 0)
    if len(same):
        raise InputError(
            "A factor has the same value for every image.",
            got=f"column {same[0]}",
            next_step="Leave its column out.",
        )
    return codes, known


def number_values(factors: Floats) -> Values:
    """Return which of its column's values, counted from 0 in their order, each entry [N, F] is.

    >>> number_values(np.array([[0.5, 7.0], [1.0, 7.0], [0.5, 8.0]])).tolist()
    [[0, 0], [1, 0], [0, 1]]
    """
    return np.stack([np.unique(column, return_inverse=True)[1] for column in factors.T], axis=1)


def varies(codes: Floats) -> NDArray[np.bool_]:
    """Tell for each dimension [d] whether it changes over the images by more than float32's rounding."""
    return np.asarray(np.ptp(codes, axis=0) > 1e-6 * np.abs(codes).max(axis=0))
