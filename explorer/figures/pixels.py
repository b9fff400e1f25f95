"""Model images as pictures: 8-bit, channels last, enlarged by whole pixels so that nothing is blurred."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vae_core.centring import smaller

Picture = NDArray[np.uint8]


def picture(image: NDArray[np.float32] | NDArray[np.uint8], size: int = 0) -> Picture:
    """Return one image [C, H, W] as a picture [H, W] (grey) or [H, W, 3], at least `size` pixels high.

    Float images are clipped to [0, 1] first; enlarging repeats whole pixels.

    >>> picture(np.full((1, 8, 8), 2.0, np.float32), size=20).shape
    (24, 24)
    """
    shades = image if image.dtype == np.uint8 else np.clip(np.nan_to_num(image), 0, 1) * 255 + 0.5
    flat = (shades[0] if len(shades) == 1 else np.moveaxis(shades[:3], 0, -1)).astype(np.uint8)
    factor = max(1, -(-size // flat.shape[0]))
    grown: Picture = flat.repeat(factor, axis=0).repeat(factor, axis=1)
    return grown


def thumbnail(image: NDArray[np.float32], side: int) -> str:
    """Return one image [C, h, w] as a data address, shrunk or enlarged to about `side` pixels."""
    return data_uri(picture(smaller(image, side), side))


def data_uri(pixels: Picture) -> str:
    """Return a picture as a PNG data address, which arrives with the page.

    A picture that the browser fetches apart may be gone again by then, when a slider moves quickly.
    """
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
