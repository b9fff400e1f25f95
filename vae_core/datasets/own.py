"""Data sets of the user's own by name: where they lie, which there are, and how they become data sets like any other.

A name is ``flowers``, or in full ``flowers@0123456789ab`` with the version of its content, by which a model knows what
it was trained on even after another set has got the name. In the explorer, where each set belongs to somebody, the
owner's name goes before it: ``0123456789abcdef.flowers``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from vae_core.datasets.idx_family import DATA_DIR_VARIABLE, cache_root
from vae_core.datasets.image_dataset import ImageDataset, Split
from vae_core.datasets.intake import held_out
from vae_core.datasets.own_files import RECORD, Arrays, Record, read_arrays, read_record
from vae_core.datasets.splitting import Indices, split_groups
from vae_core.errors import DatasetError

FOLDER = "own"
LICENCE = "the user's own"
NAME_ALLOWED = "up to 40 letters, digits, hyphens and underscores"
_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}"
_KEY = re.compile(
    rf"(?:(?P<owner>[0-9a-f]{{16}})\.)?(?P<title>{_NAME})(?:@(?P<version>[0-9a-f]{{12}}))?", re.ASCII
)
_DELETED = ".deleted-"


@dataclasses.dataclass(frozen=True)
class OwnName:
    """A data set's name in its parts; the version is empty where any will do."""

    title: str
    owner: str = ""
    version: str = ""

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return f"{self.owner}.{self.title}" if self.owner else self.title

    @property
    def full(self) -> str:
        """All of the name, as a model's configuration has it."""
        return f"{self.folder}@{self.version}" if self.version else self.folder


def parse(name: str) -> OwnName | None:
    """Return the parts of a name that a data set of somebody's own can have, else None.

    >>> parse("flowers@0123456789ab").title, parse("../flowers")
    ('flowers', None)
    """
    match = _KEY.fullmatch(name)
    return None if match is None else OwnName(match["title"], match["owner"] or "", match["version"] or "")


def new_folder(data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return where new data sets are written: ``own`` in the named folder, else beside the downloads."""
    return (Path(os.path.expanduser(data_dir)) if data_dir else cache_root()) / FOLDER


def find(name: str, data_dir: str | os.PathLike[str] | None = None) -> tuple[Path, Record] | None:
    """Return the folder and the record of the data set of that name and version, None where there is none.

    Raises
    ------
    DatasetError
        If it is there and damaged.
    """
    own = parse(name)
    if own is None:
        return None
    for root in _roots(data_dir):
        folder = root / own.folder
        if (folder / RECORD).is_file():
            record = dataclasses.replace(read_record(folder), title=own.title)
            if own.version in ("", record.version):
                return folder, record
    return None


def full_names(data_dir: str | os.PathLike[str] | None = None, owner: str = "") -> list[str]:
    """Return the full names of the data sets of an owner, or of nobody's in particular; damaged ones are left out."""
    found = {}
    for root in _roots(data_dir):
        for path in sorted(root.iterdir()) if root.is_dir() else ():
            own = parse(path.name)
            if own is None or own.version or own.owner != owner or path.name in found:
                continue
            with contextlib.suppress(DatasetError):
                version = read_record(path).version
                found[path.name] = dataclasses.replace(own, version=version).full
    return list(found.values())


def load_own(
    name: str, *, data_dir: str | os.PathLike[str] | None = None, seed: int = 0, validation: int | None = None
) -> ImageDataset:
    """Load a data set of the user's own: a tenth each for validation and test, equal images in one split.

    Parameters
    ----------
    name : str
        With a version, only that content is loaded.
    data_dir : path, optional
        Where to look first.
    seed : int
        Which images go into which split.
    validation : int, optional
        Validation images, at most.

    Raises
    ------
    DatasetError
        If it is not there or damaged, or `validation` leaves too few images to learn from.
    """
    found = find(name, data_dir)
    if found is None:
        raise missing(name)
    folder, record = found
    held = held_out(record.count) if validation is None else validation
    highest = record.count - held_out(record.count) - 1
    if not 1 <= held <= highest:
        raise DatasetError(
            f"The validation split of {record.title} cannot have this size.",
            got=held,
            allowed=f"1 to {highest}",
        )
    arrays = read_arrays(folder, record)
    parts = split_groups(arrays[2], arrays[1], (held, held_out(record.count)), seed)
    train, validating, test = (_part(arrays, rows) for rows in parts)
    if not (len(train) and len(validating) and len(test)):
        raise DatasetError(
            f"The images of {record.title} are too much alike to be split.",
            got=f"{record.duplicates:,} duplicates",
        )
    return ImageDataset(
        name=name,
        title=record.title,
        train=train,
        validation=validating,
        test=test,
        class_names=record.classes,
        factor_names=None,
        licence=LICENCE,
        source=f"own images, {record.source}",
    )


def remove(name: str, data_dir: str | os.PathLike[str] | None = None) -> None:
    """Delete a data set; models trained on it still open.

    Raises
    ------
    DatasetError
        If there is none, or it can't be deleted.
    """
    own = parse(name)
    places = [] if own is None else [root / own.folder for root in _roots(data_dir)]
    folder = next((place for place in places if (place / RECORD).is_file()), None)
    if folder is None:
        raise missing(name)
    gone = folder.with_name(_DELETED + folder.name)
    try:
        # In one step, so that nobody meets half of it.
        shutil.rmtree(gone, ignore_errors=True)
        os.rename(folder, gone)
        shutil.rmtree(gone)
    except OSError as error:
        raise DatasetError("The data set can't be deleted.", got=f"{folder}: {error.strerror}") from error


def check_name(
    title: str, data_dir: str | os.PathLike[str] | None, taken: tuple[str, ...], owner: str = ""
) -> OwnName:
    """Return a new name that is free.

    Raises
    ------
    DatasetError
        If it is no name, or that of another data set.
    """
    own = parse(title)
    if own is None or own.full != own.title:
        raise DatasetError("That is no name for a data set.", got=repr(title[:60]), allowed=NAME_ALLOWED)
    if title.lower().replace("-", "_") in taken:
        raise DatasetError(
            "A data set that comes with the program has this name.",
            got=title,
            next_step="Choose another name.",
        )
    own = OwnName(title, owner)
    if any((root / own.folder).exists() for root in _roots(data_dir)):
        raise DatasetError(
            "There is a data set of this name.", got=title, next_step="Choose another, or remove it."
        )
    return own


def missing(name: str) -> DatasetError:
    """Return the error that says that a data set is not here."""
    own = parse(name)
    gone = own is not None and bool(own.version)
    return DatasetError(
        f"The data set {name if own is None else own.title} is not on this machine.",
        next_step="It was removed or replaced." if gone else "Read it in again under its name.",
    )


def _part(arrays: Arrays, rows: Indices) -> Split:
    images, labels, _ = arrays
    return Split(images[rows], None if labels is None else labels[rows])


def _roots(data_dir: str | os.PathLike[str] | None) -> Iterator[Path]:
    for place in (data_dir, os.environ.get(DATA_DIR_VARIABLE)):
        if place:
            yield Path(os.path.expanduser(place)) / FOLDER
    yield new_folder()
