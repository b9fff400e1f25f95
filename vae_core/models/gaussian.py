"""What families with a Gaussian posterior and the prior p(z) = N(0, I) have in common: all but the loss.

    q(z|x) = N(mu(x), diag sigma(x)^2),    z = mu + sigma * epsilon,    epsilon ~ N(0, I)

Kingma & Welling (2014), "Auto-Encoding Variational Bayes", section 3.
"""

from __future__ import annotations

import abc
import dataclasses
from typing import ClassVar

import torch
from torch import Tensor, nn

from vae_core.config import setting, validate
from vae_core.likelihoods import LIKELIHOODS, make_likelihood
from vae_core.models.protocol import Players, Terms
from vae_core.networks import ImageShape, NetworkConfig, make_decoder, make_encoder
from vae_core.posteriors import DiagonalGaussian


@dataclasses.dataclass(frozen=True)
class GaussianConfig:
    """Settings that all families with a Gaussian posterior have."""

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


class GaussianVAE(nn.Module, abc.ABC):
    """Encoder to (mu, logvar), decoder to the likelihood's parameters; a family adds its settings and its loss.

    Attributes
    ----------
    Config : type
        The family's configuration.
    title, objective : str
        Its name, and what it minimises, for people.
    full_title : str
        Its name with the settings that make it what it is.
    has_prior : bool
        Whether z has the prior N(0, I), from which images can be drawn.
    has_encoder : bool
        Whether an image has a place in latent space.
    """

    Config: ClassVar[type[GaussianConfig]]
    title: ClassVar[str]
    objective: ClassVar[str]
    has_prior: ClassVar[bool] = True
    has_encoder: ClassVar[bool] = True

    def __init__(self, config: GaussianConfig, shape: ImageShape) -> None:
        super().__init__()
        self.config, self.shape = config, shape
        self.encoder = make_encoder(config.network, shape, 2 * config.latent_dim)
        self.decoder = make_decoder(config.network, shape, config.latent_dim)
        self.likelihood = make_likelihood(config.likelihood, config.gaussian_scale)

    @property
    def full_title(self) -> str:
        """The family's name for people."""
        return self.title

    def encode(self, x: Tensor, labels: Tensor | None = None) -> DiagonalGaussian:
        """Return q(z|x) for images [N, C, H, W] in [0, 1]; their classes do not matter here."""
        mu, logvar = self.encoder(x).float().chunk(2, dim=1)
        return DiagonalGaussian(mu, logvar)

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the likelihood's parameters [N, C, H, W] for z [N, d]; classes do not matter here."""
        params: Tensor = self.decoder(z).float()
        return params

    def players(self) -> Players:
        """Return all parameters as those that minimise ``"loss"``."""
        return {"loss": list(self.parameters())}

    @abc.abstractmethod
    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the objective's terms on images [N, C, H, W], means over the batch: loss, reconstruction, kl and more.

        `beta_scale` weighs the KL during its warm-up. With `seen`, a noisy x of the same shape, q(z|x)
        is q(z|seen). `labels` are the images' classes [N], which only conditional models look at.
        """
