"""A PNG or JPEG file taken apart, without decoding: its size, its rotation, and the parts that make the picture."""

from __future__ import annotations

import dataclasses
import re
import struct

from vae_core.datasets.limits import MOST_PARTS, MOST_SCANS
from vae_core.errors import InputError

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
HEAD_BYTES = 8
"""Bytes by which the two are told from anything else."""
_PNG_PARTS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JFIF, _EXIF, _ADOBE, _COMMENT, _SCAN, _END = 0xE0, 0xE1, 0xEE, 0xFE, 0xDA, 0xD9
_ORIENTATION = 0x0112
_FILLING = re.compile(rb"\xff*")


@dataclasses.dataclass(frozen=True)
class Parts:
    """What is left of a file: its format, its size in pixels, EXIF's orientation (1 to 8), and the lean file."""

    kind: str
    width: int
    height: int
    orientation: int
    data: bytes


def is_picture(head: bytes) -> bool:
    """Tell by a file's first bytes whether it claims to be PNG or JPEG."""
    return head.startswith((PNG, JPEG))


def taken_apart(data: bytes) -> Parts:
    """Return the parts of a file that make its picture; of several pictures in it, the first.

    Raises
    ------
    InputError
        If it is no PNG or JPEG file, or cut short, or built to be slow.
    """
    try:
        if data.startswith(PNG):
            return _png(data)
        if data.startswith(JPEG):
            return _jpeg(data)
    except (struct.error, IndexError) as error:
        raise _cut_short() from error
    raise InputError("It is not a PNG or JPEG image.")


def _png(data: bytes) -> Parts:
    place, orientation, kept = len(PNG), 1, [PNG]
    for _ in range(MOST_PARTS):
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if end > len(data):
            raise _cut_short()
        if len(kept) == 1 and (kind, length) != (b"IHDR", 13):
            raise InputError("The image is damaged: it does not begin with its size.")
        if kind in _PNG_PARTS:
            kept.append(data[place:end])
        elif kind == b"eXIf":
            orientation = _orientation(data[place + 8 : end - 4])
        if kind == b"IEND":
            width, height = struct.unpack_from(">II", kept[1], 8)
            return Parts("PNG", width, height, orientation, b"".join(kept))
        place = end
    raise InputError("The image has too many parts.")


def _jpeg(data: bytes) -> Parts:
    place, orientation, size, kept = 2, 1, None, [data[:2]]
    for _ in range(MOST_PARTS):
        place = max(place, _FILLING.match(data, place).end() - 1)  # type: ignore[union-attr]
        lead, marker, length = struct.unpack_from(">BBH", data, place)
        if lead != 0xFF or length < 2:
            raise InputError("The image is damaged: a part of it has no beginning.")
        if marker == _SCAN:
            return _scanned(data, place, size, orientation, kept)
        end = place + 2 + length
        if end > len(data):
            raise _cut_short()
        if marker in _SIZE_MARKERS:
            if size is not None:
                raise InputError("The image is damaged: it has two sizes.")
            height, width = struct.unpack_from(">HH", data, place + 5)
            size = width, height
        if marker == _EXIF and data[place + 4 : place + 10] == b"Exif\0\0":
            orientation = _orientation(data[place + 10 : end])
        if marker in (_JFIF, _ADOBE) or not (_JFIF <= marker <= 0xEF or marker == _COMMENT):
            kept.append(data[place:end])
        place = end
    raise InputError("The image has too many parts.")


def _scanned(
    data: bytes, place: int, size: tuple[int, int] | None, orientation: int, kept: list[bytes]
) -> Parts:
    if size is None:
        raise InputError("The image is damaged: its size is missing.")
    end = data.find(b"\xff\xd9", place)
    # In what is coded, 0xff is always followed by 0, so that these two bytes are a mark.
    if data.count(b"\xff\xda", place, end if end >= 0 else len(data)) > MOST_SCANS:
        raise InputError(f"The image is drawn in too many passes ({MOST_SCANS} at most).")
    kept.append(data[place:] if end < 0 else data[place : end + 2])
    return Parts("JPEG", *size, orientation, b"".join(kept))


def _orientation(exif: bytes) -> int:
    """Return the orientation of an EXIF block (TIFF 6.0's directory of fields), 1 where there is none."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for field in range(min(count, 1000)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, start + 2 + 12 * field)
            if (tag, kind) == (_ORIENTATION, 3):
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _cut_short() -> InputError:
    return InputError("The image is cut short.")
