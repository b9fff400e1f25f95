"""How far are the features of decoded images from those of real ones?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes


def classifier_frechet_distance(features: ArrayLike, references: ArrayLike) -> float:
    """Return the squared Fréchet distance between two Gaussians fitted to features of a classifier trained here.

    d² = |m1 - m2|² + tr(C1 + C2 - 2 (C1^½ C2 C1^½)^½), the result of Dowson and Landau (1982), with the mean and the
    covariance (divisor N - 1) of each set. It is not the FID of Heusel et al. (2017), whose features are those of an
    Inception network trained on ImageNet. Values for different classifiers can't be compared, nor can values for
    different numbers of images, since few images make it larger. Take references that the classifier was not trained
    on, since images that it knows by heart have other features; how far two halves of these are apart is the least to
    expect.

    No covariance is formed and no matrix root is taken: with the centred features divided by √(N - 1) as Q1 R1 and
    Q2 R2, the trace of the root is the sum of the singular values of R1 R2ᵀ, so that features of low rank do no harm.

    Parameters
    ----------
    features, references : arrays [N, D] and [M, D]
        At least two of each.

    Returns
    -------
    float, at least 0, in squared units of the features

    Raises
    ------
    InputError
        If the numbers of features differ, are not finite, or there is one image only.

    Examples
    --------
    >>> classifier_frechet_distance([[-1.0], [1.0]], [[2.0], [4.0]])
    9.0
    """
    x, y = as_codes("features", features), as_codes("references", references)
    if x.shape[1] != y.shape[1] or min(len(x), len(y)) < 2:
        got = f"{list(x.shape)} and {list(y.shape)}"
        raise InputError(
            "These features can't be compared.", got=got, allowed="[N, D] and [M, D], N and M at least 2"
        )
    (mean_x, root_x), (mean_y, root_y) = _gaussian(x), _gaussian(y)
    between = np.linalg.svd(root_x @ root_y.T, compute_uv=False).sum()
    squared = ((mean_x - mean_y) ** 2).sum() + (root_x**2).sum() + (root_y**2).sum() - 2 * between
    return max(float(squared), 0.0)


def _gaussian(features: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean [D] and an upper triangle R for which RᵀR is the covariance."""
    mean = features.mean(axis=0)
    return mean, np.asarray(np.linalg.qr((features - mean) / np.sqrt(len(features) - 1), mode="r"))
