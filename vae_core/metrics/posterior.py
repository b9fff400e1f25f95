"""How much each latent dimension is used."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes


def kl_per_dimension(mu: ArrayLike, logvar: ArrayLike) -> NDArray[np.float64]:
    """Return the KL divergence of the posterior from the standard normal prior in each dimension, mean over images.

    KL = -1/2 (1 + logvar - mu^2 - exp(logvar)), equation 10 and appendix B of Kingma and Welling (2014); the sum over
    dimensions is the KL term of the ELBO.

    Parameters
    ----------
    mu, logvar : arrays [N, d]

    Returns
    -------
    float64 array [d], nats, never negative

    Raises
    ------
    InputError
        If the shapes differ or the numbers are not finite.

    Examples
    --------
    >>> kl_per_dimension([[0.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]).tolist()
    [0.0, 1.0]
    """
    means, logs = as_codes("mu", mu), as_codes("logvar", logvar)
    if means.shape != logs.shape:
        raise InputError("mu and logvar differ in shape.", got=f"{list(means.shape)} and {list(logs.shape)}")
    # expm1 keeps the digits of a nearly collapsed dimension, where exp(logvar) - 1 and logvar cancel.
    with np.errstate(over="ignore"):  # an exploded variance has an infinite KL
        variances_less_one = np.expm1(logs)
    per_image = 0.5 * (np.maximum(variances_less_one - logs, 0) + means**2)
    return np.asarray(per_image.mean(axis=0))


def active_units(mu: ArrayLike, threshold: float = 0.01) -> int:
    """Return how many dimensions have a posterior mean that varies over the images by more than the threshold.

    A_u = Cov_x(E_q(u|x)[u]) > 0.01, section 5.2 of Burda, Grosse and Salakhutdinov (2016).

    Parameters
    ----------
    mu : array [N, d]
    threshold : float
        Variance above which a dimension counts; at least 0.

    Raises
    ------
    InputError
        If mu is not finite or has another shape, or the threshold is negative.

    Examples
    --------
    >>> active_units([[0.0, 1.0, 0.05], [0.0, -1.0, -0.05]])
    1
    """
    means = as_codes("mu", mu)
    if not threshold >= 0:
        raise InputError("The threshold of active units does not fit.", got=threshold, allowed="at least 0")
    return int((means.var(axis=0) > threshold).sum())
