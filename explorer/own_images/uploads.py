"""Files that a user sends, as inputs; each is taken for a stranger's and judged before it is decoded."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from explorer.own_images import inputs
from explorer.own_images.inputs import Input
from explorer.own_images.tray import MOST
from vae_core.centring import smaller
from vae_core.datasets import as_float
from vae_core.datasets.picture import shrunk
from vae_core.errors import InputError
from vae_core.image_files import read_any_arrays

KINDS = ("png", "jpg", "jpeg", "npz")
MOST_BYTES = 20_000_000
MOST_ARRAY_BYTES = 64_000_000
"""An NPZ file's array unpacked; a small file can hold an enormous one."""
LARGEST_SIDE = 512
"""Pixels along the longer side of an image that is kept."""
_UNPLEASANT = re.compile(r"[^\w. ()-]+")
_ZIP = b"PK"
# What a damaged file is said to hold must not become markup.
_PLAIN = str.maketrans("[]<>`*$\\|", "()()'--/-")


class Received(NamedTuple):
    """What came of a file: its inputs, and one line where something is to be said."""

    chosen: tuple[Input, ...]
    line: str = ""


def receive(name: str, content: bytes, shape: tuple[int, int, int]) -> Received:
    """Return the inputs in a file of that name, for a model of images of `shape`; never raises an InputError."""
    told = _legible(name)
    if len(content) > MOST_BYTES:
        return Received((), f"{told} is too large: {len(content):,} bytes, at most {MOST_BYTES:,}.")
    try:
        images, count = _images(told, content)
    except InputError as error:
        words = str(error).translate(_PLAIN)
        # What is said of an NPZ file names it.
        is_named = content.startswith(_ZIP)
        return Received((), words if is_named else f"{told}: {words[0].lower()}{words[1:]}")
    names = [told] if count == 1 else [f"{told}, {k + 1}" for k in range(len(images))]
    chosen = tuple(inputs.suggested(image, words, shape) for image, words in zip(images, names, strict=True))
    line = (
        "" if count == len(images) else f"{told} holds {count:,} images; the first {len(images)} are taken."
    )
    return Received(chosen, line)


def pasted(content: bytes, shape: tuple[int, int, int]) -> Received:
    """Return the input that was pasted, as :func:`receive` does."""
    return receive("pasted image", content, shape)


def _images(name: str, content: bytes) -> tuple[list[inputs.Image], int]:
    """Return a file's images, and how many it holds; its first bytes say what it is, whatever its name says."""
    if not content.startswith(_ZIP):
        return [as_float(shrunk(content, LARGEST_SIDE))], 1
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        file.write(content)
        file.flush()
        try:
            images, count = read_any_arrays(file.name, MOST, MOST_ARRAY_BYTES)
        except InputError as error:
            raise InputError(str(error).replace(Path(file.name).name, name)) from error
    return [smaller(image, LARGEST_SIDE) for image in images], count


def _legible(name: str) -> str:
    """Return a file's name without what could make a path, and not too long.

    >>> _legible("../../etc/3 (1).png"), _legible("..")
    ('3 (1).png', 'image')
    """
    last = _UNPLEASANT.sub("_", re.split(r"[\\/]", name)[-1]).strip(". ")
    stem, dot, suffix = last.rpartition(".")
    return f"{stem[-60:]}.{suffix[:5]}" if dot and stem else last[-60:] or "image"
