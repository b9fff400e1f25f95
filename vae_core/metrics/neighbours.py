"""Does an image's neighbourhood in latent space tell its class?"""

from __future__ import annotations

from numpy.typing import ArrayLike

from vae_core.errors import InputError
from vae_core.latent.arrays import check_count
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
