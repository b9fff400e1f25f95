from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from explorer.figures.sprites import sprite


@pytest.mark.parametrize("channels", [1, 3])
def test_images_lie_row_by_row_and_the_rest_is_black(channels: int, rng: np.random.Generator) -> None:
    images = rng.integers(0, 256, (5, channels, 6, 9), np.uint8)
    encoded = sprite(images, 3).partition(",")[2]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))
    assert pixels.shape[:2] == (12, 27)
    fourth = pixels[6:12, 9:18].reshape(6, 9, -1)
    np.testing.assert_array_equal(fourth, np.moveaxis(images[4], 0, -1))
    assert not pixels[6:, 18:].any()
