"""Who trains a run now: a lock beside its folder, which the system lets go when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from vae_core.errors import CheckpointError

if sys.platform != "win32":
    import fcntl

FRESH_SECONDS = 30.0
"""On Windows, which has no such locks, a run that was saved this recently counts as claimed."""
ATTEMPTS, PAUSE_SECONDS = 20, 0.01
"""How often, and how far apart, a claim is tried: somebody who only asks holds the lock for a moment."""


@contextlib.contextmanager
def claimed(path: str | os.PathLike[str]) -> Iterator[None]:
    """Be the only one who trains the run at `path`, there or not yet, for as long as the context lasts.

    Raises
    ------
    CheckpointError
        If somebody else trains it, or the place can't be written.
    """
    if sys.platform == "win32":
        yield
        return
    lock = _lock(path)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = _taken(lock)
    except OSError as error:
        raise CheckpointError(
            "The run can't be written there.",
            got=f"{lock.parent}: {error.strerror}",
            next_step="Check the place.",
        ) from error
    try:
        yield
    finally:
        # Still held, so that nobody can have taken the file that goes.
        lock.unlink(missing_ok=True)
        os.close(handle)


def is_claimed(path: str | os.PathLike[str]) -> bool:
    """Tell whether some process trains the run at `path` now."""
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            return time.time() - os.stat(path).st_mtime < FRESH_SECONDS
        return False
    try:
        handle = os.open(_lock(path), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(handle)
    return False


def _lock(path: str | os.PathLike[str]) -> Path:
    place = Path(path)
    return place.with_name(f".{place.name}.lock")


def _taken(lock: Path) -> int:
    """Return a handle that holds the lock; closing it lets go."""
    for _ in range(ATTEMPTS):
        handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
        try:
            if _locked(handle) and os.path.samestat(os.fstat(handle), os.stat(lock)):
                return handle
        except FileNotFoundError:
            pass  # the former holder has taken the file away
        os.close(handle)
        time.sleep(PAUSE_SECONDS)
    raise CheckpointError(
        f"Run {lock.name[1:].removesuffix('.lock')} is being trained somewhere else.",
        next_step="Wait for it, or stop it there.",
    )


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: as good as alone
        return True
    return True
