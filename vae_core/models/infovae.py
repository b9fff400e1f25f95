"""InfoVAE, and MMD-VAE at alpha = 1: less weight on the KL, more on the aggregate posterior.

    loss = -E_q(z|x)[log p(x|z)] + (1 - alpha) * KL(q(z|x) || p(z)) + (alpha + lambda - 1) * MMD(q(z), p(z))

with p(z) = N(0, I), in nats per image; the MMD has no unit, its weight makes it nats. q(z) is the aggregate posterior,
from which a batch holds one draw an image. Zhao, Song & Ermon (2019), "InfoVAE: Balancing Learning and Inference in
Variational Autoencoders", equation 6, with the squared maximum mean discrepancy as divergence.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from vae_core.config import setting
from vae_core.metrics.aggregate import SCALES
from vae_core.models.gaussian import GaussianConfig, GaussianVAE
from vae_core.models.protocol import Terms

PAIRED = 256
"""Codes of a batch that enter the MMD, so that the pairs cost no more than the networks; any number is unbiased."""


@dataclasses.dataclass(frozen=True)
class InfoVAEConfig(GaussianConfig):
    """Settings of an InfoVAE."""

    alpha: float = setting(
        0.5, "How far the KL is lifted: its weight is 1 - alpha; 1 is the MMD-VAE.", low=0.0, high=1.0
    )
    lambda_mmd: float = setting(
        10.0,
        "Lambda: the weight of the MMD between codes and prior is alpha + lambda - 1.",
        low=1.0,
        high=100_000.0,
    )


class InfoVAE(GaussianVAE):
    """The evidence lower bound, a share of its KL replaced by the MMD between all codes and the prior."""

    Config = InfoVAEConfig
    title = "InfoVAE"
    objective = "reconstruction + (1 − α) KL + (α + λ − 1) MMD"
    config: InfoVAEConfig

    @property
    def full_title(self) -> str:
        """The family's name for people, with its weights."""
        return f"{self.title} (α = {self.config.alpha:g}, λ = {self.config.lambda_mmd:g})"

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the objective's terms as defined above; `beta_scale` weighs KL and MMD alike."""
        posterior = self.encode(x if seen is None else seen)
        z = posterior.rsample(generator)
        reconstruction = -self.likelihood.log_prob(x, self.decode(z)).mean()
        kl = posterior.kl().mean()
        codes = z[:PAIRED]
        mmd = mmd_squared(codes, torch.randn(codes.shape, generator=generator, device=z.device))
        alpha, weight = self.config.alpha, self.config.lambda_mmd
        loss = reconstruction + beta_scale * ((1 - alpha) * kl + (alpha + weight - 1) * mmd)
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl, "mmd": mmd}


def mmd_squared(x: Tensor, y: Tensor) -> Tensor:
    """Return the squared MMD between samples [N, d] and [M, d], unbiased, so that it is at times negative.

    The kernel is the inverse multiquadric k(x, y) = sum_s C_s / (C_s + |x - y|^2), C_s = 2 d s, s from 0.1 to 10, as in
    :func:`vae_core.metrics.mmd_squared`: Tolstikhin et al. (2018), "Wasserstein Auto-Encoders", section 4.
    """
    return _mean_apart(x) + _mean_apart(y) - 2 * _kernel(x, y).mean()


def _mean_apart(x: Tensor) -> Tensor:
    """Return the mean of the kernel over pairs of different rows; 0 where there is one row only."""
    count = len(x)
    return (_kernel(x, x).sum() - len(SCALES) * count) / max(count * (count - 1), 1)


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    # By way of a matrix product small distances would lose their digits.
    squared = torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist").square()
    total = torch.zeros_like(squared)
    for scale in SCALES:
        c = 2 * x.shape[1] * scale
        total = total + c / (c + squared)
    return total
