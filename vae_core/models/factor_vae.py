"""FactorVAE: the VAE with its total correlation told by a discriminator, and weighted.

    loss = -E_q(z|x)[log p(x|z)] + KL(q(z|x) || p(z)) + gamma * TC,    TC = KL(q(z) || prod_j q(z_j))
    TC = E_q(z)[log D(z) / (1 - D(z))]
    discriminator = -1/2 E_q(z)[log D(z)] - 1/2 E_prod_j q(z_j)[log(1 - D(z))]

with p(z) = N(0, I), in nats per image: Kim & Mnih (2018), "Disentangling by Factorising", equations 2 and 3 and
algorithm 2. The first line trains encoder and decoder, the last the discriminator D, which learns to tell draws of z
from draws whose dimensions were shuffled among the images, each by itself. The paper shuffles a second batch; here it
is the same one. gamma = 0 is the VAE.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from vae_core.config import setting
from vae_core.models.gaussian import GaussianConfig, GaussianVAE
from vae_core.models.protocol import Players, Terms
from vae_core.networks import ImageShape

UNITS = (256, 256, 256)
"""Hidden layers of the discriminator; the paper's six of a thousand would cost more than the networks."""


@dataclasses.dataclass(frozen=True)
class FactorVAEConfig(GaussianConfig):
    """Settings of a FactorVAE."""

    gamma_tc: float = setting(
        6.0, "Gamma: weight of the total correlation; 0 is the VAE.", low=0.0, high=10_000.0
    )


class FactorVAE(GaussianVAE):
    """The evidence lower bound and gamma times a total correlation that a discriminator of codes tells."""

    Config = FactorVAEConfig
    title = "FactorVAE"
    objective = "reconstruction + KL + γ total correlation, as a discriminator of codes tells it"
    config: FactorVAEConfig

    def __init__(self, config: FactorVAEConfig, shape: ImageShape) -> None:
        super().__init__(config, shape)
        layers: list[nn.Module] = []
        width = config.latent_dim
        for units in UNITS:
            layers += [nn.Linear(width, units), nn.LayerNorm(units), nn.LeakyReLU(0.2)]
            width = units
        self.discriminator = nn.Sequential(*layers, nn.Linear(width, 1))

    @property
    def full_title(self) -> str:
        """The family's name for people, with its gamma."""
        return f"{self.title} (γ = {self.config.gamma_tc:g})"

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the objectives' terms as defined above; `beta_scale` weighs all but the reconstruction."""
        posterior = self.encode(x if seen is None else seen)
        z = posterior.rsample(generator)
        reconstruction = -self.likelihood.log_prob(x, self.decode(z)).mean()
        kl = posterior.kl().mean()
        # The discriminator's logit is log D / (1 - D).
        correlation = self._logit(z).mean()
        real, shuffled = self._logit(z.detach()), self._logit(shuffle_dimensions(z.detach(), generator))
        return {
            "loss": reconstruction + beta_scale * (kl + self.config.gamma_tc * correlation),
            "reconstruction": reconstruction,
            "kl": kl,
            "total_correlation": correlation,
            "discriminator": (softplus(-real).mean() + softplus(shuffled).mean()) / 2,
        }

    def players(self) -> Players:
        """Return the discriminator's parameters as minimising ``"discriminator"``, all others ``"loss"``."""
        judge = list(self.discriminator.parameters())
        known = set(map(id, judge))
        return {"loss": [each for each in self.parameters() if id(each) not in known], "discriminator": judge}

    def _logit(self, z: Tensor) -> Tensor:
        logit: Tensor = self.discriminator(z).float()
        return logit


def shuffle_dimensions(z: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Return z [N, d] with each column in an order of its own: draws from the product of q(z)'s marginals."""
    order = torch.rand(z.shape, generator=generator).argsort(0)
    return z.gather(0, order)
