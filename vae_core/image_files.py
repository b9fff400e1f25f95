"""Images and arrays in files of the user's: PNG and JPEG read and PNG written, NPZ both ways, nothing unpickled.

A file is judged by its header before anything is decoded: a small file can claim to be an enormous image.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vae_core.errors import InputError

MOST_PIXELS = 4_000_000
"""Pixels of an image that is read, at most."""
MOST_BYTES = 1 << 30
"""Bytes of an array that is read, at most."""
MOST_PIXELS_WRITTEN = 100_000_000
ImageShape = tuple[int, int, int]
FloatArray = NDArray[np.float32]
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I")
_EIGHT_BITS = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")


def read_images(path: str | os.PathLike[str], shape: ImageShape, *, resize: bool = False) -> FloatArray:
    """Return the images [N, C, H, W] in [0, 1] of a PNG or JPEG file (N = 1) or of an NPZ file.

    Colours become grey or the reverse as `shape` asks, and what is transparent becomes black. An NPZ file holds one
    array, or one called ``images``: [N, C, H, W], or [N, H, W] for grey images, uint8 or floats in [0, 1].

    Parameters
    ----------
    path : path
    shape : (C, H, W)
        What the images must be.
    resize : bool
        Stretch a PNG or JPEG image to H x W instead of refusing it.

    Raises
    ------
    InputError
        If the file can't be read, is too large, or holds images of another shape.
    """
    place = Path(path)
    if place.suffix.lower() == ".npz":
        return _unit_images(place, read_array(place, ("images", "x")), shape)
    _check_suffix(place)
    return _read_picture(place, shape, resize)[np.newaxis]


def read_any_arrays(
    path: str | os.PathLike[str], most: int, most_bytes: int = MOST_BYTES
) -> tuple[list[FloatArray], int]:
    """Return the first `most` images [C, h, w] in [0, 1] of an NPZ file, grey or RGB, and how many it holds.

    Raises
    ------
    InputError
        If the file can't be read, is too large, or holds no such images.
    """
    place = Path(path)
    array = read_array(place, ("images", "x"), most_bytes)
    if array.ndim == 2:
        array = array[np.newaxis]
    if array.ndim == 3:
        array = array[:, np.newaxis]
    if array.ndim != 4 or array.shape[1] not in (1, 3) or 0 in array.shape:
        allowed = "[N, h, w], or [N, C, h, w] with one or three channels"
        raise InputError(
            f"The images in {place.name} have the wrong shape.", got=list(array.shape), allowed=allowed
        )
    return list(_unit_images(place, array[:most], array.shape[1:])), len(array)


def read_array(
    path: str | os.PathLike[str], names: Sequence[str], most_bytes: int = MOST_BYTES
) -> NDArray[Any]:
    """Return an array of an NPZ file: the first of `names` that is there, or else the only one.

    Raises
    ------
    InputError
        If the file is no NPZ file, is damaged, holds Python objects or no such array, or the array is too large.
    """
    place = Path(path)
    try:
        with zipfile.ZipFile(place) as archive:
            held = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
            found = [name for name in names if name in held] or (held if len(held) == 1 else [])
            if not found:
                allowed = f"one array, or one called {' or '.join(names)}"
                got = ", ".join(held[:5]) or "none"
                raise InputError(f"{place.name} has not the array asked for.", got=got, allowed=allowed)
            with archive.open(f"{found[0]}.npy") as stream:
                _check_header(place, stream, most_bytes)
        with np.load(place, allow_pickle=False) as arrays:
            array: NDArray[Any] = arrays[found[0]]
            return array
    except InputError:
        raise
    except OSError as error:
        raise _unreadable(place, error) from error
    except Exception as error:  # damaged bytes make the readers of zip and of arrays raise nearly anything
        raise InputError(f"{place.name} is not a readable NPZ file.", got=_first_line(error)) from error


def write_png(path: str | os.PathLike[str], image: NDArray[Any], *, zoom: int = 1) -> Path:
    """Write one image [C, H, W], uint8 or floats in [0, 1], as PNG, each pixel `zoom` times as wide and high.

    Raises
    ------
    InputError
        If the picture would be too large or the place can't be written.
    """
    from PIL import Image

    pixels = image if image.dtype == np.uint8 else np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    _, height, width = pixels.shape
    if height * width * zoom**2 > MOST_PIXELS_WRITTEN:
        raise InputError(
            "The picture would be too large.",
            got=f"{width * zoom} × {height * zoom} pixels",
            allowed=f"{MOST_PIXELS_WRITTEN // 10**6} megapixels",
            next_step="Ask for fewer images or a smaller zoom.",
        )
    pixels = pixels.repeat(zoom, axis=1).repeat(zoom, axis=2)
    picture = Image.fromarray(
        pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0))
    )
    return _write(Path(path), lambda stream: picture.save(stream, format="PNG"))


def write_npz(path: str | os.PathLike[str], arrays: dict[str, NDArray[Any]]) -> Path:
    """Write arrays as a compressed NPZ file, whole or not at all; InputError if the place can't be written."""
    return _write(Path(path), lambda stream: np.savez_compressed(stream, allow_pickle=False, **arrays))


def write_bytes(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a file whole or not at all and return its place; InputError if that can't be written."""

    def fill(stream: IO[bytes]) -> None:
        stream.write(content)

    return _write(Path(path), fill)


def _check_header(place: Path, stream: IO[bytes], most_bytes: int) -> None:
    version = np.lib.format.read_magic(stream)
    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = reader(stream)
    if dtype.hasobject or dtype.kind not in "uif":
        raise InputError(
            f"{place.name} does not hold numbers.", got=dtype, allowed="uint8, integers or floats"
        )
    size = dtype.itemsize
    for side in shape:
        size *= side
    if size > most_bytes:
        raise InputError(
            f"The array in {place.name} is too large.", got=f"{size:,} bytes", allowed=f"{most_bytes:,} bytes"
        )


def _unit_images(place: Path, array: NDArray[Any], shape: ImageShape) -> FloatArray:
    images = array[:, np.newaxis] if array.ndim == 3 and shape[0] == 1 else array
    if images.ndim != 4 or images.shape[1:] != shape:
        raise InputError(
            f"The images in {place.name} have the wrong shape.",
            got=list(array.shape),
            allowed="[N, " + ", ".join(map(str, shape)) + "]",
        )
    if images.dtype == np.uint8:
        return images.astype(np.float32) / np.float32(255)
    # Written so that NaN fails too.
    if images.dtype.kind != "f" or (images.size and not (images.min() >= 0 and images.max() <= 1)):
        raise InputError(f"The pixels in {place.name} do not fit.", allowed="uint8, or floats in [0, 1]")
    return images.astype(np.float32)


def _check_suffix(place: Path) -> None:
    if place.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise InputError("This kind of image file is not read.", got=place.name, allowed="PNG, JPEG, NPZ")


def _read_picture(place: Path, shape: ImageShape, resize: bool) -> FloatArray:
    from PIL import Image

    channels, height, width = shape
    with _decoded(place, None if resize else (width, height)) as picture:
        found = picture.convert("L" if channels == 1 else "RGB")
        if found.size != (width, height):
            found = found.resize((width, height), Image.Resampling.LANCZOS)
        return _pixels(found)


@contextlib.contextmanager
def _decoded(place: Path, wanted: tuple[int, int] | None = None) -> Iterator[Any]:
    """Yield the picture in a file, 8 bits a channel and opaque; InputError for whatever goes wrong on the way."""
    from PIL import Image, UnidentifiedImageError

    try:
        # Pillow's own bound is higher, and it would say so in a line of its own.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(place, formats=("PNG", "JPEG"))
        with picture:
            _check_size(place, picture.size, wanted)
            yield _as_eight_bits(place, picture)
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(place, "more than Pillow opens") from error
    except UnidentifiedImageError as error:
        raise InputError(f"{place.name} is not a PNG or JPEG image.") from error
    except OSError as error:
        raise _unreadable(place, error) from error
    except Exception as error:  # damaged bytes make the decoders raise nearly anything
        raise InputError(f"{place.name} is not a readable image.", got=_first_line(error)) from error


def _pixels(picture: Any) -> FloatArray:
    """Return a grey or RGB picture as [C, H, W] in [0, 1]."""
    values = np.asarray(picture, dtype=np.float32) / np.float32(255)
    return values[np.newaxis] if values.ndim == 2 else np.ascontiguousarray(values.transpose(2, 0, 1))


def _check_size(place: Path, size: tuple[int, int], wanted: tuple[int, int] | None) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise _too_large(place, f"{size[0]} × {size[1]} pixels")
    if wanted is not None and size != wanted:
        raise InputError(
            f"{place.name} has another size than the model's images.",
            got=f"{size[0]} × {size[1]} pixels",
            allowed=f"{wanted[0]} × {wanted[1]} pixels",
            next_step="Add --resize to stretch it.",
        )


def _as_eight_bits(place: Path, picture: Any) -> Any:
    """Return the picture without transparency and with 8 bits a channel."""
    from PIL import Image

    if picture.mode in _SIXTEEN_BITS:
        return Image.fromarray((np.asarray(picture).astype(np.uint32) // 257).astype(np.uint8))
    if picture.mode not in _EIGHT_BITS:
        raise InputError(f"{place.name} has pixels of a kind that is not read.", got=picture.mode)
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, (0, 0, 0, 255)), clear)
    return picture


def _write(place: Path, fill: Callable[[IO[bytes]], None]) -> Path:
    """Write beside the place and rename, so that nobody sees half a file."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _draft(place) as stream:
            fill(stream)
    except OSError as error:
        raise InputError(
            "The file could not be written.",
            got=f"{place}: {error.strerror or error}",
            next_step="Choose another place.",
        ) from error
    return place


@contextlib.contextmanager
def _draft(place: Path) -> Iterator[IO[bytes]]:
    if place.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        os.chmod(name, 0o644)
        os.replace(name, place)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def _too_large(place: Path, got: str) -> InputError:
    return InputError(f"{place.name} is too large.", got=got, allowed=f"{MOST_PIXELS // 10**6} megapixels")


def _unreadable(place: Path, error: OSError) -> InputError:
    return InputError(f"{place} can't be read.", got=error.strerror or _first_line(error))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
