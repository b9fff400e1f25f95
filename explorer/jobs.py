"""Training in the background: one thread a run, a bounded number at once, and pictures of progress that never change.

A thread never calls Streamlit. It publishes a new immutable :class:`Progress` by one assignment; whoever draws reads
the latest. A job belongs to the session that started it; nobody else can find it.
"""

from __future__ import annotations

import dataclasses
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from explorer.progress import COMPLETE, FAILED, PREPARING, QUEUED, RUNNING, STOPPED, Notes, Progress
from vae_core.errors import VaeCoreError
from vae_core.events import Finished

log = logging.getLogger(__name__)

_PUBLISH_SECONDS = 0.2
_SNAPSHOT_SECONDS = 0.4


class Run(Protocol):
    """What a job needs of a training run."""

    def events(self, snapshot_every: float | None = None) -> Iterator[Any]:
        """Yield progress events until the run is over, a snapshot of the codes every so many seconds."""


R = TypeVar("R", bound=Run)


class Job(Generic[R]):
    """One training run in a thread of its own; made by :meth:`Jobs.submit`."""

    def __init__(self, title: str, prepare: Callable[[Callable[[str], None]], R]) -> None:
        self.title = title
        self.progress = Progress()
        self._prepare = prepare
        self._stop = threading.Event()
        self._run: R | None = None

    def stop(self) -> None:
        """Ask the run to end after its current step; what it has learnt so far stays."""
        self._stop.set()
        if self.progress.status == QUEUED:
            self._publish(status=STOPPED, message="Stopped before it began.")

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
            self._publish(status=PREPARING, message="Opening the data set.")
            self._run = self._prepare(lambda message: self._publish(message=message))
            self._publish(status=RUNNING, message="")
            self._follow(self._run)
        except VaeCoreError as error:
            self._publish(status=FAILED, message=str(error))
        except Exception as error:
            log.exception("A training run failed")
            self._publish(status=FAILED, message=f"The run ended with an unexpected error: {error!r}.")

    def _follow(self, run: Run) -> None:
        notes, due = Notes(), 0.0
        events = run.events(_SNAPSHOT_SECONDS)
        ended = Progress(status=COMPLETE)
        for event in events:
            if isinstance(event, Finished):
                status = FAILED if event.reason == "diverged" else COMPLETE
                ended = Progress(status=status, message=event.message)
            notes.take(event)
            if self._stop.is_set():
                ended = Progress(status=STOPPED, message="Stopped; what it has learnt so far can be kept.")
                break
            if (now := time.monotonic()) >= due:
                due = now + _PUBLISH_SECONDS
                self._publish(**notes.fields())
        close = getattr(events, "close", None)
        if close is not None:
            close()
        self._publish(**notes.fields(), status=ended.status, message=ended.message)

    def _publish(self, **changes: Any) -> None:
        self.progress = dataclasses.replace(self.progress, **changes)


class Jobs:
    """All training of this server: at most `at_once` runs, at most `waiting` more in line, one job an owner."""

    def __init__(self, at_once: int = 2, waiting: int = 8) -> None:
        self.at_once, self.waiting = at_once, waiting
        self._lock = threading.Lock()
        self._jobs: dict[str, Job[Any]] = {}
        self._queue: deque[Job[Any]] = deque()
        self._running: set[Job[Any]] = set()
        self._numbers = itertools.count(1)

    def submit(self, owner: str, title: str, prepare: Callable[[Callable[[str], None]], Run]) -> Job[Any]:
        """Start a run, or put it in line; replaces the owner's finished job.

        Raises
        ------
        VaeCoreError
            If the owner's job is still under way or the line is full.
        """
        with self._lock:
            mine = self._jobs.get(owner)
            if mine is not None and not mine.progress.over:
                raise VaeCoreError("Your last training is still under way.", next_step="Stop it first.")
            self._queue = deque(job for job in self._queue if not job.progress.over)
            if len(self._queue) >= self.waiting:
                raise VaeCoreError(
                    "Too many people are training here right now.",
                    got=f"{self.waiting} runs in line",
                    next_step="Try again in a minute.",
                )
            job: Job[Any] = Job(title, prepare)
            self._jobs[owner] = job
            self._queue.append(job)
            self._start_next()
        return job

    def of(self, owner: str) -> Job[Any] | None:
        """Return the owner's job, under way or over."""
        return self._jobs.get(owner)

    def place(self, job: Job[Any]) -> int:
        """Return how many jobs start before this queued one."""
        with self._lock:
            line = [waiting for waiting in self._queue if not waiting.progress.over]
        return line.index(job) if job in line else 0

    def drop(self, owner: str) -> None:
        """Stop and forget the owner's job, as when its session ends."""
        with self._lock:
            job = self._jobs.pop(owner, None)
        if job is not None:
            job.stop()

    def _start_next(self) -> None:
        while self._queue and len(self._running) < self.at_once:
            job = self._queue.popleft()
            if job.progress.over:
                continue
            self._running.add(job)
            name = f"training-{next(self._numbers)}"
            threading.Thread(target=self._work, args=(job,), name=name, daemon=True).start()

    def _work(self, job: Job[Any]) -> None:
        try:
            job.work()
        finally:
            with self._lock:
                self._running.discard(job)
                self._start_next()
