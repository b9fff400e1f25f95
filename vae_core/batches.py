"""Which images each training step uses, what the encoder sees of them, and where its noise comes from.

All of it follows from the seed and from counters, so that a batch can be looked at before its step, and again after.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_core.drawn_pixels import draw

DRAW_OF_IMAGES = 2
"""Tells the draw of the images from the other noise of a step."""


@dataclasses.dataclass(frozen=True)
class Batch:
    """What one step trains on.

    Attributes
    ----------
    x, seen : Tensor [B, C, H, W]
        The images, and what the encoder sees of them.
    labels : int64 Tensor [B] or None
        Their classes; None where the data have none.
    generator : torch.Generator
        Where epsilon comes from, seeded for this step.
    epoch, position : int
        Where the run stands after it: epochs completed, and images used of the next one.
    """

    x: Tensor
    seen: Tensor
    labels: Tensor | None
    generator: torch.Generator
    epoch: int
    position: int


class Batches:
    """The batches of a run.

    Parameters
    ----------
    images : uint8 [N, C, H, W]
    seed : int
    drawn_as : torch.dtype or None
        The encoder sees pixels drawn black or white, in this type; None for grey ones.
    labels : int64 [N], optional
        The images' classes.
    binarised : bool
        Each step draws its images black or white, with each pixel's grey as probability.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        seed: int,
        drawn_as: torch.dtype | None,
        labels: NDArray[np.int64] | None = None,
        binarised: bool = False,
    ) -> None:
        self._images = torch.from_numpy(np.require(images, requirements="W"))
        self._labels = None if labels is None else torch.from_numpy(np.require(labels, requirements="W"))
        self._seed, self._drawn_as, self._binarised = seed, drawn_as, binarised
        self._order: tuple[int, Tensor] | None = None

    def __len__(self) -> int:
        return len(self._images)

    def take(self, step: int, epoch: int, position: int, size: int) -> Batch:
        """Return the batch of step `step` of at most `size` images, from `position` on in epoch `epoch`.

        Each epoch is a new order and drops an incomplete batch at its end.
        """
        size = min(size, len(self))
        if self._order is None or self._order[0] != epoch:
            order = np.random.default_rng((self._seed, epoch)).permutation(len(self))
            self._order = (epoch, torch.from_numpy(order))
        rows = self._order[1][position : position + size]
        images, labels = self._images[rows], None if self._labels is None else self._labels[rows]
        x = images.float().mul_(1 / 255)
        if self._binarised:
            # Exactly: a white pixel stays white, unlike what the encoder's noise does to one in 256.
            x = torch.rand(x.shape, generator=generator_of(self._seed, step, DRAW_OF_IMAGES)).lt(x).float()
        seen = x if self._drawn_as is None else draw(images, self._seed, step, self._drawn_as)
        position += size
        after = (epoch + 1, 0) if position + size > len(self) else (epoch, position)
        return Batch(x, seen, labels, generator_of(self._seed, step), *after)


def generator_of(seed: int, step: int, *purpose: int) -> torch.Generator:
    """Return the source of noise of one step; of another noise for each further number."""
    state = np.random.SeedSequence((seed, step, *purpose)).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))
