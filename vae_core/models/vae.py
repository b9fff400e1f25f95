"""Variational autoencoder and beta-VAE.

    loss = -E_q(z|x)[log p(x|z)] + beta * KL(q(z|x) || p(z)),    p(z) = N(0, I)

in nats per image: a sum over pixels and channels, a sum over latent dimensions, a mean over images; one sample of z for
each image. beta = 1 is the negative evidence lower bound of Kingma & Welling (2014), "Auto-Encoding Variational Bayes",
equation 3; other beta that of Higgins et al. (2017), "beta-VAE", equation 4.
"""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor, nn

from vae_core.config import setting, validate
from vae_core.likelihoods import LIKELIHOODS, make_likelihood
from vae_core.models.protocol import Terms
from vae_core.networks import ImageShape, NetworkConfig, make_decoder, make_encoder
from vae_core.posteriors import DiagonalGaussian

REDUCTIONS = ("sum", "mean")


@dataclasses.dataclass(frozen=True)
class VAEConfig:
    """Settings of a (beta-)variational autoencoder."""

    latent_dim: int = setting(2, "Number of latent dimensions.", low=1, high=64)
    beta: float = setting(1.0, "Weight of the KL divergence; 1 is the VAE.", low=0.0, high=10_000.0)
    likelihood: str = setting(
        "bernoulli", "What the decoder's output means for a pixel.", choices=LIKELIHOODS
    )
    gaussian_scale: float = setting(
        1.0, "Standard deviation of a Gaussian likelihood (its start, if learned).", low=1e-3, high=100.0
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
    network: NetworkConfig = dataclasses.field(default_factory=NetworkConfig)

    def __post_init__(self) -> None:
        validate(self)

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


class VAE(nn.Module):
    """Encoder to (mu, logvar), one reparameterised sample, decoder to the likelihood's parameters."""

    Config = VAEConfig
    title = "Variational autoencoder"
    has_prior = True

    def __init__(self, config: VAEConfig, shape: ImageShape) -> None:
        super().__init__()
        self.config, self.shape = config, shape
        self.encoder = make_encoder(config.network, shape, 2 * config.latent_dim)
        self.decoder = make_decoder(config.network, shape, config.latent_dim)
        self.likelihood = make_likelihood(config.likelihood, config.gaussian_scale)

    def encode(self, x: Tensor) -> DiagonalGaussian:
        """Return q(z|x) for images [N, C, H, W] in [0, 1]."""
        mu, logvar = self.encoder(x).float().chunk(2, dim=1)
        return DiagonalGaussian(mu, logvar)

    def decode(self, z: Tensor) -> Tensor:
        """Return the likelihood's parameters [N, C, H, W] for z [N, d]."""
        params: Tensor = self.decoder(z).float()
        return params

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
    ) -> Terms:
        """Return the objective's terms on images [N, C, H, W], means over the batch, as defined above.

        With `seen`, a noisy x of the same shape, q(z|x) is q(z|seen).
        """
        posterior = self.encode(x if seen is None else seen)
        z = posterior.rsample(generator)
        reconstruction = -self.likelihood.log_prob(x, self.decode(z)).mean()
        kl = posterior.kl().mean()
        weight, kl_weight = self.weights(beta_scale)
        loss = weight * reconstruction + kl_weight * kl
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}

    def weights(self, beta_scale: float = 1.0) -> tuple[float, float]:
        """Return the weights of the reconstruction and of the KL in the loss: 1 and beta, but for other reductions."""
        pixels = math.prod(self.shape) if self.config.pixel_reduction == "mean" else 1
        latents = self.config.latent_dim if self.config.kl_reduction == "mean" else 1
        return 1 / pixels, beta_scale * self.config.beta / latents
