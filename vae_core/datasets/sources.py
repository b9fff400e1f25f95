"""What a user brings, as a stream of small images: a folder or a ZIP archive of pictures, an NPZ or a CSV file.

Nothing is unpacked to disk, and never more than one picture, or a few rows of numbers, is in memory.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol

import numpy as np

from vae_core.datasets.archives import files_of, opened, read_entry
from vae_core.datasets.array_source import ArraySource
from vae_core.datasets.class_folders import classes_of, clean, is_passed_over, natural
from vae_core.datasets.csv_source import CsvSource
from vae_core.datasets.found import Found
from vae_core.datasets.limits import MOST_ENTRIES, MOST_FILE_BYTES, MOST_PIXELS_IN_ALL
from vae_core.datasets.picture import ImageOptions, from_file
from vae_core.datasets.picture_file import is_picture
from vae_core.errors import DatasetError, InputError

KINDS = "a folder or ZIP of PNG and JPEG images, an NPZ file, or a CSV file"
_LOOSE = "It lies beside the class folders."


class Source(Protocol):
    """Images in a fixed order."""

    def images(self, options: ImageOptions, few: int | None = None) -> Iterator[Found]:
        """Yield what is found, made small; only about `few` images, from all over, if that is given.

        Raises
        ------
        DatasetError
            If the source as a whole can't be read.
        """


@dataclasses.dataclass(frozen=True)
class PictureFiles:
    """Files that may be pictures: their folders and name, and what reads one of them."""

    files: Sequence[tuple[str, ...]]
    read: Callable[[tuple[str, ...]], bytes]

    def images(self, options: ImageOptions, few: int | None = None) -> Iterator[Found]:
        """Yield the pictures by folder and name, numbers in names counting as numbers."""
        files = sorted(self.files, key=lambda file: tuple(natural(part) for part in file))
        classes = classes_of(files)
        labelled = any(label is not None for label in classes.values())
        if few is not None and len(files) > few:
            files = [files[i] for i in np.linspace(0, len(files) - 1, few).astype(int)]
        left = MOST_PIXELS_IN_ALL
        for number, file in enumerate(files):
            found = self._found(file, options, (number + 1) / len(files))
            if found.image is not None and labelled:
                label = classes[file]
                found = dataclasses.replace(found, label=label) if label else found.without_image(_LOOSE)
            left -= found.width * found.height
            if left < 0:
                raise DatasetError(
                    "The images are too many and too large.",
                    allowed=f"{MOST_PIXELS_IN_ALL // 10**6:,} megapixels in all",
                    next_step="Make them smaller first.",
                )
            yield found

    def _found(self, file: tuple[str, ...], options: ImageOptions, done: float) -> Found:
        name = "/".join(clean(part) for part in file[-4:])
        try:
            image, (width, height) = from_file(self.read(file), options)
        except InputError as error:
            return Found(name, done, problem=error.what)
        return Found(name, done, image, width, height)


@contextlib.contextmanager
def open_source(place: str | os.PathLike[str] | IO[bytes]) -> Iterator[Source]:
    """Open what a user brings, told apart by what it holds and not by its name.

    Parameters
    ----------
    place : path or binary file
        The file must be able to seek.

    Raises
    ------
    DatasetError
        If it is not there or of a kind that is not read.
    """
    with contextlib.ExitStack() as stack:
        try:
            if isinstance(place, (str, os.PathLike)):
                path = Path(os.path.expanduser(place))
                if path.is_dir():
                    yield _folder(path)
                    return
                if path.exists() and not path.is_file():
                    # Reading a pipe or a device could wait, or go on, for ever.
                    raise DatasetError("This is neither a file nor a folder.", got=path, allowed=KINDS)
                file: IO[bytes] = stack.enter_context(path.open("rb"))
            else:
                file = place
            file.seek(0)
            head = file.read(4096)
            file.seek(0)
        except OSError as error:
            raise DatasetError("The file can't be read.", got=f"{place}: {error.strerror}") from error
        except ValueError as error:  # a zero byte in a path
            raise DatasetError("The file can't be read.", got=f"{place!s:.100}", allowed=KINDS) from error
        yield _file(file, head, stack)


def _file(file: IO[bytes], head: bytes, stack: contextlib.ExitStack) -> Source:
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if not head or b"\0" in head or is_picture(head):
            raise DatasetError("This file holds no data set.", allowed=KINDS)
        return CsvSource(file)
    archive = stack.enter_context(opened(file))
    names = [entry.filename for entry in archive.infolist()]
    if names and all(name.endswith(".npy") for name in names):
        return ArraySource(archive, files_of(archive, dense=False))
    files = files_of(archive, dense=True)
    return PictureFiles(list(files), lambda name: read_entry(archive, files[name], MOST_FILE_BYTES))


def _folder(root: Path) -> Source:
    files: list[tuple[str, ...]] = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inner = Path(folder).relative_to(root).parts
        files += [(*inner, name) for name in names if not is_passed_over((*inner, name))]
        if len(files) > MOST_ENTRIES:
            raise DatasetError("The folder holds too many files.", allowed=f"{MOST_ENTRIES:,}")
    return PictureFiles(files, lambda name: _read_file(root.joinpath(*name)))


def _read_file(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise InputError("It is a link, not a file.")
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"It can't be read: {error.strerror}.") from error
    if len(data) > MOST_FILE_BYTES:
        raise InputError(f"The file is too large (more than {MOST_FILE_BYTES >> 20} MB).")
    return data
