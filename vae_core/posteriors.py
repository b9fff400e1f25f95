"""Approximate posteriors q(z|x) over the latent space."""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor

LOG_2PI = math.log(2 * math.pi)


@dataclasses.dataclass(frozen=True)
class DiagonalGaussian:
    """The diagonal Gaussian N(mu, diag(exp(logvar))) of a variational autoencoder.

    Attributes
    ----------
    mu, logvar : Tensor [N, d]
        Mean and natural logarithm of the variance.

    References
    ----------
    Kingma & Welling (2014), "Auto-Encoding Variational Bayes", section 2.4 and appendix B.
    """

    mu: Tensor
    logvar: Tensor

    @property
    def sigma(self) -> Tensor:
        """Standard deviation, [N, d]."""
        return torch.exp(0.5 * self.logvar)

    def rsample(self, generator: torch.Generator | None = None) -> Tensor:
        """Draw z = mu + sigma * epsilon, epsilon ~ N(0, I); [N, d], differentiable in mu and logvar."""
        epsilon = torch.randn(self.mu.shape, generator=generator, dtype=self.mu.dtype, device=self.mu.device)
        return self.mu + self.sigma * epsilon

    def log_prob_per_dimension(self, z: Tensor) -> Tensor:
        """Return log q(z_j|x) in nats, [..., N, d], for `z` of that shape or one z for all, [..., 1, d]."""
        squared = (z - self.mu) ** 2 * torch.exp(-self.logvar)
        return -0.5 * (LOG_2PI + self.logvar + squared)

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log q(z|x) in nats, summed over latent dimensions; `z` is [..., N, d], the result [..., N]."""
        return self.log_prob_per_dimension(z).sum(-1)

    def kl_per_dimension(self) -> Tensor:
        """Return KL(q(z_j|x) || N(0, 1)) = -1/2 (1 + logvar_j - mu_j^2 - exp(logvar_j)) in nats, [N, d]."""
        # exp(logvar) - 1 - logvar, which is 0 at the prior, would lose all its digits close to it.
        return 0.5 * (self.mu**2 + (torch.expm1(self.logvar) - self.logvar))

    def kl(self) -> Tensor:
        """Return KL(q(z|x) || N(0, I)) in nats per image, [N]; never negative."""
        return self.kl_per_dimension().sum(-1)


@dataclasses.dataclass(frozen=True)
class Point:
    """The code of a plain autoencoder: a point, with no spread and no divergence to a prior.

    Attributes
    ----------
    mu : Tensor [N, d]
    """

    mu: Tensor

    @property
    def sigma(self) -> Tensor:
        """Zero everywhere, [N, d]."""
        return torch.zeros_like(self.mu)

    def rsample(self, generator: torch.Generator | None = None) -> Tensor:
        """Return the code itself, [N, d]."""
        return self.mu


@dataclasses.dataclass(frozen=True)
class Codes(Point):
    """The code of a vector-quantised model: one entry of a codebook at each place of a map.

    Attributes
    ----------
    mu : Tensor [N, h * w * D]
        The entries' vectors, one place after the other, row by row.
    indices : int64 Tensor [N, h, w]
        Which entries they are.
    """

    indices: Tensor


Posterior = DiagonalGaussian | Point


def standard_normal_log_prob(z: Tensor) -> Tensor:
    """Return log N(z; 0, I) in nats, summed over the last axis; [..., d] -> [...]."""
    return -0.5 * (LOG_2PI + z**2).sum(-1)
