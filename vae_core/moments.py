"""Moments of a training, kept for replay: where the codes lay, and what the decoder made of fixed places.

A moment is small on disk: half-precision codes of a few hundred held-out images, and tiles of at most 32 pixels a side
in 64 levels, deflated; some 20 kB for a model of 28x28 images.
"""

from __future__ import annotations

import dataclasses
import math
import zlib
from statistics import NormalDist

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_core.errors import CheckpointError
from vae_core.latent import prior_grid
from vae_core.networks import ImageShape

MOST = 60
"""Moments kept of a run, at most; when there are more, the one goes whose neighbours are nearest in log(step)."""
RATIO = 1.25
"""Ratio of steps between two moments: 60 of them reach past 100,000 steps."""
IMAGES = 500
"""Held-out images whose codes are kept."""
SIDE = 9
"""Tiles along each side of the decoded grid."""
COPIES = 10
"""Held-out images whose reconstructions are kept, at most."""
LEVELS = 63
"""The whitest value of a stored pixel: a rounding error of at most 1/126, which deflates to two thirds."""
LARGEST_TILE = 32
MOST_DIMENSIONS, PROJECTED = 64, 8
"""Codes of more dimensions are kept as this many random projections of them."""


@dataclasses.dataclass(frozen=True, eq=False)
class Moment:
    """A model at one step: `mu` float16 of held-out images, and `tiles`, which :meth:`Replay.tiles` inflates.

    mu is [M, d], or [M, 8] where codes are wide (:func:`projected`).
    """

    step: int
    mu: NDArray[np.float16]
    tiles: bytes

    def __post_init__(self) -> None:
        self.mu.setflags(write=False)


@dataclasses.dataclass(frozen=True, eq=False)
class Replay:
    """What all moments of a run have in common, and the moments; never changed, only replaced.

    Attributes
    ----------
    labels : uint8 [M] or None
        Classes of the images behind mu.
    copied : int32 [R]
        Which images of the validation split are reconstructed.
    tile : (C, h, w)
        Shape of a tile.
    moments : tuple of Moment
        In order of steps.
    """

    labels: NDArray[np.uint8] | None
    copied: NDArray[np.int32]
    tile: ImageShape
    moments: tuple[Moment, ...] = ()

    @classmethod
    def of(cls, count: int, labels: NDArray[np.int64] | None, shape: ImageShape) -> Replay:
        """Return a replay without moments for `count` held-out images with these labels, of this image shape."""
        channels, *sides = shape
        height, width = (min(side, LARGEST_TILE) for side in sides)
        kept = None if labels is None else labels[:IMAGES].astype(np.uint8)
        return cls(kept, _one_a_class(count, labels), (channels, height, width))

    def due(self, step: int) -> bool:
        """Tell whether a moment should be kept at this step: the distances grow with the steps."""
        return not self.moments or step >= self.moments[-1].step * RATIO + 1

    def plus(self, step: int, mu: NDArray[np.float32], decoded: Tensor) -> Replay:
        """Return a replay with one more moment, of images decoded [SIDE^2 + R, C, H, W] in [0, 1]."""
        if self.moments and self.moments[-1].step >= step:
            return self
        mu = projected(mu)
        small = torch.nn.functional.interpolate(decoded.float(), self.tile[1:], mode="area")
        levels = (small.nan_to_num() * LEVELS + 0.5).clamp(0, LEVELS).to(torch.uint8).numpy()
        moment = Moment(step, half(np.nan_to_num(mu[:IMAGES])), zlib.compress(levels.tobytes(), 6))
        return dataclasses.replace(self, moments=(*self.moments, moment)).thinned(MOST)

    def until(self, step: int) -> Replay:
        """Return the replay without the moments after `step`."""
        return dataclasses.replace(self, moments=tuple(one for one in self.moments if one.step <= step))

    def thinned(self, most: int) -> Replay:
        """Return the replay with `most` moments at most, the first and the last among them."""
        kept = list(self.moments)
        while len(kept) > max(most, 2):
            gaps = [(last.step + 1) / (first.step + 1) for first, last in zip(kept, kept[2:], strict=False)]
            del kept[1 + gaps.index(min(gaps))]
        return dataclasses.replace(self, moments=tuple(kept))

    def tiles(self, moment: Moment) -> NDArray[np.uint8]:
        """Return a moment's tiles [SIDE^2 + R, C, h, w], from 0 to LEVELS: the grid, top row first, then the copies.

        Raises
        ------
        CheckpointError
            If its bytes are not that.
        """
        shape = (SIDE**2 + len(self.copied), *self.tile)
        size = math.prod(shape)
        try:
            inflated = zlib.decompressobj().decompress(moment.tiles, size + 1)
        except zlib.error as error:
            raise CheckpointError(
                "The tiles of a moment can't be read.", got=f"step {moment.step}: {error}"
            ) from error
        if len(inflated) != size or max(inflated) > LEVELS:
            raise CheckpointError("The tiles of a moment have the wrong size or values.", got=moment.step)
        return np.frombuffer(inflated, np.uint8).reshape(shape)


def grid_places(mu: NDArray[np.float32], prior: bool) -> NDArray[np.float32]:
    """Return the places [SIDE^2, d] whose images a moment keeps, top row first.

    Two dimensions: the quantiles of the standard normal on both axes, or those of the codes `mu` [M, d] where there is
    no prior. More: the same draws from the standard normal in every moment, or from a Gaussian with the codes' means
    and deviations. One: quantiles along the line.
    """
    d = mu.shape[1]
    if d == 2 and prior:
        return prior_grid(SIDE).reshape(-1, 2)
    if d == 2:
        shares = (np.arange(SIDE) + 0.5) / SIDE
        across, up = np.meshgrid(np.quantile(mu[:, 0], shares), np.quantile(mu[:, 1], shares)[::-1])
        return np.stack([across, up], axis=-1).reshape(-1, 2).astype(np.float32)
    normal = np.random.default_rng(0).standard_normal((SIDE**2, d))
    if d == 1:
        normal = np.array([[NormalDist().inv_cdf((i + 0.5) / SIDE**2)] for i in range(SIDE**2)])
    places = normal if prior else mu.mean(axis=0) + mu.std(axis=0) * normal
    return places.astype(np.float32)


def kept_dimensions(d: int) -> int:
    """Return how many numbers of a code of `d` dimensions a moment keeps."""
    return d if d <= MOST_DIMENSIONS else PROJECTED


def projected(mu: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return codes [M, d] as a moment keeps them: if they are wide, the same random projections of all, [M, 8].

    Distances stay about as they are: Johnson & Lindenstrauss (1984).
    """
    d = mu.shape[1]
    kept = kept_dimensions(d)
    if kept == d:
        return mu
    directions = np.random.default_rng(0).standard_normal((d, kept)).astype(np.float32)
    return mu @ directions / np.float32(math.sqrt(kept))


def half(values: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return `values` as float16, those beyond its range at its ends; same shape."""
    largest = np.finfo(np.float16).max
    return np.clip(values, -largest, largest).astype(np.float16)


def _one_a_class(count: int, labels: NDArray[np.int64] | None) -> NDArray[np.int32]:
    """Return the rows of the first image of each class; of the first images where there are no classes."""
    if labels is None:
        return np.arange(min(COPIES, count), dtype=np.int32)
    _, first = np.unique(labels[:count], return_index=True)
    return first[:COPIES].astype(np.int32)
