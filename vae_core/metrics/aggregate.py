"""How the codes of all images together, the aggregated posterior q(z) = 1/N Σ_n q(z|x_n), differ from the prior."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes, check_count

Floats = NDArray[np.float64]
SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
PART = 32_768
"""Numbers held at once in the largest array, so that memory stays bounded, and small enough for a processor's cache."""


class KLTerms(NamedTuple):
    """Three parts, in nats, of the mean over images of KL(q(z|x) || p(z)).

    Attributes
    ----------
    mutual_information : float
        What z tells about which image it came from; at most log N.
    total_correlation : float
        How far the dimensions of q(z) depend on each other.
    dimension_wise_kl : float
        Sum over dimensions of the divergence of q(z_j) from the prior.
    """

    mutual_information: float
    total_correlation: float
    dimension_wise_kl: float


def kl_terms(mu: ArrayLike, logvar: ArrayLike, rng: np.random.Generator, *, draws: int = 2000) -> KLTerms:
    """Split the mean KL into mutual information, total correlation and dimension-wise KL.

    E[log q(z|x_n) / q(z)] + E[log q(z) / Π_j q(z_j)] + Σ_j E[log q(z_j) / p(z_j)], equation 2 of Chen, Li, Grosse and
    Duvenaud (2018). One z is drawn for each of some images, and q(z) there is the mean over all N posteriors given,
    log q(z) = logsumexp_n log q(z|x_n) - log N: the paper's minibatch weights, which stand in for images that are not
    at hand, are not needed. The three add up to the Monte-Carlo estimate of the KL from the same draws. Each has its
    standard error: a total correlation of 0 may come out slightly negative.

    They are those of the images given, not of all that there could be. N images carry log N nats at most, 9.2 for
    10,000: where the KL is larger, the mutual information stops there and the rest is counted as total correlation.

    Parameters
    ----------
    mu, logvar : arrays [N, d]
        Posteriors of all images that make up q(z).
    rng : numpy.random.Generator
    draws : int
        Images for which z is drawn, without replacement; all of them if there are fewer. Time grows with draws · N · d.

    Returns
    -------
    KLTerms, nats

    Raises
    ------
    InputError
        If the shapes differ, or numbers are not finite or no log variance of a code.

    Examples
    --------
    Two images that are told apart perfectly, by z close to -1 or 1:

    >>> terms = kl_terms([[-1.0], [1.0]], [[-9.0], [-9.0]], np.random.default_rng(0))
    >>> round(terms.mutual_information, 6) == round(math.log(2), 6), terms.total_correlation
    (True, 0.0)
    """
    means, logs = as_codes("mu", mu), as_codes("logvar", logvar)
    if means.shape != logs.shape:
        raise InputError("mu and logvar differ in shape.", got=f"{list(means.shape)} and {list(logs.shape)}")
    if np.abs(logs).max() > 80:
        raise InputError(
            "logvar is no log variance of a code.", got=f"{logs.min()} to {logs.max()}", allowed="-80 to 80"
        )
    check_count("draws", draws, 1)
    count, d = means.shape
    chosen = np.arange(count) if draws >= count else np.sort(rng.choice(count, draws, replace=False))
    z = means[chosen] + np.exp(0.5 * logs[chosen]) * rng.standard_normal((len(chosen), d))
    own = _log_normal(z, means[chosen], logs[chosen]).sum(axis=1)
    prior = _log_normal(z, np.zeros(d), np.zeros(d)).sum(axis=1)
    joint, product = _log_aggregate(z, means, logs)
    return KLTerms(
        float((own - joint).mean()), float((joint - product).mean()), float((product - prior).mean())
    )


def mmd_squared(z: ArrayLike, prior: ArrayLike) -> float:
    """Return the squared maximum mean discrepancy between codes and draws from a standard normal prior, unbiased.

    Mean of k over pairs of different codes, plus the same over draws, less twice the mean over codes with draws: the
    U-statistic of Gretton et al. (2012), lemma 6. The kernel is the inverse multiquadric that Tolstikhin et al. (2018)
    use for Wasserstein autoencoders, summed over scales as in their code: k(x, y) = Σ_s C_s / (C_s + |x - y|²) with
    C_s = 2ds for s in 0.1, 0.2, 0.5, 1, 2, 5, 10.

    Parameters
    ----------
    z, prior : arrays [N, d] and [M, d]
        Codes, sampled or posterior means, and draws from N(0, I). At least two of each; memory stays bounded, time
        grows with the square of their number.

    Returns
    -------
    float
        0 on average if both have one law, and then as often negative; below 14.

    Raises
    ------
    InputError
        If the numbers of dimensions differ, numbers are not finite, or there is one code only.

    Examples
    --------
    >>> mmd_squared([[0.0], [0.0]], [[0.0], [0.0]])
    0.0
    """
    x, y = as_codes("z", z), as_codes("prior", prior)
    if x.shape[1] != y.shape[1] or min(len(x), len(y)) < 2:
        got = f"{list(x.shape)} and {list(y.shape)}"
        raise InputError(
            "These codes can't be compared.", got=got, allowed="[N, d] and [M, d], N and M at least 2"
        )
    n, m, own = len(x), len(y), len(SCALES)
    within = (_kernel_sum(x, x) - own * n) / (n * (n - 1)) + (_kernel_sum(y, y) - own * m) / (m * (m - 1))
    return within - 2 * _kernel_sum(x, y) / (n * m)


def _kernel_sum(x: Floats, y: Floats) -> float:
    """Return the sum of the kernel over all pairs; a code with itself gives len(SCALES)."""
    total, squares = 0.0, (y**2).sum(axis=1)
    for part in _split(x, len(y)):
        apart = np.maximum((part**2).sum(axis=1)[:, np.newaxis] + squares - 2 * part @ y.T, 0)
        for scale in SCALES:
            c = 2 * x.shape[1] * scale
            total += float((c / (c + apart)).sum())
    return total


def _log_aggregate(z: Floats, means: Floats, logs: Floats) -> tuple[Floats, Floats]:
    """Return log q(z) and log Π_j q(z_j) [N] of the mixture of all posteriors."""
    joint, product = [], []
    for part in _split(z, means.size):
        each = _log_normal(part[:, np.newaxis], means, logs)
        joint.append(_log_mean(each.sum(axis=2)))
        # In one dimension the two are the same number, not almost.
        product.append(joint[-1] if z.shape[1] == 1 else _log_mean(each).sum(axis=1))
    return np.concatenate(joint), np.concatenate(product)


def _split(codes: Floats, numbers_each: int) -> list[Floats]:
    rows = max(1, PART // numbers_each)
    return [codes[start : start + rows] for start in range(0, len(codes), rows)]


def _log_mean(values: Floats) -> Floats:
    """Return log of the mean over axis 1 of exp(values), without overflow."""
    highest = values.max(axis=1, keepdims=True)
    return np.asarray(highest[:, 0] + np.log(np.exp(values - highest).mean(axis=1)))


def _log_normal(z: Floats, mean: Floats, logvar: Floats) -> Floats:
    return np.asarray(-0.5 * (math.log(2 * math.pi) + logvar + (z - mean) ** 2 * np.exp(-logvar)))
