"""Files that a user sends, as inputs; each is taken for a stranger's and judged before it is decoded."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from explorer import inputs
from explorer.inputs import Input
from explorer.tray import MOST
from vae_core.centring import smaller
from vae_core.errors import InputError
from vae_core.image_files import read_any_images

KINDS = ("png", "jpg", "jpeg", "npz")
MOST_BYTES = 20_000_000
MOST_ARRAY_BYTES = 64_000_000
"""An NPZ file's array unpacked; a small file can hold an enormous one."""
LARGEST_SIDE = 512
"""Pixels along the longer side of an image that is kept."""
_UNPLEASANT = re.compile(r"[^\w. ()-]+")
_PNG, _JPEG = b"\x89PNG", b"\xff\xd8"


class Received(NamedTuple):
    """What came of a file: its inputs, and one line where something is to be said."""

    chosen: tuple[Input, ...]
    line: str = ""


def receive(name: str, content: bytes, shape: tuple[int, int, int]) -> Received:
    """Return the inputs in a file of that name, for a model of images of `shape`; never raises an InputError."""
    told = _legible(name)
    if len(content) > MOST_BYTES:
        return Received((), f"{told} is too large: {len(content):,} bytes, at most {MOST_BYTES:,}.")
    with tempfile.TemporaryDirectory() as folder:
        try:
            # Only a name of our own becomes a path.
            path = Path(folder) / told
            path.write_bytes(content)
            images, count = read_any_images(path, MOST, MOST_ARRAY_BYTES)
        except InputError as error:
            return Received((), str(error).replace(f"{folder}{os.sep}", ""))
        except OSError:
            return Received((), f"{told} could not be taken. Try it under another name.")
    names = [told] if count == 1 else [f"{told}, {k + 1}" for k in range(len(images))]
    chosen = tuple(
        inputs.suggested(smaller(image, LARGEST_SIDE), words, shape)
        for image, words in zip(images, names, strict=True)
    )
    line = (
        "" if count == len(images) else f"{told} holds {count:,} images; the first {len(images)} are taken."
    )
    return Received(chosen, line)


def pasted(content: bytes, shape: tuple[int, int, int]) -> Received:
    """Return the input that was pasted, as :func:`receive` does."""
    if content.startswith(_PNG):
        return receive("pasted.png", content, shape)
    if content.startswith(_JPEG):
        return receive("pasted.jpg", content, shape)
    return Received((), "What was pasted is no PNG or JPEG image.")


def _legible(name: str) -> str:
    """Return a file's name without what could make a path, and not too long.

    >>> _legible("../../etc/3 (1).png"), _legible("..")
    ('3 (1).png', 'image')
    """
    last = _UNPLEASANT.sub("_", re.split(r"[\\/]", name)[-1]).strip(". ")
    stem, dot, suffix = last.rpartition(".")
    return f"{stem[-60:]}.{suffix[:5]}" if dot and stem else last[-60:] or "image"
