"""A data set of a user's own on disk: a folder of three arrays and a record of them, every byte under a checksum."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.limits import MOST_CLASSES, MOST_IMAGES, MOST_SET_BYTES, SIZES
from vae_core.errors import DatasetError

FORMAT = 1
RECORD, IMAGES, LABELS, GROUPS = "dataset.json", "images.npy", "labels.npy", "groups.npy"
VERSION_DIGITS = 12
_MOST_RECORD_BYTES = 1 << 20
_CHUNK = 1 << 20

Arrays = tuple[NDArray[np.uint8], NDArray[np.int64] | None, NDArray[np.int64]]


@dataclasses.dataclass(frozen=True)
class Skipped:
    """A file that is not among the images, and why."""

    name: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Record:
    """What is known about a data set of a user's own.

    Attributes
    ----------
    title, source : str
        Its name for people, and the name of the file or folder it came from.
    shape : (C, H, W)
    count : int
    classes : tuple of str or None
    class_counts : tuple of int or None
    sizes : tuple of (width, height, count)
        The commonest sizes of the pictures, before they were made small.
    kinds_of_sizes : int
    duplicates : int
        Images equal to an earlier one in every pixel; they share its split.
    crossing : int
        How many of them would otherwise lie in another split.
    skipped : tuple of Skipped
        The first files that are not among the images; `skips` is how many there are.
    skips : int
    options : dict
        How the images were made, see `ImageOptions`.
    files : dict of str to str
        SHA-256 of each file.
    version : str
        The beginning of the SHA-256 of all of this; another content has another version.
    """

    title: str
    source: str
    shape: tuple[int, int, int]
    count: int
    classes: tuple[str, ...] | None
    class_counts: tuple[int, ...] | None
    sizes: tuple[tuple[int, int, int], ...]
    kinds_of_sizes: int
    duplicates: int
    crossing: int
    skipped: tuple[Skipped, ...]
    skips: int
    options: dict[str, Any]
    files: dict[str, str] = dataclasses.field(default_factory=dict)
    version: str = ""

    @property
    def images_in_words(self) -> str:
        """How many images of which size."""
        colour = "" if self.shape[0] == 1 else ", RGB"
        return f"{self.count:,} of {self.shape[1]} × {self.shape[2]}{colour}"


def write_record(
    folder: Path, record: Record, groups: NDArray[np.int64], labels: NDArray[np.int64] | None
) -> Record:
    """Write labels, groups and record beside the images that are in `folder`; return the record with its sums."""
    names = [IMAGES, GROUPS]
    np.save(folder / GROUPS, groups.astype(np.int32), allow_pickle=False)
    if labels is not None:
        np.save(folder / LABELS, labels.astype(np.uint8), allow_pickle=False)
        names.append(LABELS)
    record = dataclasses.replace(record, files={name: _sum_of(folder / name) for name in names})
    record = dataclasses.replace(record, version=_version(dataclasses.asdict(record)))
    with (folder / RECORD).open("w", encoding="utf-8") as stream:
        json.dump({"format": FORMAT, **dataclasses.asdict(record)}, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    return record


def read_record(folder: Path) -> Record:
    """Return the record of a data set.

    Raises
    ------
    DatasetError
        If there is none, it was changed, or a later version of this program wrote it.
    """
    try:
        with (folder / RECORD).open("rb") as stream:
            told = json.loads(stream.read(_MOST_RECORD_BYTES))
        if told.pop("format") != FORMAT:
            raise DatasetError(
                f"Data set {folder.name} is of another version of this program.",
                next_step="Read it in again.",
            )
        if told["version"] != _version(told):
            raise ValueError("it was changed")
        return _record(told)
    except OSError as error:
        raise DatasetError(f"Data set {folder.name} is not here.", got=error.strerror) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(folder, RECORD) from error


def read_arrays(folder: Path, record: Record) -> Arrays:
    """Return images [N, C, H, W], labels [N] or None, and groups [N].

    Raises
    ------
    DatasetError
        If a file is missing or a byte was changed.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for name, digest in record.files.items():
        try:
            if _sum_of(folder / name) != digest:
                raise _damaged(folder, name)
            arrays[name] = np.load(
                folder / name, mmap_mode="r" if name == IMAGES else None, allow_pickle=False
            )
        except (OSError, ValueError, EOFError) as error:
            raise _damaged(folder, name) from error
    images, groups = arrays[IMAGES], arrays[GROUPS].astype(np.int64)
    labels = arrays[LABELS].astype(np.int64) if LABELS in arrays else None
    if images.shape != (record.count, *record.shape) or images.dtype != np.uint8:
        raise _damaged(folder, IMAGES)
    return images, labels, groups


def size_of(folder: Path) -> int:
    """Return the bytes that a folder's files take on disk."""
    return sum(entry.stat().st_size for entry in os.scandir(folder) if entry.is_file())


def _record(told: dict[str, Any]) -> Record:
    """Return the record that a document tells; whatever it tells besides makes a TypeError."""
    shape, classes, counts = tuple(told["shape"]), told["classes"], told["class_counts"]
    record = Record(
        **told
        | {
            "shape": shape,
            "classes": None if classes is None else tuple(map(str, classes)),
            "class_counts": None if counts is None else tuple(map(int, counts)),
            "sizes": tuple((int(width), int(height), int(count)) for width, height, count in told["sizes"]),
            "skipped": tuple(Skipped(str(one["name"]), str(one["reason"])) for one in told["skipped"]),
        }
    )
    fits = shape[0] in (1, 3) and shape[1] == shape[2] and SIZES[0] <= shape[1] <= SIZES[1]
    fits = fits and 0 < record.count <= MOST_IMAGES and len(classes or ()) <= MOST_CLASSES
    fits = fits and record.count * shape[0] * shape[1] ** 2 <= MOST_SET_BYTES
    if (
        not fits
        or set(record.files) - {LABELS} != {IMAGES, GROUPS}
        or (LABELS in record.files) != bool(classes)
    ):
        raise ValueError("it does not fit")
    return record


def _version(told: dict[str, Any]) -> str:
    plain = {key: value for key, value in told.items() if key != "version"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:VERSION_DIGITS]


def _sum_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
        if os.access(path, os.W_OK):
            os.fsync(stream.fileno())
    return digest.hexdigest()


def _damaged(folder: Path, name: str) -> DatasetError:
    return DatasetError(
        f"Data set {folder.name} is damaged.",
        got=f"file {name} is missing or was changed",
        next_step="Read it in again.",
    )
