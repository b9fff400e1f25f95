"""Does an image's neighbourhood in latent space tell its class?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes, check_count
from vae_core.metrics.labelled import as_labelled


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
    # Here, because it takes a second that others need not wait for.
    from sklearn.neighbors import KNeighborsClassifier

    given = as_labelled(mu_reference, labels_reference, mu, labels)
    check_count("k", k, 1)
    if k > len(given.reference):
        raise InputError(
            "There are fewer reference codes than neighbours.", got=k, allowed=f"1 to {len(given.reference)}"
        )
    voters = KNeighborsClassifier(n_neighbors=k).fit(given.reference, given.known)
    return float(voters.score(given.codes, given.wanted))


def knn_votes(
    mu_reference: ArrayLike, labels_reference: ArrayLike, mu: ArrayLike, k: int = 15
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the class of the most among each code's k nearest reference codes, and their share of the k.

    Distances are Euclidean; of labels with equally many votes the smallest wins. Fewer reference codes than k all vote.

    Parameters
    ----------
    mu_reference, mu : arrays [M, d] and [N, d]
    labels_reference : integer array [M], not negative
    k : int
        Neighbours that vote, at least 1.

    Returns
    -------
    labels : int64 array [N]
    shares : float64 array [N]
        Above 0, at most 1.

    Raises
    ------
    InputError
        As for :func:`knn_accuracy`.

    Examples
    --------
    >>> labels, shares = knn_votes([[0.0], [0.1], [5.0]], [0, 0, 1], [[0.2], [9.0]], k=2)
    >>> labels.tolist(), shares.tolist()
    ([0, 0], [1.0, 0.5])
    """
    codes = as_codes("mu", mu)
    given = as_labelled(mu_reference, labels_reference, codes, np.zeros(len(codes), np.int64))
    check_count("k", k, 1)
    voters = min(k, len(given.reference))
    away = np.square(codes[:, None] - given.reference).sum(2)
    nearest = given.known[np.argsort(away, axis=1, kind="stable")[:, :voters]]
    votes = np.stack([np.bincount(row, minlength=int(given.known.max()) + 1) for row in nearest])
    return votes.argmax(1), votes.max(1) / voters
