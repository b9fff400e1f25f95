"""An image that the user chose, wherever it comes from, and what a model makes of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer import places
from vae_core.centring import BOX, centred, is_dark_on_light, scaled, without_paper

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Image = NDArray[np.float32]
PLACED = ("shapes",)
"""Data sets in whose images the place says something, so that drawings are left where they are."""


@dataclasses.dataclass(frozen=True, eq=False)
class Input:
    """An image that the user chose.

    Attributes
    ----------
    image : float32 [C, h, w]
        As it came, in [0, 1], grey or RGB, of any size.
    words : str
        Where it comes from, such as "your drawing".
    inverted : bool
        Whether a model sees it with black and white exchanged.
    centred : bool
        Whether a model of grey images sees it fitted and centred as MNIST's digits were.
    """

    image: Image
    words: str
    inverted: bool = False
    centred: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Seen:
    """An input as a model sees it, and what the model makes of it.

    Attributes
    ----------
    image : float32 [C, H, W]
    mu, sigma : float32 [d]
        Its posterior; sigma is zero where the code is a point.
    codes : int64 [h, w] or None
        Its codes, of a model with discrete ones.
    """

    image: Image
    mu: Image
    sigma: Image
    codes: NDArray[np.int64] | None = None


def suggested(image: Image, words: str, shape: tuple[int, int, int]) -> Input:
    """Return an image from outside as an input of a model of images of `shape`, with what helps it.

    One that looks like a scan is inverted; one of another size than the model's is centred, if the model's are grey.

    >>> scan = np.ones((1, 60, 60), np.float32)
    >>> scan[:, 20:40, 28:32] = 0
    >>> suggested(scan, "scan.png", (1, 28, 28)).inverted
    True
    """
    is_foreign = image.shape[1:] != shape[1:]
    return Input(image, words, is_dark_on_light(image), shape[0] == 1 and is_foreign)


def told(chosen: Input) -> str:
    """Return what is done to an input before a model sees it, in words; nothing where nothing is."""
    done = [("inverted", chosen.inverted), ("fitted and centred", chosen.centred)]
    return ", ".join(words for words, on in done if on)


def share_of(trained: TrainedModel) -> float:
    """Return how much of the sides a centred image takes: MNIST's digits leave a margin, other images fill theirs."""
    return BOX if trained.config.data.name == "mnist" else 1.0


def fitted(chosen: Input, shape: tuple[int, int, int], share: float = BOX) -> Image:
    """Return an input [C, H, W] as a model of images of `shape` sees it; a centred one takes `share` of the sides."""
    channels, height, width = shape
    image = 1 - chosen.image if chosen.inverted else chosen.image
    if len(image) != channels:
        image = np.repeat(image.mean(axis=0, keepdims=True), channels, axis=0)
    if chosen.centred and channels == 1:
        return centred(without_paper(image[0]), height, width, share)[np.newaxis]
    return image if image.shape == shape else scaled(image, height, width)


def seen(chosen: Input, trained: TrainedModel) -> Seen:
    """Return an input as a model with an encoder sees it, and its posterior."""
    image = fitted(chosen, trained.image_shape, share_of(trained))
    mu, sigma = trained.encode(image[np.newaxis])
    codes = trained.codes(image[np.newaxis])[0] if trained.is_discrete else None
    return Seen(image, mu[0], sigma[0], codes)


def among(trained: TrainedModel, z: Image) -> str:
    """Return the class that most of the 15 held-out codes nearest to z [d] have, such as "among the 3s"."""
    found = places.votes(trained, z[None])
    if found is None:
        return ""
    name = trained.class_name(int(found[0][0]))
    return f"among the {name}s" if name.isdigit() else f"among class {name}"
