"""Are neighbours on the map neighbours among the images, and the other way round?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes, check_count


def trustworthiness(
    images: ArrayLike, mu: ArrayLike, k: int = 12, *, limit: int = 2000, seed: int = 0
) -> float:
    """Return how far neighbours on the map can be trusted to be neighbours among the images.

    T(k) = 1 - 2 / (nk (2n - 3k - 1)) Σ_i Σ_{j ∈ U_k(i)} (r(i, j) - k), of Venna and Kaski (2001), where
    U_k(i) are those of code i's k nearest codes that are not among image i's k nearest images, and image j is the r-th
    nearest to image i. Distances are Euclidean, between pixels and between posterior means. The value is
    scikit-learn's.

    Parameters
    ----------
    images : array [N, C, H, W]
        Or any other numbers [N, ...] in whose neighbourhoods one believes.
    mu : array [N, d]
    k : int
        Neighbours, 1 to less than half of the images that count.
    limit : int
        At most so many images count, drawn with `seed`; memory is some 24 bytes times the square of their number. The
        more there are, the smaller a neighbourhood is k of them.
    seed : int

    Returns
    -------
    float, 0 to 1
        1 if no neighbour is false; about 0.5 for a map without meaning.

    Raises
    ------
    InputError
        If the arrays do not go together, are not finite, or k does not fit.

    Examples
    --------
    >>> line = np.arange(10.0)[:, np.newaxis]
    >>> trustworthiness(line, -line, k=2)
    1.0
    """
    return _trustworthiness(*_prepare(images, mu, k, limit, seed), k)


def neighbour_continuity(
    images: ArrayLike, mu: ArrayLike, k: int = 12, *, limit: int = 2000, seed: int = 0
) -> float:
    """Return how far neighbours among the images are neighbours on the map.

    The continuity of Venna and Kaski (2001): :func:`trustworthiness` with the two spaces exchanged. A
    map that tears neighbours apart lacks it, one that folds strangers together lacks trustworthiness. Arguments,
    result and errors are those of :func:`trustworthiness`.

    Examples
    --------
    >>> line = np.arange(10.0)[:, np.newaxis]
    >>> neighbour_continuity(line, -line, k=2)
    1.0
    """
    return _trustworthiness(*_prepare(images, mu, k, limit, seed)[::-1], k)


def _prepare(
    images: ArrayLike, mu: ArrayLike, k: int, limit: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pixels, codes = np.asarray(images), as_codes("mu", mu)
    if pixels.ndim < 2 or len(pixels) != len(codes):
        got = f"images {list(pixels.shape)}, mu {list(codes.shape)}"
        raise InputError("The images do not go with their codes.", got=got, allowed="as many of both")
    check_count("limit", limit, 1)
    if len(codes) > limit:
        chosen = np.sort(np.random.default_rng(seed).choice(len(codes), limit, replace=False))
        pixels, codes = pixels[chosen], codes[chosen]
    check_count("k", k, 1)
    if 2 * k >= len(codes):
        raise InputError(
            "There are too few images for so many neighbours.", got=k, allowed=f"less than {len(codes) / 2:g}"
        )
    return as_codes("images", pixels.reshape(len(pixels), -1)), codes


def _trustworthiness(believed: NDArray[np.float64], judged: NDArray[np.float64], k: int) -> float:
    from sklearn.manifold import trustworthiness as measure  # here, because it takes a second to load

    return float(measure(believed, judged, n_neighbors=k))
