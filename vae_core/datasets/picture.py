"""One picture of unknown origin becomes one small image: a PNG or JPEG file's bytes, or an array of pixels.

A file is taken apart before it is decoded, and only what the picture itself needs reaches the decoder: comments,
profiles, previews and further pictures in the file are left out, and its size is known from its header.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vae_core.config import setting, validate
from vae_core.datasets.class_folders import clean
from vae_core.datasets.limits import MOST_PIXELS, SIZES
from vae_core.datasets.picture_file import Parts, taken_apart
from vae_core.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

Pixels = NDArray[np.uint8]
COLOURS, FITS = ("auto", "grey", "rgb"), ("pad", "crop")
FAINT = 12
"""How far a pixel's channels may lie apart, of 255, in an image that is taken for a grey one."""
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I")
_TURNS = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270",
          7: "TRANSVERSE", 8: "ROTATE_90"}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class ImageOptions:
    """How pictures of all kinds become images of one kind."""

    size: int = setting(28, "Edge of an image.", low=SIZES[0], high=SIZES[1], unit="pixels")
    colour: str = setting("auto", "Grey or RGB; auto is RGB if any image has colour.", choices=COLOURS)
    fit: str = setting(
        "pad", "What makes a picture square: black bars (pad), or its middle alone (crop).", choices=FITS
    )

    def __post_init__(self) -> None:
        validate(self)


def from_file(data: bytes, options: ImageOptions) -> tuple[Pixels, tuple[int, int]]:
    """Return the image [C, size, size] of a PNG or JPEG file, and the picture's width and height.

    Transparent parts become black, 16 bits 8, and a camera's rotation is applied.

    Raises
    ------
    InputError
        If it is neither, too large, damaged, or of a kind that is not read.
    """
    with _opened(data, 4 * options.size) as (picture, parts):
        small = _square(_plain(picture), options)
        return _channels(_turned(small, parts), options), (parts.width, parts.height)


def shrunk(data: bytes, side: int) -> Pixels:
    """Return the picture [C, h, w] of a PNG or JPEG file with its proportions, at most `side` pixels along an edge.

    As :func:`from_file` but for the shape: it is grey unless it has colour that one can see, and what is transparent is
    black behind a light picture, white behind a dark one.

    Raises
    ------
    InputError
        As :func:`from_file`.
    """
    with _opened(data, side) as (picture, parts):
        plain = _plain(picture)
        share = min(1, side / max(plain.size))
        size = max(1, round(plain.width * share)), max(1, round(plain.height * share))
        small = _resized(plain, size, (0, 0, *plain.size), _behind(plain))
        return _channels(_turned(small, parts), ImageOptions())


@contextlib.contextmanager
def _opened(data: bytes, side: int) -> Iterator[tuple[Image.Image, Parts]]:
    """Yield a file's picture, decoded at `side` pixels or a little more; InputError for all that goes wrong."""
    from PIL import Image

    parts = taken_apart(data)
    check_pixels(parts.width, parts.height)
    try:
        with Image.open(io.BytesIO(parts.data), formats=(parts.kind,)) as picture:
            picture.draft(None, (side, side))
            # A header that was taken apart otherwise by the decoder must not get past the bound.
            check_pixels(*picture.size)
            yield picture, parts
    except InputError:
        raise
    except Exception as error:  # damaged bytes make the decoders raise nearly anything
        raise InputError(f"The image is damaged: {_first_line(error)}.") from error


def from_array(pixels: Pixels, options: ImageOptions) -> Pixels:
    """Return the image [C, size, size] of a picture [H, W, C] with 1, 3 or 4 channels, the last of 4 its opacity."""
    from PIL import Image

    if pixels.shape[:2] == (options.size, options.size) and pixels.shape[2] < 4:
        return _channels(pixels, options)
    picture = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    return _channels(np.asarray(_square(picture, options)), options)


def check_pixels(width: int, height: int) -> None:
    """Raise InputError unless a picture of this size can be read."""
    if width < 1 or height < 1:
        raise InputError(f"The image has no pixels ({width} × {height}).")
    if width * height > MOST_PIXELS:
        raise InputError(
            f"The image is too large ({width} × {height} pixels; {MOST_PIXELS // 10**6} megapixels at most).",
            next_step="Make it smaller first: a screenshot of it will do.",
        )


def is_coloured(image: Pixels) -> bool:
    """Tell whether an image [C, H, W] has colour that one can see."""
    if len(image) == 1:
        return False
    return bool((image.max(axis=0) - image.min(axis=0)).max() > FAINT)


def grey(image: Pixels) -> Pixels:
    """Return an image [1, H, W] in grey (ITU-R BT.601 luma)."""
    if len(image) == 1:
        return image
    luma = np.tensordot(np.array([0.299, 0.587, 0.114]), image.astype(np.float64), 1)
    return np.rint(luma).astype(np.uint8)[np.newaxis]


def _plain(picture: Image.Image) -> Image.Image:
    """Return the picture with 8 bits a channel: L, RGB, or RGBA where something is transparent."""
    from PIL import Image

    if picture.mode in _SIXTEEN_BITS:
        return Image.fromarray((np.asarray(picture).astype(np.uint32) // 257).astype(np.uint8))
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode == "1" else "RGB")


def _square(picture: Image.Image, options: ImageOptions) -> Image.Image:
    """Return the picture with size x size pixels, each the mean of the area that it covers."""
    from PIL import Image

    width, height = picture.size
    if options.fit == "crop":
        edge = min(width, height)
        left, top = (width - edge) / 2, (height - edge) / 2
        return _resized(picture, (options.size, options.size), (left, top, left + edge, top + edge))
    share = options.size / max(width, height)
    inner = max(1, round(width * share)), max(1, round(height * share))
    small = _resized(picture, inner, (0, 0, width, height))
    if inner == (options.size, options.size):
        return small
    padded = Image.new(small.mode, (options.size, options.size))
    padded.paste(small, ((options.size - inner[0]) // 2, (options.size - inner[1]) // 2))
    return padded


def _behind(picture: Image.Image) -> int:
    """Return what a transparent picture stands out from: 0 (black), or 255 where what is opaque is dark."""
    if picture.mode != "RGBA":
        return 0
    pixels = np.asarray(picture, dtype=np.float64)
    opacity = pixels[..., 3]
    return 255 if opacity.any() and (pixels[..., :3].mean(2) * opacity).sum() < 128 * opacity.sum() else 0


def _resized(
    picture: Image.Image,
    size: tuple[int, int],
    box: tuple[float, float, float, float],
    behind: int = 0,
) -> Image.Image:
    from PIL import Image

    shrinks = size[0] < box[2] - box[0] or size[1] < box[3] - box[1]
    how = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
    # It keeps transparent pixels from tinting their neighbours, as long as they are transparent until then.
    small = picture.resize(size, how, box=box)
    if small.mode != "RGBA":
        return small
    return Image.alpha_composite(Image.new("RGBA", size, (behind,) * 3 + (255,)), small).convert("RGB")


def _turned(picture: Image.Image, parts: Parts) -> Pixels:
    from PIL import Image

    turn = _TURNS.get(parts.orientation)
    return np.asarray(picture if turn is None else picture.transpose(Image.Transpose[turn]))


def _channels(pixels: Pixels, options: ImageOptions) -> Pixels:
    """Return [H, W] or [H, W, C] as [C, H, W] with the channels that the options ask for."""
    image = pixels[np.newaxis] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0)
    if options.colour == "rgb":
        return np.ascontiguousarray(image.repeat(3, axis=0) if len(image) == 1 else image)
    if options.colour == "auto" and is_coloured(image):
        return np.ascontiguousarray(image)
    return np.ascontiguousarray(grey(image))


def _first_line(error: Exception) -> str:
    text = clean((str(error).splitlines() or [""])[0].rstrip("."), 100)
    return text if text.strip("_") else type(error).__name__
