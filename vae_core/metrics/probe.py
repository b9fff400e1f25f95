"""Can a straight boundary in latent space tell the classes?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from vae_core.errors import InputError
from vae_core.metrics.labelled import as_labelled


def linear_probe_accuracy(
    mu_reference: ArrayLike, labels_reference: ArrayLike, mu: ArrayLike, labels: ArrayLike
) -> float:
    """Return the share of held-out codes whose class a linear classifier, fitted to the reference codes, tells.

    The linear probe of Alain and Bengio (2017): multinomial logistic regression, scikit-learn's, that minimises
    |W|² / 2 - Σ_n log softmax(W z_n + b)[y_n] on dimensions scaled to mean 0 and variance 1 over the reference. No k is
    to be chosen, but it sees only what straight boundaries can: classes in rings around each other are apart for
    :func:`knn_accuracy` and not for the probe.

    Parameters
    ----------
    mu_reference, mu : arrays [M, d] and [N, d]
        Posterior means of training images, and of held-out ones.
    labels_reference, labels : integer arrays [M] and [N]

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InputError
        If shapes do not go together, codes are not finite, or the reference has one class only.

    Examples
    --------
    >>> linear_probe_accuracy([[0.0], [0.1], [5.0], [5.1]], [0, 0, 1, 1], [[0.2], [4.0], [1.0]], [0, 1, 1])
    0.666...
    """
    given = as_labelled(mu_reference, labels_reference, mu, labels)
    if len(np.unique(given.known)) < 2:
        raise InputError(
            "There is one class only, so that there is nothing to tell apart.", got=int(given.known[0])
        )
    # Here, because it takes a second that others need not wait for.
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    return float(probe.fit(given.reference, given.known).score(given.codes, given.wanted))
