"""Importance-weighted autoencoder: a VAE trained on a tighter bound, from K draws of z an image.

    loss = -E[log 1/K sum_k w_k],    w_k = p(x|z_k) p(z_k) / q(z_k|x),    z_k ~ q(z|x),    p(z) = N(0, I)

in nats per image. K = 1 is the VAE with its KL estimated from the draw; the bound rises with K towards log p(x). Burda,
Grosse & Salakhutdinov (2016), "Importance Weighted Autoencoders", equation 8.
"""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor

from vae_core.config import setting
from vae_core.models.gaussian import GaussianConfig, GaussianVAE
from vae_core.models.protocol import LatentModel, Terms
from vae_core.posteriors import DiagonalGaussian, standard_normal_log_prob


@dataclasses.dataclass(frozen=True)
class IWAEConfig(GaussianConfig):
    """Settings of an importance-weighted autoencoder."""

    samples: int = setting(
        5, "K, draws of z for each image in a step; time and memory grow with it.", low=1, high=100
    )


class IWAE(GaussianVAE):
    """The importance-weighted bound."""

    Config = IWAEConfig
    title = "Importance-weighted autoencoder"
    objective = "−log of the mean of K importance weights p(x, z) / q(z|x)"
    config: IWAEConfig

    @property
    def full_title(self) -> str:
        """The family's name for people, with its number of draws."""
        return f"{self.title} (K = {self.config.samples})"

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the objective's terms as defined above; `beta_scale` is an exponent of p(z_k) / q(z_k|x).

        ``reconstruction`` (of the same draws) and ``kl`` (in closed form) are those of the evidence lower bound.
        """
        posterior = self.encode(x if seen is None else seen)
        # One by one, so that the first draw is the one that a VAE would make.
        z = torch.stack([posterior.rsample(generator) for _ in range(self.config.samples)])
        log_likelihood, log_ratio = log_weight_parts(self, x, posterior, z)
        log_w = log_likelihood + beta_scale * log_ratio
        loss = -(log_w.logsumexp(0) - math.log(len(z))).mean()
        return {"loss": loss, "reconstruction": -log_likelihood.mean(), "kl": posterior.kl().mean()}


def log_weight_parts(
    model: LatentModel, x: Tensor, posterior: DiagonalGaussian, z: Tensor, labels: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return log p(x|z_k) and log p(z_k)/q(z_k|x) [K, N], whose sum is log w_k, for x [N, C, H, W] and z [K, N, d].

    A conditional model needs the classes [N] too, and the weights are then those of log p(x|y).
    """
    params = model.decode(z.flatten(0, 1), None if labels is None else labels.repeat(len(z)))
    log_likelihood = model.likelihood.log_prob(x.repeat(len(z), 1, 1, 1), params).view(len(z), len(x))
    return log_likelihood, standard_normal_log_prob(z) - posterior.log_prob(z)
