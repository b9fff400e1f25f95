"""One training run in the background: a thread that never calls Streamlit and publishes pictures that never change.

It publishes a new immutable :class:`Progress` by one assignment; whoever draws reads the latest.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from explorer.training.progress import (
    COMPLETE,
    FAILED,
    PAUSED,
    PREPARING,
    QUEUED,
    RUNNING,
    STOPPED,
    Notes,
    Progress,
)
from vae_core.errors import VaeCoreError
from vae_core.events import Finished, Snapshot, Step

if TYPE_CHECKING:
    from explorer.training.jobs import Jobs

log = logging.getLogger(__name__)

_PUBLISH_SECONDS = 0.2
_SNAPSHOT_SECONDS = 0.45
_FIRST_SAVE_SECONDS = 0.5
"""When a run is first saved: its first picture goes before."""
_SAVE_SECONDS = 3.0
_SAVE_SHARE = 0.05
"""Fewest seconds between two saves, and the largest share of the time that goes into them."""
AWAY_SECONDS = 120.0
"""How long a run that rests or is over waits for an owner who left: then the one is stopped and both are forgotten."""
UNWATCHED_SECONDS = 3600.0
"""How long a run goes on without its owner."""


class Run(Protocol):
    """What a job needs of a training run."""

    def events(self, snapshot_every: float | None = None) -> Iterator[Any]:
        """Yield progress events until the run is over, a snapshot of the codes every so many seconds."""


R = TypeVar("R", bound=Run)
Prepare = Callable[[Callable[[str], None]], R]


class Job(Generic[R]):
    """One training run in a thread of its own; made by :meth:`Jobs.submit`.

    Parameters
    ----------
    title : str
    prepare : callable
        Makes the run, in the job's thread; given a function that tells the viewer what is going on.
    picture : callable, optional
        Makes an immutable picture of the run's model, in the job's thread, for :attr:`Progress.model`.
    explain : callable, optional
        Takes the run's next step apart, in the job's thread, while it rests; for :attr:`Progress.next_step`.
    save : callable, optional
        Writes the run to disk, in the job's thread; called every few seconds and when the run rests or ends.
    name : str
        Under which it is saved.
    hold : callable, optional
        Makes a context in which the job's thread works.

    Attributes
    ----------
    left : float or None
        Since when nobody of its owner has been here, in seconds of `time.monotonic`.
    """

    def __init__(
        self,
        title: str,
        prepare: Prepare[R],
        picture: Callable[[R], Any] | None = None,
        explain: Callable[[R], Any] | None = None,
        save: Callable[[R], None] | None = None,
        name: str = "",
        hold: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext,
    ) -> None:
        self.title, self.name, self._hold = title, name, hold
        self._explain, self._save = explain, save
        self.progress = Progress()
        self.desk: Jobs[Any] | None = None
        self.left: float | None = None
        self._prepare, self._picture = prepare, picture
        self._stop = threading.Event()
        self._granted = threading.Event()
        self._granted.set()
        self._goal: Callable[[Step], bool] | None = None
        self._wishes: deque[Callable[[R], None]] = deque()
        self._run: R | None = None

    def stop(self) -> None:
        """Ask the run to end after its current step; what it has learnt so far stays."""
        self._stop.set()
        self._granted.set()
        if self.progress.status == QUEUED and self.progress.step == 0:
            self._publish(status=STOPPED, message="Stopped before it began.")

    def pause(self) -> None:
        """Ask the run to rest after its current step."""
        self._goal = lambda step: True

    def resume(self) -> None:
        """Let a resting run go on to its end."""
        self._go_on(None)

    def step(self) -> None:
        """Let a resting run take one step."""
        self._go_on(lambda step: True)

    def one_epoch(self) -> None:
        """Let a resting run go on to the end of its epoch."""
        epoch = self.progress.epoch
        self._go_on(lambda step: step.epoch > epoch)

    def adjust(self, change: Callable[[R], None]) -> None:
        """Have `change` applied to the run between two steps, in the job's thread."""
        self._wishes.append(change)

    def _go_on(self, goal: Callable[[Step], bool] | None) -> None:
        if self.progress.status != PAUSED:
            return
        self._goal = goal
        self._publish(status=QUEUED)
        if self.desk is None:
            self.grant()
        else:
            self.desk.line_up(self)

    def grant(self) -> None:
        """Let the job's thread go on; called when it is this job's turn."""
        self._granted.set()

    def left_for(self, seconds: float) -> bool:
        """Tell whether nobody of its owner has been here for that long."""
        left = self.left
        return left is not None and time.monotonic() - left >= seconds

    @property
    def stopping(self) -> bool:
        """Whether somebody asked the run to end."""
        return self._stop.is_set()

    def say(self, message: str) -> None:
        """Tell the viewer what the job's thread is doing."""
        self._publish(message=message)

    @property
    def places(self) -> tuple[Path, ...]:
        """The folders that the job writes."""
        return ()

    @property
    def begun(self) -> bool:
        """Whether the job has a thread already."""
        return self._run is not None

    @property
    def can_keep(self) -> bool:
        """Whether there is a model to keep: the run is over and took at least one step."""
        return self._run is not None and self.progress.over and self.progress.step > 0

    def take(self) -> R:
        """Return the finished run, for saving.

        Raises
        ------
        VaeCoreError
            If there is nothing to save: it is still under way, or never took a step.
        """
        if self._run is None or not self.can_keep:
            raise VaeCoreError("There is no finished run to keep.", next_step="Train a model first.")
        return self._run

    def work(self) -> None:
        """Run to the end, to a stop or to an error; the thread's body."""
        if self._stop.is_set():
            return
        try:
            with self._hold():
                self._publish(status=PREPARING, message="Opening the data set.")
                self._run = self._prepare(lambda message: self._publish(message=message))
                self._publish(status=RUNNING, message="")
                ended = self._follow(self._run)
            self._publish(**ended)
        except VaeCoreError as error:
            self._publish(status=FAILED, message=str(error))
        except Exception as error:
            log.exception("A training run failed")
            self._publish(status=FAILED, message=f"The run ended with an unexpected error: {error!r}.")

    def _follow(self, run: R) -> dict[str, Any]:
        """Take the run's events to the end; return what is to be published then."""
        notes, due, save_due = Notes(), 0.0, time.monotonic() + _FIRST_SAVE_SECONDS
        events = run.events(_SNAPSHOT_SECONDS)
        ended = Progress(status=COMPLETE)
        for event in events:
            if isinstance(event, Finished):
                status = FAILED if event.reason == "diverged" else COMPLETE
                ended = Progress(status=status, message=event.message)
            notes.take(event)
            if isinstance(event, Snapshot) and self._picture is not None:
                notes.picture(self._picture(run))
                due = 0.0  # whoever watches is waiting for it
            if isinstance(event, Step) and self.progress.step == 0:
                due = 0.0  # and for word that it has begun
            if isinstance(event, Step) and self._goal is not None and self._goal(event):
                self._rest(run, notes)
            self._grant_wishes(run)
            if self.left_for(UNWATCHED_SECONDS):
                self._stop.set()
            if self._stop.is_set():
                ended = Progress(status=STOPPED, message="Stopped; what it has learnt so far can be kept.")
                break
            if (now := time.monotonic()) >= due:
                due = now + _PUBLISH_SECONDS
                self._publish(**notes.fields())
            if now >= save_due and isinstance(event, Step):
                self._save_now(run)
                took = time.monotonic() - now
                save_due = now + max(_SAVE_SECONDS, took / _SAVE_SHARE)
        close = getattr(events, "close", None)
        if close is not None:
            close()
        if self._picture is not None:
            notes.picture(self._picture(run))
        self._save_now(run)
        return {**notes.fields(), "status": ended.status, "message": ended.message}

    def _rest(self, run: R, notes: Notes) -> None:
        """Wait until the viewer lets the run go on, or stops it; others may train meanwhile."""
        self._granted.clear()
        if self._picture is not None:
            notes.picture(self._picture(run))
        explained = None if self._explain is None else self._explain(run)
        self._publish(**notes.fields(), status=PAUSED, next_step=explained)
        self._save_now(run)
        if self.desk is not None:
            self.desk.leave(self)
        while not self._stop.is_set() and not self._granted.wait(0.1):
            self._grant_wishes(run)
            if self.progress.status == PAUSED and self.left_for(AWAY_SECONDS):
                self._stop.set()
        self._publish(status=RUNNING, next_step=None)

    def _save_now(self, run: R) -> None:
        """Write the run to disk; a save that fails costs a line, not the run."""
        if self._save is None:
            return
        try:
            self._save(run)
        except VaeCoreError as error:
            self._publish(message=str(error))

    def _grant_wishes(self, run: R) -> None:
        while self._wishes:
            try:
                self._wishes.popleft()(run)
            except VaeCoreError as error:
                self._publish(message=str(error))

    def _publish(self, **changes: Any) -> None:
        self.progress = dataclasses.replace(self.progress, **changes)
