"""What the codes of a book look like: a colour for each, and the patch of an image that it stands for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float32]
Codes = NDArray[np.int64]

LIGHT, COLOUR = (0.62, 0.9), 0.11
"""Range of lightness, and largest distance from grey, in OKLab."""


def colours(vectors: NDArray[np.float32]) -> list[str]:
    """Return a CSS colour for each of K vectors [K, D]: codes whose vectors are near have near colours.

    The three directions in which the vectors vary most become lightness and the two axes of colour; all are light
    enough for dark text.
    """
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    placed = centred @ directions[:3].T
    placed = np.pad(placed, ((0, 0), (0, 3 - placed.shape[1])))
    # By rank, since a few codes lie far out and would leave all others alike.
    ranks = placed.argsort(axis=0).argsort(axis=0) / max(len(vectors) - 1, 1)
    light = LIGHT[0] + (LIGHT[1] - LIGHT[0]) * ranks[:, 0]
    red, yellow = (COLOUR * (2 * ranks[:, axis] - 1) for axis in (1, 2))
    return [f"oklab({a:.3f} {b:.3f} {c:.3f})" for a, b, c in zip(light, red, yellow, strict=True)]


def patches(images: Images, codes: Codes, count: int) -> tuple[Images, NDArray[np.int64]]:
    """Return what each of `count` codes stands for, and how often it is used.

    Parameters
    ----------
    images : float32 [N, C, H, W]
        Decoded from the codes.
    codes : int64 [N, h, w]
    count : int

    Returns
    -------
    float32 [K, C, p, q]
        The mean over all places that have the code of the image there, with half a place around it; zeros for a code
        that has none.
    int64 [K]
        The number of these places.
    """
    _, h, w = codes.shape
    down, across = -(-images.shape[2] // h), -(-images.shape[3] // w)
    # Room at the edges, and for a last place that is not whole.
    margins = (
        (down // 2, (h + 1) * down - images.shape[2]),
        (across // 2, (w + 1) * across - images.shape[3]),
    )
    padded = np.pad(images, ((0, 0), (0, 0), *margins))
    high, wide = down + 2 * (down // 2), across + 2 * (across // 2)
    sums = np.zeros((count, images.shape[1], high, wide))
    uses = np.zeros(count, np.int64)
    for row in range(h):
        for column in range(w):
            here = codes[:, row, column]
            top, left = row * down, column * across
            np.add.at(sums, here, padded[:, :, top : top + high, left : left + wide])
            uses += np.bincount(here, minlength=count)
    mean = sums / np.maximum(uses, 1)[:, None, None, None]
    return mean.astype(np.float32), uses
