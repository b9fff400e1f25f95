"""One latent dimension moved while the others stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.latent.arrays import as_code, check_dimension


def traverse(z: ArrayLike, dim: int, values: ArrayLike) -> NDArray[np.float32]:
    """Return copies of code z in which dimension `dim` takes each of the values.

    Parameters
    ----------
    z : array [d]
    dim : int
        Counted from 0.
    values : array [n]

    Returns
    -------
    float32 array [n, d]

    Raises
    ------
    InputError
        If an array has another shape or is not finite, or there is no such dimension.

    Examples
    --------
    >>> traverse([1, 2, 3], 1, [-1, 0, 1]).tolist()
    [[1.0, -1.0, 3.0], [1.0, 0.0, 3.0], [1.0, 1.0, 3.0]]
    """
    code, steps = as_code("z", z), as_code("values", values)
    check_dimension("dim", dim, len(code))
    codes = np.tile(code, (len(steps), 1))
    codes[:, dim] = steps
    return codes.astype(np.float32)
