"""Images of a person's own being read, in a thread that never calls Streamlit."""

from __future__ import annotations

import logging
import shutil
import threading
import weakref
from pathlib import Path
from typing import IO

from vae_core.datasets.intake import Intake
from vae_core.datasets.own_files import Record, size_of
from vae_core.datasets.picture import ImageOptions
from vae_core.errors import DatasetError, VaeCoreError

log = logging.getLogger(__name__)

AT_ONCE = 3
"""How many people's images are read at the same time."""
_room = threading.BoundedSemaphore(AT_ONCE)


class Reading:
    """One upload being read into a draft, which goes when nobody holds the reading any more.

    Parameters
    ----------
    file : binary file
        Only this reading uses it.
    options : ImageOptions
    folder : Path
        Where the draft lies, and the data set when it is kept.
    title : str
        The file's name.

    Attributes
    ----------
    done : float
        The share that is read.
    over : bool
        Whether it has ended, in whatever way.
    problem : str
        Why it failed.

    Raises
    ------
    DatasetError
        If too many people's images are being read.
    """

    def __init__(self, file: IO[bytes], options: ImageOptions, folder: Path, title: str) -> None:
        if not _room.acquire(blocking=False):
            raise DatasetError(
                "Too many people's images are being read right now.", next_step="Try again in a minute."
            )
        try:
            self._intake = Intake(file, options, folder, title)
        except BaseException:
            _room.release()
            raise
        self.done, self.over, self.problem = 0.0, False, ""
        self._cancelled = threading.Event()
        weakref.finalize(self, shutil.rmtree, self._intake.draft, ignore_errors=True)
        self._thread = threading.Thread(target=self._work, name="reading", daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        """Images so far."""
        return self._intake.count

    @property
    def record(self) -> Record | None:
        """What was found, once it is all read."""
        return self._intake.record if self.over else None

    @property
    def size(self) -> int:
        """Bytes that the draft takes on disk."""
        return size_of(self._intake.draft)

    @property
    def draft(self) -> Path:
        """Where the draft lies."""
        return self._intake.draft

    def cancel(self) -> None:
        """Give up; the draft goes."""
        self._cancelled.set()
        if self.over:
            self._intake.drop()

    def keep(self, folder: str) -> None:
        """Make the draft a data set; DatasetError if there is one in that folder."""
        self._intake.keep(folder)

    def wait(self, seconds: float) -> None:
        """Wait for the end, but not longer than that."""
        self._thread.join(seconds)

    def _work(self) -> None:
        try:
            for share in self._intake.steps():
                self.done = share
                if self._cancelled.is_set():
                    break
        except VaeCoreError as error:
            self.problem = str(error)
        except Exception as error:
            log.exception("Images could not be read")
            self.problem = f"The images could not be read: {error!r}."
        finally:
            _room.release()
            self.over = True
            if self.problem or self._cancelled.is_set():
                self._intake.drop()
