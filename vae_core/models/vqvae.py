"""Vector-quantised variational autoencoder with a learned prior over its codes.

    loss = -log p(x|e_c) + beta * |z - sg(e_c)|^2 - log p(c),    z = encoder(x),    c = argmin_k |z - e_k|

at each place of a map of h x w vectors; in nats per image, squared distances summed over the map, means over images.
sg stops the gradient. The decoder's gradient reaches z as if z were e_c (straight through); the codes e_k follow by
moving averages (``codebook.py``), and p(c) learns from codes that it does not move (``code_prior.py``). van den Oord,
Vinyals & Kavukcuoglu (2017), "Neural Discrete Representation Learning", equation 3 and appendix A.1; they train p(c)
afterwards, here it comes along.

q(c|x) puts all its mass on one map of codes, so that KL(q(c|x) || p(c)) = -log p(c), and
ELBO = -(reconstruction + prior) is a lower bound on log p(x), comparable with those of the other families; ``prior``
is the rate, which there is the ``kl``.
"""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import torch
from torch import Tensor, nn

from vae_core.code_prior import HEAD, CodePrior
from vae_core.codebook import Codebook, perplexity
from vae_core.config import setting, validate
from vae_core.likelihoods import LIKELIHOODS, make_likelihood
from vae_core.models.protocol import Players, Terms
from vae_core.networks import ImageShape, code_map_size, make_map_decoder, make_map_encoder
from vae_core.posteriors import Codes


@dataclasses.dataclass(frozen=True)
class VQVAEConfig:
    """Settings of a vector-quantised variational autoencoder."""

    codes: int = setting(64, "K, codes in the book.", low=2, high=1024)
    code_dim: int = setting(16, "Dimensions of a code's vector.", low=1, high=64)
    commitment: float = setting(
        0.25, "Weight that holds the encoder's vectors to their codes.", low=0.0, high=100.0
    )
    decay: float = setting(
        0.97, "How slowly codes follow the vectors that they stand for.", low=0.0, high=0.99999
    )
    channels: int = setting(
        16, "Channels of the first convolution; each further one doubles them.", low=1, high=128
    )
    blocks: int = setting(2, "Residual blocks of the decoder, on the code map.", low=0, high=8)
    prior_heads: int = setting(
        4, f"Attention heads of the prior over codes, {HEAD} dimensions each.", low=1, high=16
    )
    prior_layers: int = setting(2, "Layers of the prior over codes.", low=1, high=8)
    likelihood: str = setting(
        "bernoulli", "What the decoder's output means for a pixel.", choices=LIKELIHOODS
    )
    gaussian_scale: float = setting(
        1.0, "Standard deviation of a Gaussian likelihood (its start, if learned).", low=1e-3, high=100.0
    )

    def __post_init__(self) -> None:
        validate(self)

    def dimensions(self, shape: ImageShape) -> int:
        """Return how many numbers the vectors of one image's map have together, h * w * D."""
        return math.prod(code_map_size(shape)) * self.code_dim


class VQVAE(nn.Module):
    """Encoder to a map of codes, decoder to the likelihood's parameters, and a prior over maps of codes.

    Attributes
    ----------
    map_size : (h, w)
    """

    Config = VQVAEConfig
    title = "VQ-VAE"
    objective = "reconstruction + commitment − log p(codes)"
    has_prior: ClassVar[bool] = False
    has_encoder: ClassVar[bool] = True

    def __init__(self, config: VQVAEConfig, shape: ImageShape) -> None:
        super().__init__()
        self.config, self.shape = config, shape
        self.map_size = code_map_size(shape)
        self.encoder = make_map_encoder(shape, config.code_dim, config.channels)
        self.decoder = make_map_decoder(shape, config.code_dim, config.channels, config.blocks)
        self.codebook = Codebook(config.codes, config.code_dim, config.decay)
        self.prior = CodePrior(
            config.codes, math.prod(self.map_size), HEAD * config.prior_heads, config.prior_layers
        )
        self.likelihood = make_likelihood(config.likelihood, config.gaussian_scale)

    @property
    def full_title(self) -> str:
        """The family's name for people, with the size of its codebook."""
        return f"{self.title} (K = {self.config.codes})"

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Codes:
        """Return the codes of images [N, C, H, W] in [0, 1]; their classes do not matter."""
        indices = self.codebook.nearest(self._encoded(x))
        return Codes(self.vectors(indices), indices)

    def vectors(self, indices: Tensor) -> Tensor:
        """Return the vectors [N, h * w * D] of maps of codes, int64 [N, h, w]."""
        vectors: Tensor = self.codebook(indices)
        return vectors.flatten(1)

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the likelihood's parameters [N, C, H, W] for maps of vectors, flat: z [N, h * w * D]."""
        maps = z.view(len(z), *self.map_size, self.config.code_dim)
        params: Tensor = self.decoder(maps.permute(0, 3, 1, 2)).float()
        return params

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the objective's terms as defined above, and the perplexity of the batch's codes, which is no loss.

        Where gradients are on, :meth:`after_step` may then move the codes. `generator` only chooses vectors that dead
        codes begin anew at.
        """
        z = self._encoded(x if seen is None else seen)
        indices = self.codebook.nearest(z.detach())
        code = self.codebook(indices)
        if torch.is_grad_enabled():
            self.codebook.note(z.detach().flatten(0, 2), indices.flatten(), generator)
        through = code + (z - z.detach())
        reconstruction = -self.likelihood.log_prob(x, self.decode(through.flatten(1))).mean()
        commitment = self.config.commitment * ((z - code) ** 2).sum((1, 2, 3)).mean()
        prior = -self.prior.log_prob(indices.flatten(1)).mean()
        return {
            "loss": reconstruction + commitment + prior,
            "reconstruction": reconstruction,
            "prior": prior,
            "commitment": commitment,
            "perplexity": perplexity(indices, self.config.codes),
        }

    def players(self) -> Players:
        """Return all parameters as those that minimise ``"loss"``; the codes are none."""
        return {"loss": list(self.parameters())}

    def after_step(self) -> None:
        """Move the codes after a step of the optimiser: the only place where they move."""
        self.codebook.update()

    def draws(self, count: int, generator: torch.Generator | None = None, temperature: float = 1.0) -> Tensor:
        """Draw maps of codes from the prior, int64 [count, h, w]."""
        return self.prior.sample(count, generator, temperature).view(count, *self.map_size)

    def _encoded(self, x: Tensor) -> Tensor:
        z: Tensor = self.encoder(x).float()
        return z.permute(0, 2, 3, 1)
