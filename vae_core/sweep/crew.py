"""The runs of a sweep on several processes at once, each with its share of the cores.

A process is started anew, not forked, so that it works alike on every system. It trains one run after another and
tells how far it is; it ends when it is told to, or when the process that started it has gone, however that went.
"""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from vae_core.run_config import RunConfig
from vae_core.sweep.plan import COMPLETE
from vae_core.sweep.worker import FAILED, STOPPED, Report, work

POLL_SECONDS = 0.2
"""How often the caller is asked whether to stop."""
GRACE_SECONDS = 5.0
"""How long a process may take to end by itself."""


@dataclasses.dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    run: str | None = None


def cores() -> int:
    """Return the number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def train_all(
    runs: Mapping[str, RunConfig],
    folder: str | os.PathLike[str],
    *,
    processes: int | None = None,
    data_dir: str | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Report]:
    """Train and measure runs, or go on with those that were interrupted, and yield what happens.

    Parameters
    ----------
    runs : dict of str to RunConfig
        By the name of their folder.
    folder : path
        Where the folders lie.
    processes : int, optional
        Runs at once; one for each core when None. Each uses its share of the cores.
    data_dir : str, optional
        As for :func:`vae_core.load_dataset`.
    stopping : callable
        Asked several times a second; once it returns True no run is begun, and those under way are saved.

    Yields
    ------
    Report
        A failure of one run does not end the others.
    """
    most = max(1, min(processes or cores(), len(runs)))
    crew = _Crew(Path(folder), data_dir, threads=max(1, cores() // most))
    waiting = deque(runs)
    try:
        while waiting or crew.busy():
            if stopping():
                waiting.clear()
                crew.stop()
            while waiting and len(crew.busy()) < most:
                name = waiting.popleft()
                crew.give(name, runs[name])
            yield from crew.reports()
    finally:
        crew.dismiss()


class _Crew:
    def __init__(self, folder: Path, data_dir: str | None, threads: int) -> None:
        self._folder, self._data_dir, self._threads = folder, data_dir, threads
        self._workers: list[_Worker] = []
        self._stopped = False

    def busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.run is not None]

    def give(self, name: str, config: RunConfig) -> None:
        worker = next((one for one in self._workers if one.run is None), None) or self._hire()
        worker.run = name
        with contextlib.suppress(OSError):  # one that has gone is found out by what it reports: nothing
            worker.connection.send((name, config))

    def stop(self) -> None:
        """Tell every process, once, to save its run and to take no other."""
        for worker in [] if self._stopped else self._workers:
            with contextlib.suppress(OSError):
                worker.connection.send(None)
        self._stopped = True

    def reports(self) -> Iterator[Report]:
        by_connection = {worker.connection: worker for worker in self.busy()}
        for connection in wait(list(by_connection), POLL_SECONDS) if by_connection else ():
            worker = by_connection[connection]  # type: ignore[index]
            name = worker.run or ""
            try:
                report: Report = worker.connection.recv()
            except (EOFError, OSError):
                self._workers.remove(worker)
                worker.process.join(GRACE_SECONDS)
                code = worker.process.exitcode
                yield Report(FAILED, name, message=f"Its process ended unexpectedly (exit code {code}).")
                continue
            if report.what in (COMPLETE, STOPPED, FAILED):
                worker.run = None
            yield report

    def dismiss(self) -> None:
        """End all processes: those at rest by themselves, those at work (after an error or a second Ctrl-C) at once."""
        for worker in self._workers:
            if worker.run is not None:
                worker.process.kill()
            worker.connection.close()
        due = time.monotonic() + GRACE_SECONDS
        for worker in self._workers:
            worker.process.join(max(0.0, due - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def _hire(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=work, args=(theirs, self._folder, self._data_dir, self._threads), daemon=True
        )
        with _deaf_to_ctrl_c():
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Start a process in here: what a terminal sends to all is then for the one alone that tells the others to stop."""
    if sys.platform == "win32":  # there a process turns a deaf ear itself, once it runs
        yield
        return
    # It would end the blocking, had it to be started in here.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
