"""Bounds on log p(x) of a variational autoencoder, in nats per image."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vae_core.errors import ConfigError
from vae_core.models import GaussianVAE
from vae_core.models.iwae import log_weight_parts

CHUNK = 2048
"""Decoded images in one forward pass, so that memory does not grow with K or N."""


@torch.inference_mode()
def elbo(
    model: GaussianVAE,
    x: Tensor,
    generator: torch.Generator,
    samples: int = 1,
    labels: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Estimate both terms of the evidence lower bound at beta = 1.

    Parameters
    ----------
    model : GaussianVAE
    x : Tensor [N, C, H, W] in [0, 1]
    generator : torch.Generator
    samples : int
        Draws of z for each image.
    labels : Tensor [N], optional
        Classes; with a conditional model, which needs them, the bound is on log p(x|y).

    Returns
    -------
    reconstruction, kl : Tensor [N]
        -E_q[log p(x|z)] by Monte Carlo, and KL(q(z|x) || p(z)) in closed form; the bound is -(reconstruction + kl).
        Kingma & Welling (2014), equation 7.
    """
    reconstruction, kl = torch.zeros(len(x)), torch.zeros(len(x))
    for start in range(0, len(x), CHUNK):
        part = slice(start, start + CHUNK)
        classes = None if labels is None else labels[part]
        posterior = model.encode(x[part], classes)
        kl[part] = posterior.kl()
        for _ in range(samples):
            params = model.decode(posterior.rsample(generator), classes)
            reconstruction[part] -= model.likelihood.log_prob(x[part], params) / samples
    return reconstruction, kl


@torch.inference_mode()
def importance_weighted_bound(
    model: GaussianVAE, x: Tensor, generator: torch.Generator, samples: int, labels: Tensor | None = None
) -> Tensor:
    """Estimate the importance-weighted bound E[log 1/K sum_k p(x, z_k) / q(z_k|x)] with K = `samples`.

    Memory is bounded: the K draws of an image are decoded in chunks, their log-weights gathered by a running
    log-sum-exp. K = 1 is the evidence lower bound; the bound rises with K towards log p(x).

    Parameters
    ----------
    model : GaussianVAE
    x : Tensor [N, C, H, W] in [0, 1]
    generator : torch.Generator
    samples : int
        K, from 1 to 5,000.
    labels : Tensor [N], optional
        As for :func:`elbo`.

    Returns
    -------
    Tensor [N]
        Nats per image.

    References
    ----------
    Burda, Grosse & Salakhutdinov (2016), "Importance Weighted Autoencoders", equation 8.
    """
    if not 1 <= samples <= 5000:
        raise ConfigError("K does not fit.", got=samples, allowed="1 to 5000 importance samples")
    rows = max(1, CHUNK // samples)
    parts = [slice(start, start + rows) for start in range(0, len(x), rows)]
    bounds = [
        _bound(model, x[part], generator, samples, None if labels is None else labels[part]) for part in parts
    ]
    return torch.cat(bounds) if bounds else torch.zeros(0)


def _bound(
    model: GaussianVAE, x: Tensor, generator: torch.Generator, samples: int, labels: Tensor | None
) -> Tensor:
    posterior = model.encode(x, labels)
    total = torch.full((len(x),), -math.inf)
    draws = max(1, CHUNK // len(x))
    for start in range(0, samples, draws):
        count = min(draws, samples - start)
        noise = torch.randn(count, *posterior.mu.shape, generator=generator)
        z = posterior.mu + posterior.sigma * noise
        log_likelihood, log_ratio = log_weight_parts(model, x, posterior, z, labels)
        log_weights = log_likelihood + log_ratio
        total = torch.logaddexp(total, log_weights.logsumexp(0))
    return total - math.log(samples)
