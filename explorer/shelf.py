"""The shelf of kept runs: what lies there, and renaming, deleting and bringing back."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import threading
import time
from collections.abc import Collection
from pathlib import Path

from explorer import cache
from explorer.links import is_name
from vae_core.checkpoint import read_counters
from vae_core.errors import CheckpointError, VaeCoreError
from vae_core.trained import ModelEntry

TRAINED, UNDER_WAY, INTERRUPTED, DAMAGED = "trained", "under way", "interrupted", "damaged"
FRESH_SECONDS = 30.0
"""A run that is not complete and was saved this recently is taken to be under way, here or on the command line."""
BIN = ".deleted"
KEPT_IN_BIN_SECONDS = 24 * 3600.0

_moving = threading.Lock()


@dataclasses.dataclass(frozen=True)
class Kept:
    """One run on the shelf.

    Attributes
    ----------
    entry : ModelEntry
        Name, place, configuration and measures.
    standing : str
        ``trained``, ``under way``, ``interrupted`` or ``damaged``.
    step : int or None
        Where a run that can go on stands.
    size : int
        Bytes on disk.
    changed : float
        When it was last written, in seconds since 1970.
    """

    entry: ModelEntry
    standing: str
    step: int | None
    size: int
    changed: float


def kept(training_here: set[str]) -> list[Kept]:
    """Return what is on the shelf, last written first; `training_here` names the runs of this server's own jobs."""
    folder = cache.kept_folder()
    found = [
        _kept(entry, entry.name in training_here) for entry in cache.entries() if entry.path.parent == folder
    ]
    return sorted(found, key=lambda one: -one.changed)


def rename(name: str, wish: str) -> None:
    """Give a run another name.

    Raises
    ------
    VaeCoreError
        If the new name is none, or taken, or the run is gone.
    """
    wish = wish.strip()
    if is_name(wish) is None:
        raise VaeCoreError(
            "That is no name for a run.",
            got=wish,
            allowed="letters, digits, hyphens and underscores, up to 60",
        )
    with _moving:
        if wish in taken_names():
            raise VaeCoreError(f"The name {wish} is taken.")
        _move(cache.kept_folder() / name, cache.kept_folder() / wish)


def delete(name: str) -> str:
    """Take a run off the shelf; return the word by which :func:`bring_back` finds it for a day."""
    with _moving:
        _empty_bin()
        bin_folder = cache.kept_folder() / BIN
        bin_folder.mkdir(exist_ok=True)
        word = f"{time.time():.3f}.{name}"
        _move(cache.kept_folder() / name, bin_folder / word)
    return word


def bring_back(word: str) -> str:
    """Put a deleted run back on the shelf, under its own name or a free one like it; return that name.

    Raises
    ------
    VaeCoreError
        If it is gone for good.
    """
    if Path(word).name != word:
        raise VaeCoreError("There is no such run.")
    with _moving:
        name = word.split(".", 2)[-1]
        if name in taken_names():
            name = free_name(name)
        _move(cache.kept_folder() / BIN / word, cache.kept_folder() / name)
    return name


def free_name(wish: str, also_taken: Collection[str] = ()) -> str:
    """Return a name like `wish` that no model has yet, nor any of `also_taken`.

    >>> free_name("Handwritten digits (8x8)")
    'handwritten-digits-8x8-1'
    """
    stem = re.sub(r"-\d+$", "", re.sub(r"[^a-z0-9]+", "-", wish.lower()).strip("-"))[:50] or "model"
    taken = taken_names() | set(also_taken)
    return next(name for number in range(1, 10_000) if (name := f"{stem}-{number}") not in taken)


def taken_names() -> set[str]:
    """Return the names of all model folders there are, shipped ones too."""
    folders = (cache.shipped_folder(), cache.kept_folder())
    return {path.name for folder in folders if folder.is_dir() for path in folder.iterdir()}


def _kept(entry: ModelEntry, training_here: bool) -> Kept:
    files = [path.stat() for path in os.scandir(entry.path) if path.is_file()] if entry.path.is_dir() else []
    changed = max((file.st_mtime for file in files), default=0.0)
    standing, step = DAMAGED, None
    if entry.problem is None:
        try:
            counters = read_counters(entry.path)
        except CheckpointError:
            counters = None
        standing = TRAINED
        if counters is not None and not counters.get("finished"):
            step = int(counters["step"])
            fresh = time.time() - changed < FRESH_SECONDS
            standing = UNDER_WAY if training_here or fresh else INTERRUPTED
    return Kept(entry, standing, step, sum(file.st_size for file in files), changed)


def _move(place: Path, target: Path) -> None:
    try:
        os.replace(place, target)
    except OSError as error:
        raise VaeCoreError(
            f"The run {place.name} could not be moved.",
            got=error.strerror,
            next_step="Reload the page and look again.",
        ) from error


def _empty_bin() -> None:
    for path in (cache.kept_folder() / BIN).glob("*"):
        deleted = path.name.split(".", 1)[0]
        if deleted.isdigit() and time.time() - int(deleted) > KEPT_IN_BIN_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
