"""The two properties that make a latent space generative: continuity, and completeness.

Two close places decode to similar images; and a place drawn from the prior decodes to an image that makes sense.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes, check_count
from vae_core.metrics.holes import nearest_distances

Images = NDArray[np.float32]
PART = 1024
"""Codes decoded at once, so that memory stays bounded."""


class Completeness(NamedTuple):
    """Shares of draws from the prior, 0 to 1.

    Attributes
    ----------
    accepted : float
        Those that are both recognised and near.
    recognised : float
        Those of whose class the classifier is as sure as of most images.
    near : float
        Those as close to the data as most images are.
    """

    accepted: float
    recognised: float
    near: float


def longest_step_ratio(
    decode: Callable[[NDArray[np.float32]], NDArray[Any]],
    mu: ArrayLike,
    rng: np.random.Generator,
    *,
    segments: int = 500,
    steps: int = 16,
    neighbours: int = 10,
) -> float:
    """Return how evenly the image changes on the way from a code to a neighbouring one: 1 for an even change.

    A straight segment leads from a code to one drawn among its nearest. It is decoded at steps + 1 even places, and the
    longest of its `steps` steps in the image, as a Euclidean distance, is divided by their mean; the result is the mean
    over segments. A decoder that is smooth at this scale has one speed along so short a way, hence 1 or little more;
    where the image jumps, one step makes up the whole way, and the ratio is `steps`.

    Being a ratio along one segment, it depends on no unit of z or of pixels, so that an autoencoder, whose codes have
    no fixed scale, can be compared with a VAE; and unlike the length of the whole way, as in the perceptual path length
    of Karras et al. (2019), it does not blame a decoder for showing much variety in little room. The segments are where
    codes are: what lies between distant codes, :func:`prior_completeness` tells. A segment on which the image changes
    by hardly more than float32's rounding, a ten-thousandth of its length, counts as 1.

    Parameters
    ----------
    decode : callable
        Takes float32 z [n, d], returns images [n, ...].
    mu : array [N, d]
        Codes of images, at least two.
    rng : numpy.random.Generator
    segments : int
        How many are drawn.
    steps : int
        Into which a segment is cut, at least 2.
    neighbours : int
        Among how many nearest codes a segment may end; at most N - 1 count.

    Returns
    -------
    float, 1 to `steps`

    Raises
    ------
    InputError
        If mu is not finite or there is one code only, a count does not fit, or decode returns something else than an
        image for each z.

    Examples
    --------
    >>> codes = np.random.default_rng(0).normal(size=(50, 2))
    >>> round(longest_step_ratio(lambda z: 3 * z, codes, np.random.default_rng(1)), 3)
    1.0
    >>> longest_step_ratio(np.round, codes, np.random.default_rng(1)) > 4
    True
    """
    codes = as_codes("mu", mu)
    for name, value, low in (("segments", segments, 1), ("steps", steps, 2), ("neighbours", neighbours, 1)):
        check_count(name, value, low)
    if len(codes) < 2:
        raise InputError("One code has no neighbour.", got=len(codes), allowed="at least two codes")
    start, end = _neighbouring(codes, rng, segments, min(neighbours, len(codes) - 1))
    t = np.linspace(0, 1, steps + 1)[:, np.newaxis]
    ratios = []
    together = max(1, PART // (steps + 1))
    for k in range(0, segments, together):
        a, b = start[k : k + together, np.newaxis], end[k : k + together, np.newaxis]
        images = _decode(decode, ((1 - t) * a + t * b).reshape(-1, codes.shape[1]))
        ratios.append(_ratios(images.reshape(len(a), steps + 1, -1)))
    return float(np.concatenate(ratios).mean())


def prior_completeness(
    decoded: Images, images: Images, classify: Callable[[Images], ArrayLike], *, quantile: float = 0.95
) -> Completeness:
    """Return the share of decoded draws from the prior that make sense, by a classifier and by their distance.

    A draw is recognised if its largest class probability is at least the one that a share `quantile` of the held-out
    images reach; it is near if the nearest held-out image is no farther than for a share `quantile` of these images,
    each among the others. Both are needed: a classifier is often sure of what is no image at all, and a blur between
    two classes may be nearer to the images than these to each other. Draws just like the images would be accepted at a
    rate of about quantile², 0.9.

    Parameters
    ----------
    decoded : float array [N, C, H, W]
        Decoded draws from the prior.
    images : float array [M, C, H, W]
        Held-out images, which neither the model nor the classifier has seen; at least two.
    classify : callable
        Takes images [n, C, H, W], returns class probabilities [n, K].
    quantile : float
        Between 0 and 1.

    Returns
    -------
    Completeness

    Raises
    ------
    InputError
        If shapes do not go together, the quantile does not fit, or classify returns no probabilities.

    Examples
    --------
    >>> images = np.eye(4, dtype=np.float32).reshape(4, 1, 2, 2)
    >>> share_of_light = lambda x: x.reshape(-1, 4) / x.reshape(-1, 4).sum(axis=1, keepdims=True)
    >>> prior_completeness(np.stack([images[0], images.mean(axis=0)]), images, share_of_light)
    Completeness(accepted=0.5, recognised=0.5, near=1.0)
    """
    if not 0 < quantile < 1:
        raise InputError("The quantile does not fit.", got=quantile, allowed="between 0 and 1")
    sureness = _sureness(classify, images)
    bound = np.quantile(nearest_distances(images, images, own=True), quantile)
    recognised = _sureness(classify, decoded) >= np.quantile(sureness, 1 - quantile)
    near = nearest_distances(decoded, images) <= bound
    return Completeness(float((recognised & near).mean()), float(recognised.mean()), float(near.mean()))


def _neighbouring(
    codes: NDArray[np.float64], rng: np.random.Generator, segments: int, neighbours: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    # Here, because it takes a second that others need not wait for.
    from sklearn.neighbors import NearestNeighbors

    first = rng.integers(len(codes), size=segments)
    nearest = (
        NearestNeighbors(n_neighbors=neighbours + 1)
        .fit(codes)
        .kneighbors(codes[first], return_distance=False)
    )
    # A code is its own nearest, unless others are equal to it: then the way is of length 0, which counts as 1.
    chosen = nearest[np.arange(segments), rng.integers(1, neighbours + 1, size=segments)]
    return codes[first], codes[chosen]


def _ratios(paths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longest over mean step [P] of paths [P, steps + 1, pixels]."""
    lengths = np.linalg.norm(np.diff(paths, axis=1), axis=2)
    moves = lengths.sum(axis=1) > 1e-4 * np.linalg.norm(paths, axis=2).max(axis=1)
    return np.where(moves, lengths.max(axis=1) / np.where(moves, lengths.mean(axis=1), 1), 1.0)


def _decode(
    decode: Callable[[NDArray[np.float32]], NDArray[Any]], z: NDArray[np.float64]
) -> NDArray[np.float64]:
    images = np.asarray(decode(z.astype(np.float32)), dtype=np.float64)
    if len(images) != len(z) or not np.isfinite(images).all():
        raise InputError(
            "decode returned no images.", got=list(images.shape), allowed=f"finite numbers [{len(z)}, ...]"
        )
    return images


def _sureness(classify: Callable[[Images], ArrayLike], images: Images) -> NDArray[np.float64]:
    probabilities = np.asarray(classify(images), dtype=np.float64)
    if (
        probabilities.ndim != 2
        or len(probabilities) != len(images)
        or not (np.abs(probabilities - 0.5) <= 0.5 + 1e-4).all()
    ):
        allowed = f"probabilities [{len(images)}, K]"
        raise InputError(
            "classify returned no probabilities.", got=list(probabilities.shape), allowed=allowed
        )
    return np.asarray(probabilities.max(axis=1))
