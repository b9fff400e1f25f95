"""Does an image's neighbourhood in latent space tell its class?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes, check_count


def knn_accuracy(
    mu_reference: ArrayLike, labels_reference: ArrayLike, mu: ArrayLike, labels: ArrayLike, k: int = 15
) -> float:
    """Return the share of codes whose k nearest reference codes, by majority, have the right label.

    Distances are Euclidean; of labels with equally many votes the smallest wins. The reference must not hold the
    codes themselves, or each would be its own nearest neighbour: take training images as reference for test images.

    Parameters
    ----------
    mu_reference, mu : arrays [M, d] and [N, d]
    labels_reference, labels : integer arrays [M] and [N]
    k : int
        Neighbours that vote, 1 to M.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InputError
        If shapes do not go together, codes are not finite, or k does not fit.

    Examples
    --------
    >>> knn_accuracy([[0.0], [0.1], [5.0], [5.1]], [0, 0, 1, 1], [[0.2], [4.0], [1.0]], [0, 1, 1], k=2)
    0.666...
    """
    from sklearn.neighbors import (
        KNeighborsClassifier,
    )  # here, because it takes a second that others need not wait for

    reference, codes = as_codes("mu_reference", mu_reference), as_codes("mu", mu)
    if reference.shape[1] != codes.shape[1]:
        raise InputError(
            "Codes and reference codes have different numbers of dimensions.",
            got=f"{codes.shape[1]} and {reference.shape[1]}",
        )
    known = _labels("labels_reference", labels_reference, len(reference))
    wanted = _labels("labels", labels, len(codes))
    check_count("k", k, 1)
    if k > len(reference):
        raise InputError(
            "There are fewer reference codes than neighbours.", got=k, allowed=f"1 to {len(reference)}"
        )
    return float(KNeighborsClassifier(n_neighbors=k).fit(reference, known).score(codes, wanted))


def _labels(name: str, values: ArrayLike, count: int) -> NDArray[np.int64]:
    labels = np.asarray(values)
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        got = f"{labels.dtype} {list(labels.shape)}"
        raise InputError(f"{name} does not go with its codes.", got=got, allowed=f"integers [{count}]")
    return labels.astype(np.int64)
