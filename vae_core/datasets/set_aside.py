"""Data sets of the user's own that were deleted and can still be brought back, until they are gone for good."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from pathlib import Path

from vae_core.datasets import own
from vae_core.errors import DatasetError

KEPT_SECONDS = 3600
_WORD = re.compile(r"\.deleted-(?P<when>\d{1,12})-(?P<folder>[A-Za-z0-9._-]+)", re.ASCII)


def set_aside(name: str) -> str:
    """Take a data set away, in one step; return the word by which :func:`bring_back` finds it for an hour.

    Raises
    ------
    DatasetError
        If there is none, or it can't be deleted.
    """
    found = own.find(name)
    if found is None:
        raise own.missing(name)
    folder = found[0]
    word = f".deleted-{int(time.time())}-{folder.name}"
    try:
        shutil.rmtree(folder.with_name(word), ignore_errors=True)
        os.rename(folder, folder.with_name(word))
    except OSError as error:
        raise DatasetError("The data set can't be deleted.", got=error.strerror) from error
    return word


def bring_back(word: str) -> str:
    """Put a data set back under its name; return that in full.

    Raises
    ------
    DatasetError
        If it is gone for good, or there is another one of its name by now.
    """
    name = folder_of(word)
    place = own.new_folder() / word
    if name is None or not place.is_dir():
        raise DatasetError("The data set is gone for good.", next_step="Bring the images again.")
    if place.with_name(name).exists():
        raise DatasetError("There is another data set of this name by now.", got=name.split(".")[-1])
    os.rename(place, place.with_name(name))
    found, parts = own.find(name), own.parse(name)
    if found is None or parts is None:
        raise own.missing(name)
    return f"{parts.folder}@{found[1].version}"


def folder_of(word: str) -> str | None:
    """Return the name of the folder that a word of :func:`set_aside` stands for, None if it is no such word.

    >>> folder_of(".deleted-1700000000-0123456789abcdef.pets"), folder_of(".deleted-1-../pets")
    ('0123456789abcdef.pets', None)
    """
    match = _WORD.fullmatch(word)
    return match["folder"] if match and own.parse(match["folder"]) is not None else None


def empty(older_than: float = KEPT_SECONDS) -> None:
    """Delete for good what was set aside more than so many seconds ago."""
    root = own.new_folder()
    for place in _aside(root):
        match = _WORD.fullmatch(place.name)
        if match is not None and time.time() - int(match["when"]) >= older_than:
            shutil.rmtree(place, ignore_errors=True)


def _aside(root: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return [path for path in root.iterdir() if path.name.startswith(".deleted-")]
    return []
