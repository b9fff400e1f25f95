"""Places in latent space worth going to: how far the sliders reach, which of them matter, and random draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer import planes
from vae_core.metrics import knn_votes

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

PRIOR_LIMIT = 4.0
MOST_SLIDERS = 12
IDLE = 0.01
"""A dimension that carries less, in nats per image or as an autoencoder's variance, does nothing that one could see."""
VOTERS, MOST_VOTERS = 15, 5000


def start(trained: TrainedModel) -> NDArray[np.float32]:
    """Return where the sliders begin [d]: the prior's centre, or the codes' median where there is no prior."""
    if trained.has_prior:
        return np.zeros(trained.latent_dim, np.float32)
    return np.asarray(np.median(trained.latent_map.mu, axis=0), np.float32)


def slider_limit(trained: TrainedModel) -> float:
    """Return how far the sliders reach: 4 standard deviations of the prior, or the codes' range without a prior."""
    if trained.has_prior:
        return PRIOR_LIMIT
    return float(np.ceil(np.quantile(np.abs(trained.latent_map.mu), 0.999) * 1.1))


def votes(
    trained: TrainedModel, z: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    """Return the class that most of the 15 held-out codes nearest to each z [N, d] have, and its share of them.

    None without classes, and for one class of a conditional model, whose places are the same for all classes.
    """
    known = trained.latent_map
    if known.labels is None or not len(known.mu) or trained.given_class is not None:
        return None
    every = -(-len(known.mu) // MOST_VOTERS)
    return knn_votes(known.mu[::every], known.labels[::every], z, VOTERS)


def dimension_order(trained: TrainedModel) -> tuple[tuple[int, float], ...]:
    """Return (dimension, mean KL in nats, or variance for an autoencoder), in the order in which they are worth moving.

    That is by number, dimensions that carry nothing last; most used first where they are many. Without codes none is
    known to be used more than another: 0 for each.
    """
    if not trained.has_encoder:
        return tuple((i, 0.0) for i in range(trained.latent_dim))
    used = planes.usage(trained.latent_map.mu, trained.latent_map.logvar)
    order = np.argsort(-used if trained.latent_dim > MOST_SLIDERS else used < IDLE, kind="stable")
    return tuple((int(i), float(used[i])) for i in order)


def draws(
    trained: TrainedModel, count: int, rng: np.random.Generator, temperature: float
) -> NDArray[np.float32]:
    """Return places [count, d] from the prior, or from a Gaussian fitted to the codes of a model without any."""
    if trained.is_discrete:
        return trained.sample(count, rng, temperature)[0]
    mean, factor = draw_law(trained)
    noise = temperature * rng.standard_normal((count, trained.latent_dim))
    return (mean + noise @ factor.T).astype(np.float32)


def draw_law(trained: TrainedModel) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean m [d] and factor F [d, d] of the law of random places, m + F eps with eps ~ N(0, I).

    It is the prior, or a Gaussian fitted to the codes of a model without one.
    """
    d = trained.latent_dim
    if trained.has_prior:
        return np.zeros(d, np.float32), np.eye(d, dtype=np.float32)
    mu = trained.latent_map.mu
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(mu, rowvar=False)))
    factor = axes * np.sqrt(np.maximum(variances, 0))
    return mu.mean(axis=0), factor.astype(np.float32)
