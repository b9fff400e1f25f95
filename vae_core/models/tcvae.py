"""beta-TCVAE: the VAE with more weight on one part of its KL, the total correlation.

    loss = -E_q(z|x)[log p(x|z)] + KL(q(z|x) || p(z)) + (beta - 1) * TC,    TC = KL(q(z) || prod_j q(z_j))

with p(z) = N(0, I), in nats per image, where q(z) = 1/N sum_n q(z|x_n) is the aggregate posterior of all N training
images. Averaged over images the KL is I(z; n) + TC + sum_j KL(q(z_j) || p(z_j)), so that this is Chen, Li, Grosse &
Duvenaud (2018), "Isolating Sources of Disentanglement in Variational Autoencoders", equation 4 with alpha = gamma = 1,
its unweighted parts in closed form. beta = 1 is the VAE.

q(z) is estimated from the batch by minibatch stratified sampling (appendix C.2): z's own image counts 1/N, the others
stand for the N - 1 images left. The paper gives one of the others a smaller weight; here they share the loss evenly,
which has the same expectation and less noise, and is exact where the batch is the whole data set.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from vae_core.config import setting
from vae_core.models.gaussian import GaussianConfig, GaussianVAE
from vae_core.models.protocol import Terms
from vae_core.posteriors import DiagonalGaussian, standard_normal_log_prob

DRAWS = 128
"""Images of a batch at whose z its q(z) is evaluated, so that the pairs cost no more than the networks."""


@dataclasses.dataclass(frozen=True)
class TCVAEConfig(GaussianConfig):
    """Settings of a beta-TCVAE."""

    beta: float = setting(4.0, "Weight of the total correlation; 1 is the VAE.", low=0.0, high=10_000.0)


class TCVAE(GaussianVAE):
    """The evidence lower bound, the total correlation in its KL weighted by beta.

    Attributes
    ----------
    dataset_size : int or None
        N, which a training run tells its model. While it is None, each batch is taken for the whole data set.
    """

    Config = TCVAEConfig
    title = "β-TCVAE"
    objective = "reconstruction + KL + (β − 1) total correlation"
    config: TCVAEConfig
    dataset_size: int | None = None

    @property
    def full_title(self) -> str:
        """The family's name for people, with its beta."""
        return f"{self.title} (β = {self.config.beta:g})"

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the objective's terms as defined above, and the KL's parts; `beta_scale` weighs all but the first."""
        posterior = self.encode(x if seen is None else seen)
        z = posterior.rsample(generator)
        reconstruction = -self.likelihood.log_prob(x, self.decode(z)).mean()
        kl = posterior.kl().mean()
        information, correlation, dimension_wise = kl_parts(posterior, z[:DRAWS], self.dataset_size)
        loss = reconstruction + beta_scale * (kl + (self.config.beta - 1) * correlation)
        return {
            "loss": loss,
            "reconstruction": reconstruction,
            "kl": kl,
            "mutual_information": information,
            "total_correlation": correlation,
            "dimension_wise_kl": dimension_wise,
        }


def kl_parts(
    posterior: DiagonalGaussian, z: Tensor, dataset_size: int | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return I(z; n), KL(q(z) || prod_j q(z_j)) and sum_j KL(q(z_j) || p(z_j)) in nats.

    `posterior` is of B images, `z` [R, d] are draws from the first R of them, `dataset_size` is N, or None where those
    images are all. The three add up to the mean of log q(z|x) - log p(z).
    """
    log_weights = _weights(len(z), len(posterior.mu), dataset_size or 0).log().to(z)
    each = posterior.log_prob_per_dimension(z[:, None])  # [R, B, d]: each z under each posterior
    joint = (log_weights + each.sum(-1)).logsumexp(1)
    # In one dimension the two are the same number, not almost.
    product = joint if z.shape[1] == 1 else (log_weights[..., None] + each).logsumexp(1).sum(-1)
    own = DiagonalGaussian(posterior.mu[: len(z)], posterior.logvar[: len(z)]).log_prob(z)
    prior = standard_normal_log_prob(z)
    return (own - joint).mean(), (joint - product).mean(), (product - prior).mean()


def _weights(draws: int, batch: int, dataset_size: int) -> Tensor:
    """Return the weights [R, B] of the batch's posteriors in q(z) at the z of each of its first R images."""
    n = max(batch, dataset_size)
    others = (n - 1) / (n * max(batch - 1, 1))
    return torch.full((draws, batch), others, dtype=torch.float64).fill_diagonal_(1 / n)
