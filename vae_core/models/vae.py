"""Variational autoencoder and beta-VAE, with free bits or without.

    loss = -E_q(z|x)[log p(x|z)] + beta * KL(q(z|x) || p(z)),    p(z) = N(0, I)

in nats per image: a sum over pixels and channels, a sum over latent dimensions, a mean over images; one sample of z for
each image. beta = 1 is the negative evidence lower bound of Kingma & Welling (2014), "Auto-Encoding Variational Bayes",
equation 3; other beta that of Higgins et al. (2017), "beta-VAE", equation 4.

With free bits lambda > 0 the KL in the loss is sum_j max(lambda, KL_j), where KL_j is that of dimension j, a mean over
the batch: Kingma et al. (2016), "Improved Variational Inference with Inverse Autoregressive Flow", equation 15, with
one dimension in each group.
"""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import torch
from torch import Tensor

from vae_core.config import setting
from vae_core.models.gaussian import GaussianConfig, GaussianVAE
from vae_core.models.protocol import Terms
from vae_core.networks import ImageShape

REDUCTIONS = ("sum", "mean")


@dataclasses.dataclass(frozen=True)
class VAEConfig(GaussianConfig):
    """Settings of a (beta-)variational autoencoder."""

    beta: float = setting(1.0, "Weight of the KL divergence; 1 is the VAE.", low=0.0, high=10_000.0)
    free_bits: float = setting(
        0.0,
        "KL that each latent dimension may have at no cost, to keep it from collapsing; 0 is off.",
        low=0.0,
        high=100.0,
        unit="nats",
    )
    pixel_reduction: str = setting(
        "sum",
        "Sum the reconstruction over pixels, or average it, which raises the effective beta.",
        choices=REDUCTIONS,
    )
    kl_reduction: str = setting(
        "sum",
        "Sum the KL over latent dimensions, or average it, which lowers the effective beta.",
        choices=REDUCTIONS,
    )

    def effective_beta(self, shape: ImageShape) -> float:
        """Return the beta that the chosen reductions amount to, in nats per image.

        A Gaussian of fixed scale is compared with one of unit variance, the usual half squared error.
        """
        weight = self.beta
        if self.pixel_reduction == "mean":
            weight *= math.prod(shape)
        if self.kl_reduction == "mean":
            weight /= self.latent_dim
        return weight * self.gaussian_scale**2 if self.likelihood == "gaussian" else weight


class VAE(GaussianVAE):
    """The evidence lower bound, its KL weighted by beta."""

    Config = VAEConfig
    title = "Variational autoencoder"
    beta_title: ClassVar[str] = "β-VAE"
    objective = "reconstruction + β KL"
    config: VAEConfig

    @property
    def full_title(self) -> str:
        """The family's name for people; a VAE whose effective beta is not 1 is a beta-VAE."""
        beta = self.config.effective_beta(self.shape)
        name = self.title if abs(beta - 1) <= 1e-6 else f"{self.beta_title} (β = {beta:g})"
        return name + (f", free bits λ = {self.config.free_bits:g} nats" if self.config.free_bits else "")

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the objective's terms as defined above; ``kl`` is the true one, with free bits or without."""
        posterior = self.encode(x if seen is None else seen, labels)
        z = posterior.rsample(generator)
        reconstruction = -self.likelihood.log_prob(x, self.decode(z, labels)).mean()
        kl = posterior.kl().mean()
        paid = kl
        if self.config.free_bits:
            paid = posterior.kl_per_dimension().mean(0).clamp(min=self.config.free_bits).sum()
        weight, kl_weight = self.weights(beta_scale)
        loss = weight * reconstruction + kl_weight * paid
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}

    def weights(self, beta_scale: float = 1.0) -> tuple[float, float]:
        """Return the weights of the reconstruction and of the KL in the loss: 1 and beta, but for other reductions."""
        pixels = math.prod(self.shape) if self.config.pixel_reduction == "mean" else 1
        latents = self.config.latent_dim if self.config.kl_reduction == "mean" else 1
        return 1 / pixels, beta_scale * self.config.beta / latents
