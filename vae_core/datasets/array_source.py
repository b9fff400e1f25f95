"""Images in an NPZ file, as ``numpy.savez`` writes it: read row by row, with nothing unpickled."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import math
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.archives import read_stream
from vae_core.datasets.found import Found
from vae_core.datasets.levels import Levels
from vae_core.datasets.limits import MOST_FILE_BYTES, MOST_IMAGES
from vae_core.datasets.picture import ImageOptions, check_pixels, from_array
from vae_core.errors import DatasetError

IMAGES, LABELS = ("images", "x"), ("labels", "y")
ALLOWED = "[N, H, W], [N, C, H, W] or [N, H, W, C], with 1, 3 or 4 channels"
_HEADER_BYTES = 1_000


@dataclasses.dataclass(frozen=True)
class _Header:
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


@dataclasses.dataclass(frozen=True)
class ArraySource:
    """An open NPZ file with images ``images`` or ``x``, and perhaps one label for each: ``labels`` or ``y``."""

    archive: zipfile.ZipFile
    files: Mapping[tuple[str, ...], zipfile.ZipInfo]

    def images(self, options: ImageOptions, few: int | None = None) -> Iterator[Found]:
        """Yield the images in their order."""
        name = self._name(IMAGES)
        if name is None:
            raise DatasetError("The NPZ file has no images.", got=self._held(), allowed=" or ".join(IMAGES))
        with self._opened(name) as (stream, header):
            layout = _layout(header.shape)
            labels = self._labels(header.shape[0])
            count = header.shape[0]
            levels = Levels()
            for number in range(count if few is None else min(few, count)):
                where = f"{name}[{number}]"
                picture = levels.scaled(_row(stream, header), where).reshape(layout.row)
                image = from_array(picture if layout.last else np.moveaxis(picture, 0, -1), options)
                label = None if labels is None else labels[number]
                yield Found(where, (number + 1) / count, image, layout.width, layout.height, label)

    def _labels(self, count: int) -> list[str] | None:
        name = self._name(LABELS)
        if name is None:
            return None
        with self._opened(name, "biufUS") as (stream, header):
            if header.shape not in ((count,), (count, 1)):
                raise DatasetError(
                    "There must be one label for each image.", got=list(header.shape), allowed=f"[{count}]"
                )
            if count * header.dtype.itemsize > MOST_FILE_BYTES:
                raise DatasetError("The labels are too long.", got=f"{header.dtype.itemsize} bytes each")
            data = stream.read(count * header.dtype.itemsize)
        if len(data) < count * header.dtype.itemsize:
            raise DatasetError("The NPZ file is cut short.", got=name)
        return [label_of(value) for value in np.frombuffer(data, header.dtype).tolist()]

    @contextlib.contextmanager
    def _opened(self, name: str, kinds: str = "biuf") -> Iterator[tuple[IO[bytes], _Header]]:
        with read_stream(self.archive, self.files[(f"{name}.npy",)]) as stream:
            yield stream, _header(name, stream, kinds)

    def _name(self, names: tuple[str, ...]) -> str | None:
        return next((name for name in names if (f"{name}.npy",) in self.files), None)

    def _held(self) -> str:
        return (
            ", ".join("/".join(file).removesuffix(".npy")[:40] for file in list(self.files)[:5]) or "nothing"
        )


def label_of(value: Any) -> str:
    """Return a label as a word; whole numbers are written as such.

    >>> label_of(3.0), label_of(b"cat"), label_of("dog"), label_of(True)
    ('3', 'cat', 'dog', '1')
    """
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (bool, float)) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)


@dataclasses.dataclass(frozen=True)
class _Layout:
    """How one row of the array lies: its shape with channels, and whether they come last."""

    row: tuple[int, int, int]
    last: bool

    @property
    def height(self) -> int:
        return self.row[0] if self.last else self.row[1]

    @property
    def width(self) -> int:
        return self.row[1] if self.last else self.row[2]


def _layout(shape: tuple[int, ...]) -> _Layout:
    if len(shape) == 3:
        found = _Layout((shape[1], shape[2], 1), True)
    elif len(shape) == 4 and shape[3] in (1, 3, 4) and shape[1] not in (1, 3):
        found = _Layout(shape[1:], True)
    elif len(shape) == 4 and shape[1] in (1, 3):
        found = _Layout(shape[1:], False)
    else:
        raise DatasetError("The images' array has the wrong shape.", got=list(shape), allowed=ALLOWED)
    check_pixels(found.width, found.height)
    return found


def _header(name: str, stream: IO[bytes], kinds: str) -> _Header:
    old = np.lib.format.read_magic(stream) == (1, 0)
    told = stream.read(2 if old else 4)
    length = int.from_bytes(told, "little")
    # NumPy reads a header before it asks how long it is.
    if length > _HEADER_BYTES:
        raise DatasetError(f"The array {name} has no readable header.", got=f"{length:,} bytes")
    reader = np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = reader(io.BytesIO(told + stream.read(length)))
    if dtype.hasobject or dtype.kind not in kinds or dtype.shape:
        raise DatasetError(
            f"The array {name} holds something else than numbers.",
            got=str(dtype)[:60],
            allowed="uint8, or floats in [0, 1]",
        )
    if fortran and len(shape) > 1:
        raise DatasetError(
            f"The array {name} is stored column by column.",
            next_step="Save it with numpy.ascontiguousarray.",
        )
    if not shape or min(shape) < 0 or shape[0] > MOST_IMAGES:
        raise DatasetError(
            f"The array {name} has the wrong length.", got=list(shape), allowed=f"up to {MOST_IMAGES:,}"
        )
    if math.prod(shape[1:]) * dtype.itemsize > MOST_FILE_BYTES:
        raise DatasetError(
            f"The images in {name} are too large.",
            got=list(shape),
            allowed=f"{MOST_FILE_BYTES >> 20} MB each",
        )
    return _Header(shape, dtype)


def _row(stream: IO[bytes], header: _Header) -> NDArray[Any]:
    size = math.prod(header.shape[1:]) * header.dtype.itemsize
    data = stream.read(size)
    if len(data) < size:
        raise DatasetError("The NPZ file is cut short.", next_step="Save it again.")
    return np.frombuffer(data, header.dtype)
