"""What every model family offers to training, evaluation and the explorer."""

from __future__ import annotations

from typing import ClassVar, Protocol

import torch
from torch import Tensor, nn

from vae_core.likelihoods import Likelihood
from vae_core.posteriors import Posterior

Terms = dict[str, Tensor]
"""Named scalar terms of an objective, in nats per image; ``"loss"`` is the one to minimise."""
Players = dict[str, list[nn.Parameter]]
"""Parameters by the term that they minimise; together they are all of a model's, and none is named twice."""


class LatentModel(Protocol):
    """A model that encodes images to posteriors and decodes latents to a likelihood's parameters."""

    title: ClassVar[str]
    """The family's name for people."""
    objective: ClassVar[str]
    """What it minimises, for people."""
    has_prior: ClassVar[bool]
    """Whether z has the prior N(0, I), from which images can be drawn."""
    has_encoder: ClassVar[bool]
    """Whether an image has a place in latent space."""
    likelihood: Likelihood

    @property
    def full_title(self) -> str:
        """The family's name for people, with the settings that make it what it is."""
        ...

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        """Return q(z|x) for images [N, C, H, W] in [0, 1]; a conditional model needs their classes [N].

        Raises
        ------
        InputError
            If the family has no encoder, or a conditional model gets no classes.
        """
        ...

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the likelihood's parameters [N, C, H, W] for z [N, d]; a conditional model needs classes [N]."""
        ...

    def loss(
        self,
        x: Tensor,
        generator: torch.Generator | None = None,
        beta_scale: float = 1.0,
        seen: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> Terms:
        """Return the objective on a batch, means over its images.

        `beta_scale`, 1 in the end, anneals the KL; the encoder gets `seen` in place of x where it is given.
        `labels` are the images' classes [N], which only conditional models look at.
        """
        ...

    def players(self) -> Players:
        """Return which parameters minimise which term: all of them ``"loss"``, unless some play against others."""
        ...
