"""ZIP archives of unknown origin: opened only when their table of contents is small, honest and harmless."""

from __future__ import annotations

import contextlib
import io
import stat
import zipfile
from collections.abc import Iterator
from typing import IO

from vae_core.datasets.class_folders import clean, is_passed_over, parts_of
from vae_core.datasets.limits import (
    MOST_DIRECTORY_BYTES,
    MOST_ENTRIES,
    MOST_RATIO,
    MOST_UNPACKED_BYTES,
)
from vae_core.errors import DatasetError, InputError

_ENTRY = b"PK\x01\x02"
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


@contextlib.contextmanager
def opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open an archive; what is found wrong with it later, while it is read, becomes a DatasetError too.

    Raises
    ------
    DatasetError
        If it is no archive, damaged, encrypted, or its table of contents is enormous.
    """
    try:
        bounded = _Bounded(file)
        with zipfile.ZipFile(bounded) as archive:
            bounded.most = None
            if any(entry.flag_bits & _ENCRYPTED for entry in archive.infolist()):
                raise DatasetError("The archive is encrypted.", next_step="Pack it without a password.")
            yield archive
    except (DatasetError, InputError):
        raise
    except OSError as error:
        raise DatasetError("The archive can't be read.", got=error.strerror) from error
    except Exception as error:  # damaged bytes make the reader raise nearly anything
        raise DatasetError("The archive is damaged.", got=_told(error), next_step="Pack it again.") from error


def files_of(archive: zipfile.ZipFile, *, dense: bool) -> dict[tuple[str, ...], zipfile.ZipInfo]:
    """Return the archive's own files by their folders and name, the first where several have one name.

    `dense` says that they are files which hardly shrink when they are packed.

    Raises
    ------
    DatasetError
        If a name leads out of the archive, or the files claim to be enormous.
    """
    found: dict[tuple[str, ...], zipfile.ZipInfo] = {}
    whole = packed = 0
    for entry in archive.infolist():
        parts = parts_of(entry.filename)
        whole, packed = whole + entry.file_size, packed + entry.compress_size
        if not entry.is_dir() and parts and not is_passed_over(parts):
            found.setdefault(parts, entry)
    if whole > MOST_UNPACKED_BYTES:
        raise DatasetError(
            "The archive claims to hold too much.",
            got=f"{whole / 1e9:.1f} GB",
            allowed=f"{MOST_UNPACKED_BYTES / 1e9:.1f} GB",
        )
    if dense and whole > MOST_RATIO * max(packed, 100_000):
        raise DatasetError(
            "The archive claims to hold far more than images that were packed.",
            got=f"{whole / max(packed, 1):,.0f} times its size",
            allowed=f"{MOST_RATIO} times",
        )
    return found


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Return a file of at most `most` bytes.

    Raises
    ------
    InputError
        If it is a link, larger, packed in a way that is not read, or damaged.
    """
    with read_stream(archive, entry) as stream:
        data = stream.read(most + 1)
        if len(data) > most:
            raise InputError(f"The file is too large (more than {most >> 20} MB).")
        return data


@contextlib.contextmanager
def read_stream(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """Open one file of an archive; errors as for :func:`read_entry`."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise InputError("It is a link, not a file.")
    # Other methods ask for memory before they give anything.
    if entry.compress_type not in _READ:
        raise InputError("It is packed in a way that is not read; deflate is.")
    try:
        with archive.open(entry) as stream:
            yield stream
    except (DatasetError, InputError):
        raise
    except Exception as error:
        raise InputError(f"It is damaged in the archive: {_told(error)}.") from error


class _Bounded(io.RawIOBase):
    """A file of which `most` bytes are read in one piece: a table of contents is taken whole, whatever it says."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.most: int | None = MOST_DIRECTORY_BYTES

    def read(self, size: int | None = -1, /) -> bytes:
        if self.most is None:
            return self._file.read(-1 if size is None else size)
        asked = self.most + 1 if size is None or size < 0 else size
        data = self._file.read(min(asked, self.most + 1))
        if len(data) > self.most:
            raise DatasetError("The archive's table of contents is too long.", next_step="Pack fewer files.")
        if data.count(_ENTRY) > MOST_ENTRIES:
            raise DatasetError("The archive holds too many files.", allowed=f"{MOST_ENTRIES:,}")
        return data

    def seek(self, place: int, whence: int = 0, /) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _told(error: Exception) -> str:
    return clean((str(error).splitlines() or [type(error).__name__])[0], 100)
