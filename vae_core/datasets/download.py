"""One file fetched through pooch from the first mirror that has it whole; anything less never gets its name."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from vae_core.errors import DownloadError

Progress = Callable[[str, int, int], None]
"""Called with the file's name, the bytes so far and the bytes in all."""

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
CHUNK_BYTES = 1 << 16


@dataclasses.dataclass(frozen=True)
class RemoteFile:
    """A published file: its name at every mirror, its size in bytes, and the SHA-256 of exactly those bytes."""

    name: str
    size: int
    sha256: str


def fetch(
    file: RemoteFile,
    mirrors: Sequence[str],
    folder: Path,
    *,
    progress: Progress | None = None,
    timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
) -> Path:
    """Return the path of `file` in `folder`, downloading it unless it lies there whole.

    The mirrors are tried in order, and those whose answer broke off or was damaged once more. The download goes to a
    temporary name in `folder`, is compared with the checksum and only then renamed; the temporary file is removed on
    any failure. Whatever the callback raises passes through, so it can also cancel.

    Parameters
    ----------
    file : RemoteFile
    mirrors : sequence of str
        Addresses of folders, each with the final slash.
    folder : Path
        Made when missing.
    progress : callable, optional
        See :data:`Progress`.
    timeout : tuple of float
        Seconds to wait for a connection, and for the next bytes.

    Raises
    ------
    DownloadError
        If no mirror gave the file whole, or `folder` cannot be written; the text lists the reason for each mirror.
    """
    failures: dict[str, str] = {}
    to_try = list(mirrors)
    for _ in range(2):
        again = []
        for mirror in to_try:
            try:
                return _fetch_from(mirror, file, folder, progress, timeout)
            except _MirrorError as error:
                failures[mirror] = error.reason
                if error.may_pass:
                    again.append(mirror)
        to_try = again
    raise DownloadError(
        f"{file.name} could not be downloaded from any of {len(mirrors)} mirrors.",
        got="; ".join(f"{mirror} {reason}" for mirror, reason in failures.items()) or None,
        next_step="Check the network and repeat, or name a folder that holds the files as the data folder.",
    )


class _MirrorError(Exception):
    """One mirror gave no whole file, for a reason that may pass or will not."""

    def __init__(self, reason: str, *, may_pass: bool) -> None:
        super().__init__(reason)
        self.reason, self.may_pass = reason, may_pass


def _fetch_from(
    mirror: str, file: RemoteFile, folder: Path, progress: Progress | None, timeout: tuple[float, float]
) -> Path:
    import pooch  # here, because the bundled data and files on disk need neither it nor what it imports

    def download(url: str, output_file: str, pooch: object) -> None:
        _stream(url, Path(output_file), file, progress, timeout)

    pooch.get_logger().setLevel(logging.WARNING)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pooch.retrieve(
            mirror + file.name, f"sha256:{file.sha256}", fname=file.name, path=folder, downloader=download
        )
    except ValueError as error:  # what pooch raises for a checksum that does not match
        raise _MirrorError("sent a file with another checksum", may_pass=True) from error
    except OSError as error:
        raise DownloadError(
            f"The download of {file.name} cannot be stored in {folder}: {error.strerror or 'it is not writable'}.",
            next_step="Free some space, or choose another folder with the environment variable VAE_CACHE_DIR.",
        ) from error
    return folder / file.name


def _stream(
    url: str, path: Path, file: RemoteFile, progress: Progress | None, timeout: tuple[float, float]
) -> None:
    """Write what `url` sends to `path`; _MirrorError unless it is as long as the file."""
    import requests

    done, answered = 0, False
    # Without this header some servers unpack the gzip file on the way, and its checksum cannot match.
    headers = {"Accept-Encoding": "identity"}
    try:
        with (
            requests.get(url, stream=True, timeout=timeout, headers=headers) as response,
            path.open("wb") as output,
        ):
            response.raise_for_status()
            answered = True
            for chunk in response.iter_content(CHUNK_BYTES):
                done += len(chunk)
                if done > file.size:
                    raise _MirrorError(f"sent more than {file.size} bytes", may_pass=False)
                output.write(chunk)
                if progress is not None:
                    progress(file.name, done, file.size)
    except requests.exceptions.HTTPError as error:
        status = "an error" if error.response is None else error.response.status_code
        raise _MirrorError(f"answered HTTP {status}", may_pass=False) from error
    except requests.exceptions.RequestException as error:
        if answered:
            raise _MirrorError("broke off on the way", may_pass=True) from error
        slow = isinstance(error, requests.exceptions.Timeout)
        reason = "did not answer in time" if slow else "could not be reached"
        raise _MirrorError(reason, may_pass=False) from error
    if done < file.size:
        raise _MirrorError(f"sent only {done} of {file.size} bytes", may_pass=True)
