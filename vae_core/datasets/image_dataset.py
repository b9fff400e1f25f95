"""The one shape in which every data set arrives: uint8 images in three splits, with what is known about them."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from vae_core.errors import DatasetError

SPLITS = ("train", "validation", "test")


@dataclasses.dataclass(frozen=True)
class Split:
    """Some images of a data set, in a fixed order.

    Attributes
    ----------
    images : uint8 array [N, C, H, W]
    labels : int64 array [N] or None
        Index into the data set's class names.
    factors : float32 array [N, F] or None
        Known generative factors, one column per factor name.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64] | None = None
    factors: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.images)


@dataclasses.dataclass(frozen=True)
class ImageDataset:
    """A data set of small images.

    Attributes
    ----------
    name, title : str
        The registry's key, and the name for people.
    train, validation, test : Split
    class_names : tuple of str or None
    factor_names : tuple of str or None
    licence, source : str
        Who made it, where it comes from and under which terms.
    """

    name: str
    title: str
    train: Split
    validation: Split
    test: Split
    class_names: tuple[str, ...] | None
    factor_names: tuple[str, ...] | None
    licence: str
    source: str

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one image."""
        _, channels, height, width = self.train.images.shape
        return channels, height, width

    def split(self, name: str) -> Split:
        """Return the split called `name`; DatasetError if there is none."""
        if name not in SPLITS:
            raise DatasetError("There is no such split.", got=repr(name), allowed=", ".join(SPLITS))
        split: Split = getattr(self, name)
        return split


def as_float(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return images as float32 in [0, 1], the scale on which all models work; shape unchanged."""
    return images.astype(np.float32) / np.float32(255)
