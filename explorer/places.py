"""Places in latent space worth going to: how far the sliders reach, which of them matter, and random draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer import planes

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

PRIOR_LIMIT = 4.0
MOST_SLIDERS = 12


def start(trained: TrainedModel) -> NDArray[np.float32]:
    """Return where the sliders begin [d]: the prior's centre, or the codes' median where there is no prior."""
    if trained.family == "vae":
        return np.zeros(trained.latent_dim, np.float32)
    return np.asarray(np.median(trained.latent_map.mu, axis=0), np.float32)


def slider_limit(trained: TrainedModel) -> float:
    """Return how far the sliders reach: 4 standard deviations of the prior, or the codes' range without a prior."""
    if trained.family == "vae":
        return PRIOR_LIMIT
    return float(np.ceil(np.quantile(np.abs(trained.latent_map.mu), 0.999) * 1.1))


def dimension_order(trained: TrainedModel) -> tuple[tuple[int, float], ...]:
    """Return (dimension, mean KL in nats, or variance for an autoencoder), most used first where they are many."""
    used = planes.usage(trained.latent_map.mu, trained.latent_map.logvar)
    order = np.argsort(-used) if trained.latent_dim > MOST_SLIDERS else np.arange(trained.latent_dim)
    return tuple((int(i), float(used[i])) for i in order)


def draws(
    trained: TrainedModel, count: int, rng: np.random.Generator, temperature: float
) -> NDArray[np.float32]:
    """Return places [count, d] from the prior, or from a Gaussian fitted to the codes of a model without one."""
    if trained.family == "vae":
        return trained.sample(count, rng, temperature)[0]
    mu = trained.latent_map.mu
    spread = np.atleast_2d(np.cov(mu, rowvar=False)) * temperature**2
    return rng.multivariate_normal(mu.mean(axis=0), spread, count, method="eigh").astype(np.float32)
