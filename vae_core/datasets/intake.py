"""Images of a user's own on their way to be a data set: read one by one into a draft, summed up, kept or dropped."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.class_folders import clean, natural
from vae_core.datasets.found import Found
from vae_core.datasets.limits import (
    LEAST_IMAGES,
    MOST_CLASSES,
    MOST_IMAGES,
    MOST_LISTED,
    MOST_SET_BYTES,
)
from vae_core.datasets.own_files import IMAGES, Record, Skipped, write_record
from vae_core.datasets.picture import ImageOptions
from vae_core.datasets.sources import open_source
from vae_core.datasets.splitting import split_groups
from vae_core.errors import DatasetError, VaeCoreError

DRAFT = ".draft-"
FORGOTTEN_SECONDS = 24 * 3600.0
_PIECE = 256
_MOST_SIZES = 1_000


def preview(place: str | os.PathLike[str] | IO[bytes], options: ImageOptions, count: int = 12) -> list[Found]:
    """Return about so many of the images that would be read, and of the files that would be skipped.

    Raises
    ------
    DatasetError
        If the source can't be read.
    """
    with _told(), open_source(place) as source:
        return list(source.images(options, few=count))


class Intake:
    """A source of images being read.

    Iterate over :meth:`steps` to the end, look at :attr:`record`, and :meth:`keep` the draft; a context manager,
    which drops a draft that was not kept.

    Parameters
    ----------
    place : path or binary file
    options : ImageOptions
    folder : path
        Where the draft lies, and the data set later: nothing is written anywhere else.
    title : str
        Where the images are said to come from.

    Attributes
    ----------
    record : Record
        What was found; there after the last step.
    count : int
        Images so far.
    """

    def __init__(
        self, place: str | os.PathLike[str] | IO[bytes], options: ImageOptions, folder: Path, title: str = ""
    ) -> None:
        self.options, self.count = options, 0
        self.record: Record | None = None
        self._place, self._title = place, title or Path(str(place)).name
        self._skipped: list[Skipped] = []
        self._skips = 0
        self._labels: list[int] = []
        self._classes: dict[str | None, int] = {}
        self._sizes: collections.Counter[tuple[int, int]] = collections.Counter()
        self._firsts: dict[bytes, int] = {}
        self._groups: list[int] = []
        self._channels = 3 if options.colour == "rgb" else 1
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _remove_forgotten(folder)
            self.draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder))
        except OSError as error:
            raise _unwritable(folder, error) from error

    def __enter__(self) -> Intake:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def steps(self) -> Iterator[float]:
        """Read the source and yield, after each image, the share of it that is read.

        Raises
        ------
        DatasetError
            If the source can't be read, or holds too few or too many images.
        """
        raw = self.draft / "pixels"
        try:
            with _told(), open_source(self._place) as source, raw.open("w+b") as pixels:
                for found in source.images(self.options):
                    self._take(found, pixels)
                    yield found.done
            self._finish(raw)
        except OSError as error:
            raise _unwritable(self.draft.parent, error) from error

    def keep(self, name: str) -> Path:
        """Make the draft the data set of that folder name, whole or not at all; return its folder.

        Raises
        ------
        DatasetError
            If the reading is not done, or there is something under the name.
        """
        if self.record is None:
            raise DatasetError("The images are not read yet.")
        target = self.draft.parent / name
        if os.path.lexists(target):
            raise DatasetError(
                "There is a data set of this name.", got=name, next_step="Choose another name."
            )
        try:
            os.rename(self.draft, target)
        except OSError as error:
            raise _unwritable(target, error) from error
        return target

    def drop(self) -> None:
        """Remove the draft, if it was not kept."""
        shutil.rmtree(self.draft, ignore_errors=True)

    def _take(self, found: Found, pixels: IO[bytes]) -> None:
        if found.image is None:
            self._skips += 1
            if len(self._skipped) < MOST_LISTED:
                self._skipped.append(Skipped(found.name, found.problem))
            return
        if len(found.image) > self._channels:
            _widen(pixels, self.options.size)
            self._channels = 3
        self._check_room(found)
        data = found.image.tobytes()
        digest = hashlib.blake2b(data, digest_size=16).digest()
        self._groups.append(self._firsts.setdefault(digest, self.count))
        image = found.image.repeat(3, axis=0) if len(found.image) < self._channels else found.image
        pixels.write(image.tobytes())
        self.count += 1
        self._labels.append(self._class_number(found.label))
        if len(self._sizes) < _MOST_SIZES or (found.width, found.height) in self._sizes:
            self._sizes[found.width, found.height] += 1

    def _class_number(self, label: str | None) -> int:
        name = None if label is None else clean(label)
        number = self._classes.setdefault(name, len(self._classes))
        if number >= MOST_CLASSES:
            raise DatasetError(
                "There are too many classes.",
                got=f"more than {number}, one of them {name!r}",
                allowed=f"{MOST_CLASSES}",
                next_step="Leave the labels out, or see that they are labels.",
            )
        return number

    def _check_room(self, found: Found) -> None:
        if self.count >= MOST_IMAGES:
            raise DatasetError("There are too many images.", allowed=f"{MOST_IMAGES:,}")
        if (self.count + 1) * self._channels * self.options.size**2 > MOST_SET_BYTES:
            raise DatasetError(
                "The data set would be too large.",
                allowed=f"{MOST_SET_BYTES >> 20} MB",
                next_step="Choose a smaller size, or bring fewer images.",
            )

    def _finish(self, raw: Path) -> None:
        groups = np.array(self._groups, np.int64)
        different = len(self._firsts)
        if different < LEAST_IMAGES:
            raise DatasetError(
                "There are too few different images to learn from.",
                got=f"{different} of {self.count} read" + self._why_skipped(),
                allowed=f"at least {LEAST_IMAGES}",
            )
        classes, labels = self._sorted_classes()
        counts = None if labels is None else np.bincount(labels, minlength=len(classes or ())).tolist()
        edge = self.options.size
        with raw.open("rb") as pixels, (self.draft / IMAGES).open("wb") as images:
            shape = (self.count, self._channels, edge, edge)
            np.lib.format.write_array_header_1_0(
                images, {"descr": "|u1", "fortran_order": False, "shape": shape}
            )
            shutil.copyfileobj(pixels, images)
        raw.unlink()
        record = Record(
            title="",
            source=clean(self._title, 80),
            shape=(self._channels, edge, edge),
            count=self.count,
            classes=classes,
            class_counts=None if counts is None else tuple(counts),
            sizes=tuple((width, height, count) for (width, height), count in self._sizes.most_common(20)),
            kinds_of_sizes=len(self._sizes),
            duplicates=self.count - different,
            crossing=_crossing(groups, labels),
            skipped=tuple(self._skipped),
            skips=self._skips,
            options=dataclasses.asdict(self.options),
        )
        self.record = write_record(self.draft, record, groups, labels)

    def _why_skipped(self) -> str:
        return (
            f"; skipped {self._skips:,}, the first: {self._skipped[0].reason.rstrip('.')}"
            if self._skipped
            else ""
        )

    def _sorted_classes(self) -> tuple[tuple[str, ...] | None, NDArray[np.int64] | None]:
        """Return the classes' names in order and each image's class; neither where there are fewer than two."""
        found = {name: number for name, number in self._classes.items() if name is not None}
        if len(found) < 2 or None in self._classes:
            return None, None
        names = sorted(found, key=natural)
        renumbered = np.empty(len(names), np.int64)
        renumbered[[found[name] for name in names]] = np.arange(len(names))
        return tuple(names), renumbered[np.array(self._labels, np.int64)]


def _remove_forgotten(folder: Path) -> None:
    """Remove drafts of long ago, which a program that was killed has left."""
    for draft in folder.glob(f"{DRAFT}*"):
        with contextlib.suppress(OSError):
            if time.time() - draft.stat().st_mtime > FORGOTTEN_SECONDS:
                shutil.rmtree(draft, ignore_errors=True)


def _crossing(groups: NDArray[np.int64], labels: NDArray[np.int64] | None) -> int:
    """Return how many duplicates would lie in another split than their first one if nobody cared."""
    held = held_out(len(groups))
    place = np.empty(len(groups), np.int64)
    for split, rows in enumerate(split_groups(np.arange(len(groups)), labels, (held, held), seed=0)):
        place[rows] = split
    return int((place != place[groups]).sum())


def held_out(count: int) -> int:
    """Return how many of so many images validation and test get each: a tenth.

    >>> held_out(30), held_out(70_000)
    (3, 7000)
    """
    return max(1, count // 10)


def _widen(pixels: IO[bytes], edge: int) -> None:
    """Give the grey images in a file three channels, from the last to the first, a few at a time."""
    area = edge * edge
    count = pixels.seek(0, 2) // area
    for start in range((count - 1) // _PIECE * _PIECE, -1, -_PIECE):
        pixels.seek(start * area)
        grey = np.frombuffer(pixels.read(min(_PIECE, count - start) * area), np.uint8).reshape(-1, 1, area)
        pixels.seek(3 * start * area)
        pixels.write(grey.repeat(3, axis=1).tobytes())
    pixels.seek(0, 2)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Let nothing but a DatasetError out, and what concerns the disk."""
    try:
        yield
    except (DatasetError, OSError):
        raise
    except VaeCoreError as error:
        raise DatasetError(str(error)) from error


def _unwritable(folder: Path, error: OSError) -> DatasetError:
    return DatasetError(
        "The data set can't be written.",
        got=f"{folder}: {error.strerror}",
        next_step="Check the place and its space.",
    )
