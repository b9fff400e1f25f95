"""VAE-GAN: a VAE whose copies are compared in the features of a discriminator, which judges its images as well.

    loss = E_q(z|x)[1/2 |f(x) - f(x~)|^2] + KL(q(z|x) || p(z)),    x~ = G(z),    p(z) = N(0, I)
    decoder = gamma * E_q(z|x)[1/2 |f(x) - f(x~)|^2] - 1/2 E_q(z|x)[log D(x~)] - 1/2 E_p(z)[log D(G(z))]
    discriminator = the GAN's, its decoded images half copies x~ and half draws G(z)

in nats per image. Larsen, Sønderby, Larochelle & Winther (2016), "Autoencoding beyond pixels using a learned similarity
metric", algorithm 1: three lines, three networks, each trained on its own line alone. The first is that of a VAE with
p(f(x)|z) = N(f(x~), I), where f is a hidden layer of the discriminator, here brought to mean 0 and variance 1 for each
image, or its scale would be a weight that the discriminator sets. As in :mod:`vae_core.models.gan` the decoder's loss
does not saturate, and the discriminator's gradient at real images is penalised.

No p(x|z) of pixels is ever fitted, so no bound on log p(x) is reported: the KL is, and copies are measured in pixels.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor
from torch.nn.functional import layer_norm, softplus

from vae_core.config import setting
from vae_core.models.gan import GAN, GANConfig
from vae_core.models.protocol import Players, Terms
from vae_core.networks import ImageShape, make_encoder
from vae_core.posteriors import DiagonalGaussian


@dataclasses.dataclass(frozen=True)
class VAEGANConfig(GANConfig):
    """Settings of a VAE-GAN."""

    gamma_features: float = setting(
        0.02,
        "Gamma: what a copy's error weighs in the decoder's loss, against fooling the discriminator.",
        low=0.0,
        high=10_000.0,
    )


class VAEGAN(GAN):
    """A GAN with an encoder, whose copies need only be like their images to the discriminator."""

    Config = VAEGANConfig
    title = "VAE-GAN"
    objective = (
        "KL + error of copies in a discriminator's features, the decoder against that discriminator too"
    )
    has_encoder = True
    config: VAEGANConfig

    def __init__(self, config: VAEGANConfig, shape: ImageShape) -> None:
        super().__init__(config, shape)
        self.encoder = make_encoder(config.network, shape, 2 * config.latent_dim)

    def encode(self, x: Tensor, labels: Tensor | None = None) -> DiagonalGaussian:
        """Return q(z|x) for images [N, C, H, W] in [0, 1]; their classes do not matter."""
        mu, logvar = self.encoder(x).float().chunk(2, dim=1)
        return DiagonalGaussian(mu, logvar)

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the three objectives on images [N, C, H, W], with as many draws from the prior, and their terms.

        `beta_scale` weighs the KL; the encoder sees `seen` where it is given. ``features`` is the copies' error.
        """
        posterior = self.encode(x if seen is None else seen)
        z = posterior.rsample(generator)
        prior = torch.randn(z.shape, generator=generator)
        hidden = self.features(self.likelihood.mean(self.decode(torch.cat([z, prior]))))
        copied, drawn = self.verdict(hidden).float().squeeze(1).chunk(2)
        error = feature_error(self.features(x), hidden[: len(x)]).mean()
        kl = posterior.kl().mean()
        fooling = (softplus(-copied).mean() + softplus(-drawn).mean()) / 2
        return {
            "loss": error + beta_scale * kl,
            "decoder": self.config.gamma_features * error + fooling,
            **self.judged(x, copied, drawn),
            "features": error,
            "kl": kl,
        }

    def players(self) -> Players:
        """Return each network's parameters by its own line: the encoder's, the decoder's, the discriminator's."""
        games = super().players()
        return {"loss": list(self.encoder.parameters()), "decoder": games["loss"]} | {
            "discriminator": games["discriminator"]
        }


def feature_error(one: Tensor, other: Tensor) -> Tensor:
    """Return half the squared distance [N] of features [N, F], each row brought to mean 0 and variance 1 first."""
    size = one.shape[1:]
    return (layer_norm(one.float(), size) - layer_norm(other.float(), size)).square().sum(1) / 2
