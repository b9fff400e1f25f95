"""One picture made small: equal to plain references, whatever kind of file it comes in."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from vae_core.datasets.picture import ImageOptions, from_array, from_file, is_coloured, shrunk
from vae_core.errors import ConfigError, InputError

SMALL = ImageOptions(size=8)


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def noise(height: int, width: int, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), dtype=np.uint8)


def test_a_picture_of_the_right_size_stays_as_it_is() -> None:
    pixels = noise(8, 8)
    image, size = from_file(encoded(Image.fromarray(pixels[:, :, 0])), SMALL)
    assert_array_equal(image[0], pixels[:, :, 0])
    assert size == (8, 8)
    assert_array_equal(from_array(pixels, SMALL), image)


def test_each_small_pixel_is_the_mean_of_the_area_it_covers() -> None:
    pixels = noise(24, 24)
    image = from_array(pixels, SMALL)
    means = pixels[:, :, 0].reshape(8, 3, 8, 3).mean((1, 3))
    assert_allclose(image[0], means, atol=1)
    file, _ = from_file(encoded(Image.fromarray(pixels[:, :, 0])), SMALL)
    assert_array_equal(file, image)


def test_padding_keeps_all_of_a_picture_and_cropping_its_middle() -> None:
    pixels = np.full((8, 16, 1), 200, np.uint8)
    pixels[:, :4], pixels[:, 12:] = 100, 100
    padded = from_array(pixels, ImageOptions(size=8, fit="pad"))[0]
    assert_array_equal(padded[[0, 1, 6, 7]], 0)
    assert_array_equal(padded[2:6], [[100, 100, 200, 200, 200, 200, 100, 100]] * 4)
    assert_array_equal(from_array(pixels, ImageOptions(size=8, fit="crop"))[0], 200)


def test_a_picture_smaller_than_asked_grows() -> None:
    assert_array_equal(from_array(np.full((2, 2, 1), 7, np.uint8), SMALL), np.full((1, 8, 8), 7))


@pytest.mark.parametrize(("colour", "channels"), [("auto", 3), ("grey", 1), ("rgb", 3)])
def test_a_coloured_picture_has_the_channels_that_are_asked_for(colour: str, channels: int) -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    image = from_array(red, ImageOptions(size=8, colour=colour))
    assert image.shape == (channels, 8, 8)
    assert image[0, 0, 0] == (76 if channels == 1 else 255)


@pytest.mark.parametrize(("colour", "channels"), [("auto", 1), ("grey", 1), ("rgb", 3)])
def test_a_grey_picture_in_a_file_of_three_channels_is_taken_for_grey(colour: str, channels: int) -> None:
    grey = np.repeat(noise(8, 8), 3, axis=2)
    image = from_array(grey, ImageOptions(size=8, colour=colour))
    assert len(image) == channels
    assert_array_equal(image[-1], grey[..., 0])
    assert not is_coloured(np.moveaxis(grey, -1, 0))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_kind_of_png_is_read(mode: str) -> None:
    grey = Image.fromarray(noise(12, 12)[:, :, 0] // 128 * 255)
    picture = (
        Image.fromarray(np.asarray(grey).astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    )
    image, _ = from_file(encoded(picture), ImageOptions(size=12))
    assert_array_equal(image[0], np.asarray(grey))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_is_read(mode: str) -> None:
    picture = Image.new("RGB", (16, 16), (150, 150, 150)).convert(mode)
    image, _ = from_file(encoded(picture, "JPEG"), SMALL)
    assert_allclose(image, 150, atol=2)


def test_what_is_transparent_becomes_black_and_tints_nothing() -> None:
    pixels = np.zeros((16, 16, 4), np.uint8)
    pixels[:, :8] = (255, 255, 255, 255)
    pixels[:, 8:] = (255, 0, 0, 0)
    image, _ = from_file(encoded(Image.fromarray(pixels)), SMALL)
    assert_array_equal(image[0, :, :4], 255)
    assert_array_equal(image[:, :, 4:], 0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_cameras_rotation_is_applied_as_pillow_does_it(orientation: int, kind: str) -> None:
    from PIL import ImageOps

    pixels = np.kron(noise(2, 2)[:, :, 0], np.ones((8, 8), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(pixels), kind, exif=exif)
    with Image.open(io.BytesIO(data)) as opened:
        upright = np.asarray(ImageOps.exif_transpose(opened))
    image, _ = from_file(data, ImageOptions(size=16))
    assert_allclose(image[0].astype(int), upright, atol=3)


def test_of_a_picture_that_moves_the_first_is_read() -> None:
    frames = [Image.new("L", (8, 8), value) for value in (10, 200)]
    image, _ = from_file(encoded(frames[0], save_all=True, append_images=frames[1:]), SMALL)
    assert_array_equal(image, 10)


def test_comments_and_profiles_never_reach_the_decoder() -> None:
    from PIL import PngImagePlugin

    text = PngImagePlugin.PngInfo()
    text.add_text("note", "x" * 100_000, zip=True)
    data = encoded(Image.new("L", (8, 8), 9), pnginfo=text, icc_profile=b"no profile")
    assert_array_equal(from_file(data, SMALL)[0], 9)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 70), st.integers(1, 70), st.sampled_from([1, 3, 4]),
    st.builds(ImageOptions, size=st.integers(8, 64), colour=st.sampled_from(["auto", "grey", "rgb"]),
              fit=st.sampled_from(["pad", "crop"])),
)  # fmt: skip
def test_whatever_comes_in_the_image_has_the_size_asked_for(
    height: int, width: int, channels: int, options: ImageOptions
) -> None:
    image = from_array(noise(height, width, channels), options)
    assert image.dtype == np.uint8
    assert image.shape[1:] == (options.size, options.size)
    assert len(image) in {"grey": (1,), "rgb": (3,), "auto": (1, 3)}[options.colour]
    assert_array_equal(image, from_array(noise(height, width, channels), options))


@pytest.mark.parametrize("wrong", [{"size": 7}, {"size": 65}, {"colour": "red"}, {"fit": "stretch"}])
def test_options_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        ImageOptions(**wrong)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP"])
def test_other_kinds_of_pictures_are_not_opened(kind: str) -> None:
    with pytest.raises(InputError, match="not a PNG or JPEG"):
        from_file(encoded(Image.new("L", (8, 8)), kind), SMALL)


@pytest.mark.parametrize(
    ("size", "wanted"), [((40, 20), (20, 40)), ((300, 150), (50, 100)), ((3000, 1), (1, 100))]
)
def test_a_shrunk_picture_keeps_its_proportions(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert shrunk(encoded(Image.new("L", size, 90)), 100).shape == (1, *wanted)


def test_a_shrunk_picture_is_turned_and_keeps_its_colour() -> None:
    picture = Image.new("RGB", (40, 20), (200, 30, 30))
    exif = picture.getexif()
    exif[0x0112] = 6
    image = shrunk(encoded(picture, exif=exif), 100)
    assert image.shape == (3, 40, 20)
    assert_array_equal(image[:, 5, 5], (200, 30, 30))


@pytest.mark.parametrize(("ink", "behind"), [(0, 255), (255, 0)])
def test_a_shrunk_picture_stands_out_from_what_is_transparent(ink: int, behind: int) -> None:
    picture = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    picture.paste((ink, ink, ink, 255), (20, 20, 40, 40))
    image = shrunk(encoded(picture), 60)
    assert (image[0, 0, 0], image[0, 30, 30]) == (behind, ink)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_not_shrunk(data: bytes) -> None:
    with pytest.raises(InputError):
        shrunk(data, 100)
