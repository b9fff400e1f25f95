"""Do random places decode to anything like the data?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_core.errors import InputError

Images = NDArray[np.float32]
PART = 256
"""Images compared with all references at once, so that memory stays bounded."""


def nearest_distances(images: Images, references: Images, own: bool = False) -> NDArray[np.float32]:
    """Return each image's Euclidean distance to the nearest reference image.

    Parameters
    ----------
    images, references : float arrays [N, C, H, W] and [M, C, H, W]
    own : bool
        Image n was made from reference n, which does not count as its neighbour.

    Returns
    -------
    float32 [N]
        Square root of the sum of squared differences over pixels and channels.

    Raises
    ------
    InputError
        If the shapes do not go together, or nothing is left to compare with.

    Examples
    --------
    >>> nearest_distances(np.zeros((1, 1, 2, 2), np.float32), np.ones((3, 1, 2, 2), np.float32))
    array([2.], dtype=float32)
    """
    if images.shape[1:] != references.shape[1:] or len(references) <= own:
        raise InputError(
            "These images can't be compared.", got=f"{list(images.shape)} with {list(references.shape)}"
        )
    if own and len(images) > len(references):
        raise InputError(
            "More images than references they were made from.", got=len(images), allowed=len(references)
        )
    flat = references.reshape(len(references), -1)
    squares = (flat**2).sum(axis=1)
    nearest = np.empty(len(images), np.float32)
    for start in range(0, len(images), PART):
        rows = images[start : start + PART].reshape(-1, flat.shape[1])
        between = (rows**2).sum(axis=1)[:, None] + squares - 2 * rows @ flat.T
        if own:
            between[np.arange(len(rows)), start + np.arange(len(rows))] = np.inf
        nearest[start : start + PART] = np.sqrt(np.maximum(between.min(axis=1), 0))
    return nearest


def off_data_share(decoded: Images, rebuilt: Images, images: Images, quantile: float = 0.95) -> float:
    """Return the share of decoded random places that lie farther from the data than reconstructions do.

    The yardstick is the distance from reconstruction n to the nearest image other than image n, of which a share
    `quantile` lies below it: a reconstruction is as blurred as any other decode, an image is not.

    Parameters
    ----------
    decoded : float array [N, C, H, W]
        Decoded draws, from the prior for instance.
    rebuilt : float array [K, C, H, W]
        Reconstructions of the first K held-out images.
    images : float array [M, C, H, W]
        Held-out images, K at least.
    quantile : float
        0 to 1. Random decodes that were just like reconstructions would give 1 - quantile.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InputError
        If the shapes do not go together.
    """
    bound = np.quantile(nearest_distances(rebuilt, images, own=True), quantile)
    return float((nearest_distances(decoded, images) > bound).mean())
