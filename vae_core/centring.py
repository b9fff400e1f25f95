"""Images of any size brought to a model's: fitted and centred the way MNIST's digits were, or scaled as they are.

"The original black and white (bilevel) images from NIST were size normalized to fit in a 20x20 pixel box while
preserving their aspect ratio. The resulting images contain grey levels as a result of the anti-aliasing technique used
by the normalization algorithm. The images were centered in a 28x28 image by computing the center of mass of the pixels,
and translating the image so as to position this point at the center of the 28x28 field": LeCun, Cortes & Burges, "The
MNIST database of handwritten digits". ``web/sketch_image.js`` does the same in the page.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

BOX = 20 / 28
"""Share of the image's sides that what is drawn on it may take."""
INK = 0.2
"""Value from which on a pixel belongs to what is drawn."""
ROUNDING = 1e-9
"""Pixels by which a length that is a whole number may be off."""
LIGHT = 0.5
"""Median of a border from which on an image is taken to be dark on light."""


def centred(image: Image, height: int, width: int, share: float = BOX) -> Image:
    """Return a grey image [h, w] in [0, 1], light on dark, as [height, width], fitted and centred as MNIST's digits.

    `share` of the sides is what it may take; 1 suits data sets whose images fill their frame.

    Without any pixel of at least `INK` it is black.

    >>> drawn = np.zeros((100, 80), np.float32)
    >>> drawn[:40, :20] = 1
    >>> np.argwhere(centred(drawn, 28, 28) == 1).min(0), np.argwhere(centred(drawn, 28, 28) == 1).max(0)
    (array([4, 9]), array([23, 18]))
    """
    box = _box(image)
    if box is None:
        return np.zeros((height, width), np.float32)
    rows, columns = box
    inside = image[rows, columns].astype(np.float64)
    scale = share * min(height / inside.shape[0], width / inside.shape[1])
    total = inside.sum()
    middle = [
        scale * (inside.sum(axis=1 - axis) @ (np.arange(inside.shape[axis]) + 0.5)) / total for axis in (0, 1)
    ]
    top, left = (
        _offset(centre, scale * length, side)
        for centre, length, side in zip(middle, inside.shape, (height, width), strict=True)
    )
    down = _averages(inside.shape[0], height, scale, top)
    across = _averages(inside.shape[1], width, scale, left)
    return np.clip(down @ inside @ across.T, 0, 1).astype(np.float32)


def scaled(image: Image, height: int, width: int) -> Image:
    """Return an image [C, h, w] in [0, 1] as [C, height, width], each pixel the mean of the part that it covers."""
    _, h, w = image.shape
    down = _averages(h, height, height / h, 0)
    across = _averages(w, width, width / w, 0)
    return np.clip(down @ image.astype(np.float64) @ across.T, 0, 1).astype(np.float32)


def smaller(image: Image, side: int) -> Image:
    """Return an image [C, h, w] whose longer side is at most `side` pixels; as it is where it fits already."""
    _, height, width = image.shape
    factor = side / max(height, width)
    return (
        image if factor >= 1 else scaled(image, max(1, round(height * factor)), max(1, round(width * factor)))
    )


def is_dark_on_light(image: Image) -> bool:
    """Tell whether an image [C, h, w] looks like a scan: the median of its border is light, and something is dark."""
    border = _border(image.mean(axis=0))
    return bool(np.median(border) > LIGHT and image.min() < np.median(border) - INK)


def without_paper(image: Image) -> Image:
    """Return a grey image [h, w], light on dark, with the median of its border black and its lightest pixel white."""
    paper, lightest = float(np.median(_border(image))), float(image.max())
    if lightest - paper <= INK:
        return image
    stretched: Image = np.clip((image - paper) / (lightest - paper), 0, 1).astype(np.float32)
    return stretched


def _border(image: Image) -> Image:
    edges: Image = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return edges


def _box(image: Image) -> tuple[slice, slice] | None:
    drawn = image >= INK
    if not drawn.any():
        return None
    rows, columns = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _offset(middle: float, length: float, side: int) -> int:
    """Return the whole pixel where a box begins: its centre of mass is then up to a pixel beyond the centre.

    That is where it lies in all images of MNIST's, evenly spread over that pixel.
    """
    wanted = int(np.ceil(side / 2 - middle - ROUNDING))
    return int(min(max(wanted, 0), max(0, np.floor(side - length + ROUNDING))))


def _averages(length: int, wanted: int, scale: float, offset: int) -> NDArray[np.float64]:
    """Return the matrix [wanted, length] that scales and moves a line of pixels, each new one a mean over its part."""
    starts = np.arange(length) * scale + offset
    ends = starts + scale
    pixels = np.arange(wanted)[:, np.newaxis]
    covered: NDArray[np.float64] = np.clip(np.minimum(ends, pixels + 1) - np.maximum(starts, pixels), 0, None)
    return covered
