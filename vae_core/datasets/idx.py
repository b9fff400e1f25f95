"""The IDX format of the MNIST family: read, and proved to be what it should be before anything is believed.

An IDX file is a four-byte magic number (two zeros, a type code, the number of dimensions), one big-endian uint32 for
each dimension, then the values. Nothing is allocated from what a header claims: the header is compared with what the
caller expects, and the number of bytes with both.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_core.errors import DatasetError

GZIP_MAGIC = b"\x1f\x8b"
UINT8_CODE = 0x08
_TYPE_NAMES = {0x08: "uint8", 0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
_GET_AGAIN = "Replace it with a fresh copy, or remove it so that it is downloaded again."


def read_idx(
    path: Path, shape: tuple[int, ...], sha256: str | None = None, foreign: Mapping[str, str] | None = None
) -> NDArray[np.uint8]:
    """Read the uint8 array of the given shape from an IDX file, gzipped or not.

    Whether the file is gzipped is told from its first bytes, not from its name.

    Parameters
    ----------
    path : Path
    shape : tuple of int
        The shape that the file must have; never taken from the file.
    sha256 : str, optional
        SHA-256 of the uncompressed file, as hexadecimal digits; not checked when None.
    foreign : mapping of str to str, optional
        SHA-256 of files that bear the same name, with the title of the data set that each belongs to.

    Returns
    -------
    uint8 array of `shape`, read-only

    Raises
    ------
    DatasetError
        If the file cannot be read, is damaged, or holds anything but such an array.
    """
    whole = header_size(shape) + math.prod(shape)
    try:
        with path.open("rb") as file:
            if file.read(2) == GZIP_MAGIC:
                file.seek(0)
                # The worst that gzip adds to what it cannot compress is under a thousandth.
                content = gunzip(file.read(whole + whole // 1000 + 65536), whole, path.name)
            else:
                file.seek(0)
                content = file.read(whole + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DatasetError(
            f"The file {path} cannot be read: {reason}.",
            next_step="Check that it exists and that you may read it.",
        ) from error
    values = parse_idx(content, shape, path.name)
    if sha256 is not None or foreign:
        _check_digest(hashlib.sha256(content).hexdigest(), path, sha256, foreign or {})
    return values


def header_size(shape: tuple[int, ...]) -> int:
    """Return the bytes before the values of an IDX file with this many dimensions.

    >>> header_size((60000, 28, 28))
    16
    """
    return 4 + 4 * len(shape)


def gunzip(packed: bytes, limit: int, name: str) -> bytes:
    """Decompress `packed`, stopping one byte after `limit`, so that a bomb costs no memory.

    Parameters
    ----------
    packed : bytes
        One or more gzip members, zero padding allowed at the end.
    limit : int
        Size in bytes of the content expected.
    name : str
        What to call the file in an error.

    Returns
    -------
    bytes
        At most `limit` + 1 of them: a longer result tells the caller that there was more.

    Raises
    ------
    DatasetError
        If the data is truncated, damaged, or followed by something else.
    """
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(packed)).read(limit + 1)
    except EOFError as error:
        raise DatasetError(f"The gzip data of {name} ends too early.", next_step=_GET_AGAIN) from error
    except (OSError, zlib.error, struct.error) as error:
        raise DatasetError(f"The gzip data of {name} is damaged.", next_step=_GET_AGAIN) from error


def parse_idx(content: bytes, shape: tuple[int, ...], name: str) -> NDArray[np.uint8]:
    """Return the uint8 array of `shape` that an uncompressed IDX file holds, without copying it.

    Parameters
    ----------
    content : bytes
        The whole file.
    shape : tuple of int
        The shape it must have.
    name : str
        What to call the file in an error.

    Raises
    ------
    DatasetError
        If magic number, type, shape or length is another.

    Examples
    --------
    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]), (3,), "three.idx")
    array([7, 8, 9], dtype=uint8)
    """
    start = header_size(shape)
    if len(content) < start:
        raise DatasetError(
            f"The file {name} is too short for its header.",
            got=f"{len(content)} bytes",
            allowed=f"at least {start}",
            next_step=_GET_AGAIN,
        )
    if content[:2] != b"\0\0" or content[2] not in _TYPE_NAMES:
        raise DatasetError(
            f"The file {name} is not an IDX file.",
            got=f"first bytes {content[:4].hex(' ')}",
            next_step=_GET_AGAIN,
        )
    if content[2] != UINT8_CODE:
        raise DatasetError(
            f"The file {name} holds another type of number.",
            got=_TYPE_NAMES[content[2]],
            allowed="uint8",
            next_step=_GET_AGAIN,
        )
    found = _shape_claimed(content)
    if found != shape:
        raise DatasetError(
            f"The file {name} holds an array of another shape.",
            got=found if found is not None else f"{content[3]} dimensions, cut off",
            allowed=shape,
            next_step="Check that each file lies under its own name.",
        )
    values = len(content) - start
    if values != math.prod(shape):
        more = "more" if values > math.prod(shape) else "fewer"
        raise DatasetError(
            f"The file {name} holds {more} values than its header says.",
            got=f"{'at least ' if more == 'more' else ''}{values}",
            allowed=math.prod(shape),
            next_step=_GET_AGAIN,
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def _check_digest(found: str, path: Path, sha256: str | None, foreign: Mapping[str, str]) -> None:
    if found in foreign:
        raise DatasetError(
            f"The file {path} is one of {foreign[found]}.",
            next_step="Keep each data set in a folder of its own name.",
        )
    if sha256 is not None and found != sha256:
        raise DatasetError(
            f"The content of {path.name} is not that of the published file.",
            got=f"SHA-256 {found[:12]}…",
            allowed=f"SHA-256 {sha256[:12]}…",
            next_step=_GET_AGAIN,
        )


def _shape_claimed(content: bytes) -> tuple[int, ...] | None:
    dimensions = content[3]
    sizes = content[4 : 4 + 4 * dimensions]
    if len(sizes) < 4 * dimensions:
        return None
    return tuple(int.from_bytes(sizes[4 * i : 4 * i + 4], "big") for i in range(dimensions))
