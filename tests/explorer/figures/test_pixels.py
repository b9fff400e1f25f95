from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from explorer.figures.pixels import data_uri, picture


def test_enlarging_repeats_whole_pixels(rng: np.random.Generator) -> None:
    image = rng.random((1, 5, 7), np.float32)
    grown = picture(image, size=20)
    assert grown.shape == (20, 28)
    np.testing.assert_array_equal(grown[::4, ::4], picture(image))
    assert len(np.unique(grown)) == len(np.unique(picture(image)))


def test_grey_and_colour_keep_their_kind(rng: np.random.Generator) -> None:
    assert picture(rng.random((1, 4, 4), np.float32)).shape == (4, 4)
    assert picture(rng.random((3, 4, 4), np.float32)).shape == (4, 4, 3)


def test_values_outside_are_clipped_and_nan_is_black() -> None:
    shades = picture(np.array([[[-1.0, 0.0, 0.5, 1.0, 9.0, np.nan]]], np.float32))
    assert shades.tolist() == [[0, 0, 128, 255, 255, 0]]


def test_bytes_pass_unchanged(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (1, 4, 4), np.uint8)
    np.testing.assert_array_equal(picture(image), image[0])


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 3)])
def test_a_data_address_holds_the_same_picture(rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    pixels = rng.integers(0, 256, shape, np.uint8)
    head, body = data_uri(pixels).split(",")
    assert head == "data:image/png;base64"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(body)))), pixels)
