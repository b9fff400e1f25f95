"""Regular grids of two-dimensional codes, and the images decoded from them side by side.

Everywhere row 0 is the top row, which holds the largest z2, and z1 grows to the right: a decoded grid lies over a
scatter plot of the same plane as it is.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes, check_count

ScalarT = TypeVar("ScalarT", bound=np.generic)


def prior_grid(n: int) -> NDArray[np.float32]:
    """Return an n x n grid on which the standard normal prior is even: each cell stands for the same probability.

    The values along each axis are the normal quantiles at (i + 1/2) / n, as in figure 4 of Kingma and Welling (2014).

    Returns
    -------
    z : float32 array [n, n, 2]

    Raises
    ------
    InputError
        If n is not a whole number of at least 1.

    Examples
    --------
    >>> prior_grid(2).round(2).tolist()
    [[[-0.67..., 0.67...], [0.67..., 0.67...]], [[-0.67..., -0.67...], [0.67..., -0.67...]]]
    """
    check_count("n", n, 1)
    normal = NormalDist()
    upper = [normal.inv_cdf((i + 0.5) / n) for i in range((n + 1) // 2, n)]
    # Mirrored rather than computed twice, so that the grid is exactly symmetric about 0.
    middle = [0.0] if n % 2 else []
    return _mesh(np.array([-value for value in reversed(upper)] + middle + upper))


def plane_grid(n: int, extent: float) -> NDArray[np.float32]:
    """Return an n x n grid with even spacing from -extent to +extent on both axes; a single point is the centre.

    Returns
    -------
    z : float32 array [n, n, 2]

    Raises
    ------
    InputError
        If n is not a whole number of at least 1, or the extent is not positive and finite.

    Examples
    --------
    >>> plane_grid(3, 2.0)[0].tolist()
    [[-2.0, 2.0], [0.0, 2.0], [2.0, 2.0]]
    """
    check_count("n", n, 1)
    if not (math.isfinite(extent) and extent > 0):
        raise InputError("The extent of a grid does not fit.", got=extent, allowed="a positive number")
    return _mesh(np.linspace(-extent, extent, n) if n > 1 else np.zeros(1))


def bilinear(corners: ArrayLike, n: int) -> NDArray[np.float32]:
    """Return an n x n grid of codes between four, each a straight mixture of the four by where it is.

    Parameters
    ----------
    corners : array [4, d]
        Top left, top right, bottom left, bottom right; they are exactly the grid's corners.
    n : int
        Codes along each side, at least 2.

    Returns
    -------
    z : float32 array [n, n, d]

    Raises
    ------
    InputError
        If there are not four codes, or n does not fit.

    Examples
    --------
    >>> bilinear([[0, 0], [2, 0], [0, 2], [2, 2]], 3)[1].tolist()
    [[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]
    """
    codes = as_codes("corners", corners)
    if len(codes) != 4:
        raise InputError("A grid between codes needs its corners.", got=len(codes), allowed="4 codes")
    check_count("n", n, 2)
    share = np.linspace(0, 1, n)[:, np.newaxis]
    top, bottom = ((1 - share) * codes[i] + share * codes[i + 1] for i in (0, 2))
    down = share[:, np.newaxis]
    grid: NDArray[np.float32] = ((1 - down) * top + down * bottom).astype(np.float32)
    return grid


def tile(images: NDArray[ScalarT]) -> NDArray[ScalarT]:
    """Join rows and columns of images into one image.

    Parameters
    ----------
    images : array [R, Cc, C, H, W]
        R rows of Cc images each.

    Returns
    -------
    array [C, R * H, Cc * W], of the same type

    Raises
    ------
    InputError
        If there are not five dimensions.

    Examples
    --------
    >>> tile(np.arange(4).reshape(2, 2, 1, 1, 1)).tolist()
    [[[0, 1], [2, 3]]]
    """
    if images.ndim != 5:
        raise InputError(
            "Images to tile have the wrong shape.", got=list(images.shape), allowed="[R, Cc, C, H, W]"
        )
    rows, columns, channels, height, width = images.shape
    return images.transpose(2, 0, 3, 1, 4).reshape(channels, rows * height, columns * width)


def _mesh(values: NDArray[np.float64]) -> NDArray[np.float32]:
    z1, z2 = np.meshgrid(values, values[::-1])
    return np.stack([z1, z2], axis=-1).astype(np.float32)
