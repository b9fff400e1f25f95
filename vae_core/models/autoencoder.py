"""Plain autoencoder: a bottleneck without a prior, for comparison with the VAE.

    loss = -log p(x | z),    z = encoder(x)

in nats per image: a sum over pixels and channels, a mean over images. Hinton & Salakhutdinov (2006), "Reducing the
Dimensionality of Data with Neural Networks".
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import torch
from torch import Tensor, nn

from vae_core.config import setting, validate
from vae_core.likelihoods import LIKELIHOODS, make_likelihood
from vae_core.models.protocol import Players, Terms
from vae_core.networks import ImageShape, NetworkConfig, make_decoder, make_encoder
from vae_core.posteriors import Point


@dataclasses.dataclass(frozen=True)
class AutoencoderConfig:
    """Settings of a plain autoencoder."""

    latent_dim: int = setting(2, "Number of latent dimensions.", low=1, high=64)
    likelihood: str = setting(
        "bernoulli", "What the decoder's output means for a pixel.", choices=LIKELIHOODS
    )
    gaussian_scale: float = setting(
        1.0, "Standard deviation of a Gaussian likelihood (its start, if learned).", low=1e-3, high=100.0
    )
    network: NetworkConfig = dataclasses.field(default_factory=NetworkConfig)

    def __post_init__(self) -> None:
        validate(self)


class Autoencoder(nn.Module):
    """Encoder to a point z, decoder to the likelihood's parameters."""

    Config = AutoencoderConfig
    title = "Autoencoder"
    objective = "reconstruction"
    has_prior: ClassVar[bool] = False
    has_encoder: ClassVar[bool] = True

    def __init__(self, config: AutoencoderConfig, shape: ImageShape) -> None:
        super().__init__()
        self.config, self.shape = config, shape
        self.encoder = make_encoder(config.network, shape, config.latent_dim)
        self.decoder = make_decoder(config.network, shape, config.latent_dim)
        self.likelihood = make_likelihood(config.likelihood, config.gaussian_scale)

    @property
    def full_title(self) -> str:
        """The family's name for people."""
        return self.title

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Point:
        """Return the codes of images [N, C, H, W] in [0, 1]; their classes do not matter."""
        return Point(self.encoder(x).float())

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the likelihood's parameters [N, C, H, W] for z [N, d]; classes do not matter."""
        params: Tensor = self.decoder(z).float()
        return params

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the objective's terms on images [N, C, H, W], means over the batch; nothing is random here.

        With `seen`, a noisy x of the same shape, the code is that of `seen`.
        """
        z = self.encode(x if seen is None else seen).mu
        reconstruction = -self.likelihood.log_prob(x, self.decode(z)).mean()
        return {"loss": reconstruction, "reconstruction": reconstruction}

    def players(self) -> Players:
        """Return all parameters as those that minimise ``"loss"``."""
        return {"loss": list(self.parameters())}
