"""Variational autoencoder with controlled capacity.

    loss = -E_q(z|x)[log p(x|z)] + gamma * |KL(q(z|x) || p(z)) - C|,    p(z) = N(0, I)

in nats per image, the KL a mean over the batch. C rises linearly from 0 to `capacity` during the KL's warm-up (share
`kl_warmup` of the run), so that the code takes up what it carries step by step; without a warm-up it is `capacity` from
the first step on. Burgess et al. (2018), "Understanding disentangling in beta-VAE", equation 8.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from vae_core.config import setting
from vae_core.models.gaussian import GaussianConfig, GaussianVAE
from vae_core.models.protocol import Terms


@dataclasses.dataclass(frozen=True)
class CapacityConfig(GaussianConfig):
    """Settings of a variational autoencoder with controlled capacity."""

    capacity: float = setting(
        5.0,
        "C, the KL that the code is held to; it rises from 0 over the KL's warm-up.",
        low=0.0,
        high=1000.0,
        unit="nats",
    )
    gamma: float = setting(
        10.0, "Weight of the distance between the KL and the capacity.", low=0.0, high=10_000.0
    )


class CapacityVAE(GaussianVAE):
    """The evidence lower bound with the KL held to a capacity."""

    Config = CapacityConfig
    title = "Capacity-controlled VAE"
    objective = "reconstruction + γ |KL − C|"
    config: CapacityConfig

    @property
    def full_title(self) -> str:
        """The family's name for people, with its capacity."""
        return f"{self.title} (C = {self.config.capacity:g} nats)"

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the objective's terms as defined above, with C = beta_scale * capacity."""
        posterior = self.encode(x if seen is None else seen)
        z = posterior.rsample(generator)
        reconstruction = -self.likelihood.log_prob(x, self.decode(z)).mean()
        kl = posterior.kl().mean()
        loss = reconstruction + self.config.gamma * (kl - beta_scale * self.config.capacity).abs()
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}
