"""VAEs with a mistake in one line, to learn from: each trains as it is written, beside the right one.

Each loss or likelihood is written out whole, although it repeats the right one but for that line: students read the two
side by side, and a mistake that is switched on by an argument would be hidden in the right code.

They are no families to choose: :data:`BROKEN` keeps them apart from the registry that forms and commands offer.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vae_core.config import setting
from vae_core.likelihoods import Bernoulli, Gaussian
from vae_core.models.protocol import Terms
from vae_core.models.vae import VAE, VAEConfig
from vae_core.networks import ImageShape


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


class GaussianWithoutConstant(Gaussian):
    """A Gaussian's squared error alone: what is left of -log p(x|z) when its constant is dropped."""

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x|z) + (D/2) log(2 pi scale^2), [N], which is no log-probability of D pixels."""
        squared = (x - self.mean(params)) ** 2 * torch.exp(-2 * self.log_scale)
        return -(0.5 * squared).flatten(1).sum(1)


@dataclasses.dataclass(frozen=True)
class WithoutConstantConfig(VAEConfig):
    """Settings of a VAE with Gaussian pixels and no constant in what it reports."""

    likelihood: str = setting(
        "gaussian", "What the decoder's output means for a pixel.", choices=("gaussian",)
    )


class WithoutConstant(VAE):
    """The same gradients as with the constant, and numbers that are off by it."""

    Config = WithoutConstantConfig
    title = "VAE, Gaussian without its constant"
    beta_title = "β-VAE, Gaussian without its constant"
    objective = "squared error / 2σ² + β KL"

    def __init__(self, config: WithoutConstantConfig, shape: ImageShape) -> None:
        super().__init__(config, shape)
        self.likelihood = GaussianWithoutConstant(config.gaussian_scale)


class SeesPixelsBefore(Bernoulli):
    """Pixels one after the other, row by row, each told z and all the pixels before it: a logistic regression on these.

    log p(x|z) = sum_i log Bernoulli(x_i; sigmoid(params_i + b_i + sum_{j < i} W_ij x_j)), a proper likelihood. Without
    z it is the fully visible sigmoid belief network: Frey (1998), "Graphical Models for Machine Learning and Digital
    Communication"; as a decoder, Chen et al. (2017), "Variational Lossy Autoencoder", section 2.
    """

    def __init__(self, shape: ImageShape) -> None:
        super().__init__()
        pixels = math.prod(shape)
        self.before = nn.Linear(pixels, pixels)

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x|z), [N]; `x` in [0, 1] and `params` (logits) are [N, C, H, W]."""
        before = F.linear(x.flatten(1), self.before.weight.tril(-1), self.before.bias)
        params = params + before.view_as(params)
        return -F.binary_cross_entropy_with_logits(params, x, reduction="none").flatten(1).sum(1)

    def mean(self, params: Tensor) -> Tensor:
        """Return the image that it writes when each pixel is the mean, given the pixels before it."""
        return torch.sigmoid(self._written(params))

    def sd(self, params: Tensor) -> Tensor:
        """Return each pixel's standard deviation, given the means of those before it; shape of `params`."""
        return super().sd(self._written(params))

    def sample(self, params: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Draw black and white pixels one after the other, shape of `params`."""
        return self._pixel_by_pixel(
            params, lambda logit: torch.bernoulli(torch.sigmoid(logit), generator=generator)
        )[1]

    def entropy(self, params: Tensor) -> Tensor:
        """Return each pixel's entropy in nats, given the means of those before it; shape of `params`."""
        return super().entropy(self._written(params))

    def _written(self, params: Tensor) -> Tensor:
        return self._pixel_by_pixel(params, torch.sigmoid)[0]

    def _pixel_by_pixel(self, params: Tensor, write: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
        """Return the logits, given the pixels that `write` made of those before, and these pixels."""
        alone, weight = params.flatten(1) + self.before.bias, self.before.weight.tril(-1)
        logits: list[Tensor] = []
        pixels: list[Tensor] = []
        for i in range(alone.shape[1]):
            told = torch.stack(pixels, dim=1) @ weight[i, :i] if pixels else torch.zeros_like(alone[:, 0])
            logits.append(alone[:, i] + told)
            pixels.append(write(logits[-1]))
        return torch.stack(logits, dim=1).view_as(params), torch.stack(pixels, dim=1).view_as(params)


@dataclasses.dataclass(frozen=True)
class TooStrongConfig(VAEConfig):
    """Settings of a VAE whose decoder sees the pixels before each pixel."""


class TooStrong(VAE):
    """A decoder that can do without z, and does: each nat in z costs a nat, and the pixels before cost nothing."""

    Config = TooStrongConfig
    title = "VAE, decoder that sees the pixels before"
    beta_title = "β-VAE, decoder that sees the pixels before"
    objective = "reconstruction, given the pixels before, + β KL"

    def __init__(self, config: TooStrongConfig, shape: ImageShape) -> None:
        super().__init__(config, shape)
        self.likelihood = SeesPixelsBefore(shape)


BROKEN: dict[str, type[VAE]] = {
    "wrong_sign": WrongSign,
    "not_reparameterised": NotReparameterised,
    "without_constant": WithoutConstant,
    "too_strong": TooStrong,
}
