"""What an owner sees on disk, and may change: the shipped models, the shared shelf, and runs of the owner's own.

The shared shelf is the kept folder itself, where the command line writes; an owner's own runs lie in a folder inside.
Sharing moves a run from the one to the other.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import threading
import time
from collections.abc import Collection
from pathlib import Path

from explorer import cache, sharing, state
from explorer.links import is_name
from vae_core.checkpoint import read_counters
from vae_core.claims import is_claimed
from vae_core.errors import CheckpointError, VaeCoreError
from vae_core.listing import ModelEntry

TRAINED, UNDER_WAY, INTERRUPTED, DAMAGED = "trained", "under way", "interrupted", "damaged"
OWN, SHARED_BY_YOU, SHARED, NOBODYS = "own", "shared by you", "shared", "nobody's"
FAVOURITES = ("mnist-vae-2d", "digits-vae-2d")
OWNERS, BIN = ".own", ".deleted"
KEPT_IN_BIN_SECONDS = 24 * 3600.0

_moving = threading.Lock()


@dataclasses.dataclass(frozen=True)
class Kept:
    """One run on a shelf.

    Attributes
    ----------
    entry : ModelEntry
        Name, place, configuration and measures.
    standing : str
        ``trained``, ``under way``, ``interrupted`` or ``damaged``.
    whose : str
        ``own``, ``shared by you``, ``shared`` by somebody else, or ``nobody's``: the command line's.
    step : int or None
        Where a run that can go on stands.
    size : int
        Bytes on disk.
    changed : float
        When it was last written, in seconds since 1970.
    """

    entry: ModelEntry
    standing: str
    whose: str
    step: int | None
    size: int
    changed: float

    @property
    def yours_to_change(self) -> bool:
        """Whether the viewer may rename it, delete it and go on with it."""
        return self.whose in (OWN, NOBODYS)


def mine() -> Shelf:
    """Return the shelf as this session's owner sees it."""
    return Shelf(state.owner())


@dataclasses.dataclass(frozen=True)
class Shelf:
    """The shelf as one owner sees it; where two models have one name, the nearer one hides the other."""

    owner: str

    @property
    def own(self) -> Path:
        """The folder of the owner's own runs, which nobody else is shown."""
        return cache.kept_folder() / OWNERS / self.owner

    @property
    def shared(self) -> Path:
        """The folder of the runs that all see."""
        return cache.kept_folder()

    def entries(self) -> list[ModelEntry]:
        """Return every model there is for the owner, the one to open with at the head; broken ones last."""
        found: dict[str, ModelEntry] = {}
        for folder in (cache.shipped_folder(), self.shared, self.own):
            found |= {entry.name: entry for entry in cache.listing(folder)}
        order = {name: rank for rank, name in enumerate(FAVOURITES)}
        ranks = {
            name: (entry.problem is not None, order.get(name, len(order))) for name, entry in found.items()
        }
        return sorted(found.values(), key=lambda entry: ranks[entry.name])

    def kept(self, training_here: Collection[Path] = ()) -> list[Kept]:
        """Return the runs, last written first; `training_here` are the places of this server's own jobs."""
        folders = (self.own, self.shared)
        found = [
            _kept(entry, self._whose(entry.path), entry.path in training_here)
            for entry in self.entries()
            if entry.path.parent in folders
        ]
        return sorted(found, key=lambda one: -one.changed)

    def place(self, name: str) -> Path:
        """Return the folder of a run that the owner may change.

        Raises
        ------
        VaeCoreError
            If there is none of that name that the owner sees, or it is somebody else's, or shared.
        """
        for place in (self.own / name, self.shared / name):
            if is_name(name) and place.is_dir():
                if self._whose(place) in (OWN, NOBODYS):
                    return place
                raise VaeCoreError(
                    f"The run {name} is shared and can't be changed.",
                    next_step="Its owner can take it back first.",
                )
        raise VaeCoreError(f"There is no run {name} here.", next_step="Reload the page and look again.")

    def rename(self, name: str, wish: str) -> None:
        """Give a run another name.

        Raises
        ------
        VaeCoreError
            If the new name is none, or taken, or the run is gone, under way or not the owner's to change.
        """
        wish = wish.strip()
        if is_name(wish) is None:
            raise VaeCoreError(
                "That is no name for a run.",
                got=wish,
                allowed="letters, digits, hyphens and underscores, up to 60",
            )
        with _moving:
            if wish in self.taken_names():
                raise VaeCoreError(f"The name {wish} is taken.")
            place = self.place(name)
            _move(place, place.with_name(wish))

    def delete(self, name: str) -> str:
        """Take a run off the shelf; return the word by which :meth:`bring_back` finds it for a day."""
        with _moving:
            _empty_bins()
            place = self.place(name)
            bin_folder = place.parent / BIN
            bin_folder.mkdir(exist_ok=True)
            word = f"{time.time():.3f}.{name}"
            _move(place, bin_folder / word)
        return word

    def bring_back(self, word: str) -> str:
        """Put a deleted run back where it lay, under its own name or a free one like it; return that name.

        Raises
        ------
        VaeCoreError
            If it is gone for good.
        """
        if Path(word).name != word:
            raise VaeCoreError("There is no such run.")
        with _moving:
            name = word.split(".", 2)[-1]
            if name in self.taken_names():
                name = free_name(name)
            folder = self.own if (self.own / BIN / word).is_dir() else self.shared
            _move(folder / BIN / word, folder / name)
        return name

    def share(self, name: str) -> str:
        """Move a run of the owner's own to the shared shelf; return its name there, a free one if its own is not.

        Raises
        ------
        VaeCoreError
            If it is gone, damaged or under way.
        """
        with _moving:
            place = self.own / name
            digest = sharing.digest_of(place) if is_name(name) else None
            if digest is None:
                raise VaeCoreError(
                    f"There is no run {name} here to share.", next_step="Reload the page and look again."
                )
            others = _names_of(cache.shipped_folder(), self.shared, *_own_folders(but=self.own))
            target = self.shared / (free_name(name) if name in others else name)
            sharing.write_note(target, self.owner, digest)
            _move(place, target)
        return target.name

    def take_back(self, name: str) -> str:
        """Move a run that the owner has shared off the shared shelf again; return its name.

        Raises
        ------
        VaeCoreError
            If it is gone, or somebody else's.
        """
        with _moving:
            place = self.shared / name
            if is_name(name) is None or sharing.sharer(place) != self.owner:
                raise VaeCoreError(
                    f"There is no run {name} here that you have shared.",
                    next_step="Reload the page and look again.",
                )
            target = self.own / (free_name(name) if (self.own / name).exists() else name)
            self.own.mkdir(parents=True, exist_ok=True)
            _move(place, target)
            sharing.remove_note(place)
        return target.name

    def taken_names(self) -> set[str]:
        """Return the names of all model folders that the owner sees, shipped ones too."""
        return _names_of(cache.shipped_folder(), self.shared, self.own)

    def _whose(self, place: Path) -> str:
        if place.parent == self.own:
            return OWN
        sharer = sharing.sharer(place)
        return NOBODYS if sharer is None else SHARED_BY_YOU if sharer == self.owner else SHARED


def free_name(wish: str, also_taken: Collection[str] = ()) -> str:
    """Return a name like `wish` that no model of anybody has yet, nor any of `also_taken`.

    >>> free_name("Handwritten digits (8x8)")
    'handwritten-digits-8x8-1'
    """
    stem = re.sub(r"-\d+$", "", re.sub(r"[^a-z0-9]+", "-", wish.lower()).strip("-"))[:50] or "model"
    # Of anybody, so that a shared run can nearly always keep its name.
    taken = _names_of(cache.shipped_folder(), cache.kept_folder(), *_own_folders()) | set(also_taken)
    return next(name for number in range(1, 10_000) if (name := f"{stem}-{number}") not in taken)


def _own_folders(but: Path | None = None) -> list[Path]:
    return [folder for folder in (cache.kept_folder() / OWNERS).glob("*") if folder != but]


def _names_of(*folders: Path) -> set[str]:
    return {path.name for folder in folders if folder.is_dir() for path in folder.iterdir()}


def _kept(entry: ModelEntry, whose: str, training_here: bool) -> Kept:
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
            standing = UNDER_WAY if training_here or is_claimed(entry.path) else INTERRUPTED
    return Kept(entry, standing, whose, step, sum(file.st_size for file in files), changed)


def _move(place: Path, target: Path) -> None:
    if is_claimed(place):
        raise VaeCoreError(f"The run {place.name} is being trained.", next_step="Stop it first.")
    try:
        os.replace(place, target)
    except OSError as error:
        raise VaeCoreError(
            f"The run {place.name} could not be moved.",
            got=error.strerror,
            next_step="Reload the page and look again.",
        ) from error


def _empty_bins() -> None:
    for folder in (cache.kept_folder(), *_own_folders()):
        for path in (folder / BIN).glob("*"):
            deleted = path.name.split(".", 1)[0]
            if deleted.isdigit() and time.time() - int(deleted) > KEPT_IN_BIN_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
