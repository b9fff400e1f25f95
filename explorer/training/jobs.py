"""All training of a server: a bounded number of runs at once, the others in line, one an owner.

A job belongs to the owner who started it, in all of the owner's tabs; nobody else can find it. It goes on when the last
of them is closed, and is forgotten some time after it is over.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter, deque
from typing import Any, Generic, TypeVar

from explorer.training.job import AWAY_SECONDS, Job
from vae_core.errors import VaeCoreError

J = TypeVar("J", bound=Job[Any])


class Jobs(Generic[J]):
    """All training of this server: at most `at_once` runs, at most `waiting` more in line, one job an owner."""

    def __init__(self, at_once: int = 2, waiting: int = 8) -> None:
        self.at_once, self.waiting = at_once, waiting
        self._lock = threading.RLock()
        self._jobs: dict[str, J] = {}
        self._here: Counter[str] = Counter()
        self._queue: deque[J] = deque()
        self._running: set[J] = set()
        self._numbers = itertools.count(1)

    def submit(self, owner: str, job: J) -> J:
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
            job.desk = self
            self._jobs[owner] = job
            self.line_up(job)
        return job

    def of(self, owner: str) -> J | None:
        """Return the owner's job, under way or over."""
        return self._jobs.get(owner)

    def under_way(self) -> list[J]:
        """Return everybody's jobs that are not over."""
        with self._lock:
            return [job for job in self._jobs.values() if not job.progress.over]

    def place(self, job: J) -> int:
        """Return how many jobs start before this queued one."""
        with self._lock:
            line = [waiting for waiting in self._queue if not waiting.progress.over]
        return line.index(job) if job in line else 0

    def arrive(self, owner: str) -> None:
        """Note that a session of the owner's begins."""
        with self._lock:
            self._here[owner] += 1
            if owner in self._jobs:
                self._jobs[owner].left = None

    def depart(self, owner: str) -> None:
        """Note that a session of the owner's ends; after the last one the job waits, goes on, or ends, as it stands."""
        with self._lock:
            self._here[owner] -= 1
            if self._here[owner] > 0:
                return
            del self._here[owner]
            if owner not in self._jobs:
                return
            self._jobs[owner].left = time.monotonic()
        waiting = threading.Timer(AWAY_SECONDS, self._tidy)
        waiting.daemon = True
        waiting.start()

    def line_up(self, job: J) -> None:
        """Put a job at the end of the line; one that rested goes on when it is its turn."""
        with self._lock:
            self._queue.append(job)
            self._start_next()

    def leave(self, job: J) -> None:
        """Let others train in this job's place: it rests, or is over."""
        with self._lock:
            self._running.discard(job)
            self._start_next()

    def _start_next(self) -> None:
        while self._queue and len(self._running) < self.at_once:
            job = self._queue.popleft()
            if job.progress.over:
                continue
            self._running.add(job)
            if job.begun:
                job.grant()
                continue
            name = f"training-{next(self._numbers)}"
            threading.Thread(target=self._work, args=(job,), name=name, daemon=True).start()

    def _work(self, job: J) -> None:
        try:
            job.work()
        finally:
            self.leave(job)
            self._tidy()

    def _tidy(self) -> None:
        """Forget the jobs that are over and whose owner has been away for a while."""
        with self._lock:
            for owner, job in list(self._jobs.items()):
                if job.progress.over and job.left_for(AWAY_SECONDS):
                    del self._jobs[owner]
