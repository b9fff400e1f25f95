"""Generative adversarial network: a generator of images, and a discriminator that learns to tell them from real ones.

    loss = -E_p(z)[log D(G(z))],    p(z) = N(0, I)
    discriminator = -1/2 E_x[log D(x)] - 1/2 E_p(z)[log(1 - D(G(z)))] + gamma/2 E_x[|grad_x logit D(x)|^2]

in nats per image. Goodfellow et al. (2014), "Generative Adversarial Nets", algorithm 1, with the generator's loss that
does not saturate (section 3); here both take their steps at once. The gradient penalty on real images makes the game
converge: Mescheder, Geiger & Nowozin (2018), "Which Training Methods for GANs do actually Converge?", equation 9 (R1).

There is no encoder and no p(x|z): no image has a place in latent space, a likelihood or a bound.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from vae_core.config import setting, validate
from vae_core.errors import InputError
from vae_core.likelihoods import Bernoulli
from vae_core.models.protocol import Players, Terms
from vae_core.networks import ImageShape, NetworkConfig, make_decoder, make_discriminator
from vae_core.posteriors import Posterior

PENALISED = 64
"""Images of a batch at which the discriminator's gradient is penalised, so that this costs no more than the rest."""


@dataclasses.dataclass(frozen=True)
class GANConfig:
    """Settings of a generative adversarial network."""

    likelihood: ClassVar[str] = "none"
    latent_dim: int = setting(2, "Number of latent dimensions.", low=1, high=64)
    gamma_r1: float = setting(
        1.0, "Gamma: weight of the discriminator's gradient penalty on real images.", low=0.0, high=10_000.0
    )
    network: NetworkConfig = dataclasses.field(default_factory=NetworkConfig)

    def __post_init__(self) -> None:
        validate(self)


class GAN(nn.Module):
    """Decoder as generator, and a discriminator of images.

    Attributes
    ----------
    likelihood : Bernoulli
        Only its mean is used, which makes the decoder's output an image in [0, 1].
    """

    Config: ClassVar[type[GANConfig]] = GANConfig
    title: ClassVar[str] = "GAN"
    objective: ClassVar[str] = (
        "−log D of what is decoded from draws of z, against a discriminator D of images"
    )
    has_prior: ClassVar[bool] = True
    has_encoder: ClassVar[bool] = False

    def __init__(self, config: GANConfig, shape: ImageShape) -> None:
        super().__init__()
        self.config, self.shape = config, shape
        self.decoder = make_decoder(config.network, shape, config.latent_dim)
        self.features, self.verdict = make_discriminator(config.network, shape)
        self.likelihood = Bernoulli()

    @property
    def full_title(self) -> str:
        """The family's name for people."""
        return self.title

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """Raise InputError: no image has a code."""
        raise InputError(
            "A GAN has no encoder: no image has a place in its latent space.",
            next_step="Decode places or draws of z, or train a family with an encoder.",
        )

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return logits of the images [N, C, H, W] for z [N, d]; classes do not matter."""
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
        """Return both objectives on images [N, C, H, W] and as many draws of z; only the generator is random.

        Where no gradients are taken there is no penalty either.
        """
        z = torch.randn(len(x), self.config.latent_dim, generator=generator)
        fake = self.logit(self.likelihood.mean(self.decode(z)))
        return {"loss": softplus(-fake).mean(), **self.judged(x, fake)}

    def logit(self, images: Tensor) -> Tensor:
        """Return log D / (1 - D) of images [N, C, H, W], [N]."""
        logit: Tensor = self.verdict(self.features(images)).float().squeeze(1)
        return logit

    def judged(self, x: Tensor, *fakes: Tensor) -> Terms:
        """Return the discriminator's terms on images x [N, C, H, W], given its logits [N] of each kind of fakes."""
        penalised = torch.is_grad_enabled() and self.config.gamma_r1 > 0
        real = self.logit(x)
        missed = sum(softplus(fake).mean() for fake in fakes) / len(fakes)
        terms = {"discriminator": (softplus(-real).mean() + missed) / 2}
        if penalised:
            some = x[:PENALISED].detach().requires_grad_()
            (slope,) = torch.autograd.grad(self.logit(some).sum(), some, create_graph=True)
            penalty = slope.square().flatten(1).sum(1).mean()
            terms["discriminator"] = terms["discriminator"] + self.config.gamma_r1 / 2 * penalty
        return terms

    def players(self) -> Players:
        """Return the generator's parameters as minimising ``"loss"``, the other's ``"discriminator"``."""
        judge = [*self.features.parameters(), *self.verdict.parameters()]
        return {"loss": list(self.decoder.parameters()), "discriminator": judge}
