"""VAEs with a mistake in one line, to learn from: each trains as it is written, beside the right one.

They are no families to choose: :data:`BROKEN` keeps them apart from the registry that forms and commands offer.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from vae_core.models.protocol import Terms
from vae_core.models.vae import VAE, VAEConfig


@dataclasses.dataclass(frozen=True)
class WrongSignConfig(VAEConfig):
    """Settings of a VAE whose KL has the wrong sign."""


class WrongSign(VAE):
    """KL subtracted: the farther a posterior is from the prior, the smaller the loss."""

    Config = WrongSignConfig
    title = "VAE, KL with the wrong sign"
    beta_title = "β-VAE, KL with the wrong sign"
    objective = "reconstruction − β KL, which is wrong"

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the terms of a loss that has no minimum."""
        posterior = self.encode(x if seen is None else seen, labels)
        z = posterior.rsample(generator)
        reconstruction = -self.likelihood.log_prob(x, self.decode(z, labels)).mean()
        kl = posterior.kl().mean()
        weight, kl_weight = self.weights(beta_scale)
        loss = weight * reconstruction - kl_weight * kl
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}


@dataclasses.dataclass(frozen=True)
class NotReparameterisedConfig(VAEConfig):
    """Settings of a VAE whose z has no gradient."""


class NotReparameterised(VAE):
    """z drawn as from a black box: the reconstruction teaches the decoder, and the encoder nothing."""

    Config = NotReparameterisedConfig
    title = "VAE without the reparameterisation"
    beta_title = "β-VAE without the reparameterisation"
    objective = "reconstruction + β KL, with no gradient through z"

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the VAE's terms; of the encoder only the KL has a gradient."""
        posterior = self.encode(x if seen is None else seen, labels)
        with torch.no_grad():
            z = posterior.rsample(generator)
        reconstruction = -self.likelihood.log_prob(x, self.decode(z, labels)).mean()
        kl = posterior.kl().mean()
        weight, kl_weight = self.weights(beta_scale)
        loss = weight * reconstruction + kl_weight * kl
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}


BROKEN: dict[str, type[VAE]] = {"wrong_sign": WrongSign, "not_reparameterised": NotReparameterised}
