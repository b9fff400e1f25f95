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

    The mirrors are tried in order, and those that answered but gave no whole file once more. The download goes to a
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
        reached = []
        for mirror in to_try:
            failure, was_reached = _attempt(file, mirror, folder, progress, timeout)
            if failure is None:
                return folder / file.name
            failures[mirror] = failure
            if was_reached:
                reached.append(mirror)
        to_try = reached
    raise DownloadError(
        f"{file.name} could not be downloaded from any of {len(mirrors)} mirrors.",
        got="; ".join(f"{mirror} {failure}" for mirror, failure in failures.items()) or None,
        next_step="Check the network and repeat, or name a folder that holds the files as the data folder.",
    )


def _attempt(
    file: RemoteFile, mirror: str, folder: Path, progress: Progress | None, timeout: tuple[float, float]
) -> tuple[str | None, bool]:
    """Try one mirror: (None, True) when the file is there, else (reason, whether it is worth another try)."""
    import pooch  # both here, because offline use and the bundled data need neither
    import requests.exceptions

    pooch.get_logger().setLevel(logging.WARNING)
    bar = _Bar(file, progress)
    downloader = pooch.HTTPDownloader(
        progressbar=bar,
        chunk_size=CHUNK_BYTES,
        timeout=timeout,
        # Otherwise some servers unpack the gzip file on the way, and its checksum cannot match.
        headers={"Accept-Encoding": "identity"},
    )
    try:
        pooch.retrieve(
            mirror + file.name, f"sha256:{file.sha256}", fname=file.name, path=folder, downloader=downloader
        )
    except _TooLongError:
        return f"sent more than the {file.size} bytes of the file", False
    except requests.exceptions.HTTPError as error:
        status = "an error" if error.response is None else error.response.status_code
        return f"answered HTTP {status}", False
    except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
        if bar.done:
            return f"broke off after {bar.done} of {file.size} bytes", True
        timed_out = isinstance(error, requests.exceptions.ConnectTimeout)
        return "did not answer in time" if timed_out else "could not be reached", False
    except requests.exceptions.RequestException:
        return f"broke off after {bar.done} of {file.size} bytes", True
    except OSError as error:
        raise DownloadError(
            f"The download of {file.name} cannot be stored in {folder}: {error.strerror or type(error).__name__}.",
            next_step="Free some space or choose another folder with the environment variable VAE_CACHE_DIR.",
        ) from error
    except ValueError:  # what pooch raises for a checksum that does not match
        if bar.done < file.size:
            return f"sent {bar.done} of {file.size} bytes", True
        return "sent a file with another checksum", True
    return None, True


class _TooLongError(Exception):
    pass


class _Bar:
    """The part of tqdm's interface that pooch uses, turned into calls of a :data:`Progress`."""

    def __init__(self, file: RemoteFile, progress: Progress | None) -> None:
        self.file, self.progress = file, progress
        self.total = self.done = 0
        self.finished = False

    def update(self, count: int) -> None:
        # pooch counts whole chunks; past the last one the stream is longer than the file can be.
        if self.finished:
            return
        if self.done >= self.file.size:
            raise _TooLongError
        self.done = min(self.done + count, self.file.size)
        if self.progress is not None:
            self.progress(self.file.name, self.done, self.file.size)

    def reset(self) -> None:
        # pooch resets and fills the bar once the stream has ended, whatever it brought.
        self.finished = True

    def close(self) -> None:
        pass
