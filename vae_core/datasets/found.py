"""One thing found in a source of images: an image made small, or the reason why there is none."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray


@dataclasses.dataclass(frozen=True)
class Found:
    """One image of a source, or one that can't be read.

    Attributes
    ----------
    name : str
        Where it was found, fit to be shown.
    done : float
        The share of the source that is read.
    image : uint8 array [C, size, size] or None
    width, height : int
        What it measured before.
    label : str or None
        Its class.
    problem : str
        Why there is no image.
    """

    name: str
    done: float
    image: NDArray[np.uint8] | None = None
    width: int = 0
    height: int = 0
    label: str | None = None
    problem: str = ""

    def without_image(self, problem: str) -> Found:
        """Return the same without its image, which is of no use."""
        return dataclasses.replace(self, image=None, label=None, problem=problem)
