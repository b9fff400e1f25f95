"""One process of a sweep: it takes runs from a connection, trains and measures them, and tells how far it is."""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits

from vae_core import runs
from vae_core.claims import claimed
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, load_dataset
from vae_core.errors import VaeCoreError
from vae_core.evaluation import Metrics, evaluate
from vae_core.events import Finished
from vae_core.measures import measure
from vae_core.run_config import RunConfig
from vae_core.sweep.plan import COMPLETE, NEW, standing
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

STARTED, AT, MEASURING, STOPPED, FAILED, WARNED = "started", "at", "measuring", "stopped", "failed", "warned"
LOOK_SECONDS = 0.1
"""How often a run is asked whether to stop."""
TELL_SECONDS = 1.0
"""Seconds between two words on how far a run is."""


@dataclasses.dataclass(frozen=True)
class Report:
    """What became of a run.

    Attributes
    ----------
    what : str
        ``started``, ``at`` (on its way), ``measuring``, ``complete``, ``stopped`` (saved before its end), ``failed`` or
        ``warned``.
    name : str
    fraction : float
        Share of its training that is done.
    message : str
        Why it failed, or the warning.
    """

    what: str
    name: str
    fraction: float = 0.0
    message: str = ""


def work(connection: Connection, folder: Path, data_dir: str | None, threads: int) -> None:
    """Train each (name, RunConfig) that comes, until None comes or the sender is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(threads)
    open_data = _Opener(data_dir)
    with threadpool_limits(threads), contextlib.suppress(EOFError, OSError):
        while (task := connection.recv()) is not None:
            name, config = task
            tell = _Teller(connection, name)
            try:
                what = train_one(folder / name, config, open_data(config.data), tell, tell.stop)
                connection.send(Report(what, name, 1.0))
            except VaeCoreError as error:
                connection.send(Report(FAILED, name, message=str(error)))
            except Exception as error:  # whatever it is, the other runs go on
                text = f"{type(error).__name__}: {error}".splitlines()[0]
                connection.send(Report(FAILED, name, message=text))
            if tell.told:
                return


def train_one(
    path: Path,
    config: RunConfig,
    dataset: ImageDataset,
    tell: Callable[[str, float, str], None],
    stop: Callable[[], bool],
) -> str:
    """Train a run from where it stands to its end, measure it, and return ``complete``; or ``stopped``, and saved.

    `tell` gets what a `Report` holds, `stop` is asked after each step.

    Raises
    ------
    VaeCoreError
        If it diverges, does not fit the data, or its folder is damaged or another run's.
    """
    with claimed(path):
        begun = standing(path, config)
        if begun == COMPLETE:
            return COMPLETE
        run = TrainingRun(config, dataset) if begun == NEW else runs.resume(path, dataset)
        tell(STARTED, run.fraction, "")
        finished: Finished | None = None
        for event in runs.saved_events(run, path, lambda problem: tell(WARNED, run.fraction, problem)):
            finished = event if isinstance(event, Finished) else None
            tell(AT, run.fraction, "")
            if finished is None and stop():
                break
        if finished is not None and finished.reason != "complete":
            raise VaeCoreError(finished.message)
        runs.save(run, path)
        if finished is None:
            return STOPPED
        tell(MEASURING, 1.0, "")
        # Measured as it is kept: with rounded weights.
        frozen = runs.freeze(run, path.name, rounded=True)
        runs.save(run, path, metrics=measured(frozen, dataset), resumable=False)
    return COMPLETE


def measured(model: TrainedModel, dataset: ImageDataset) -> Metrics:
    """Return a model's bounds and errors on the test split and, where the data's factors are known, disentanglement.

    Of a model without an encoder there is only how sharp its draws are.
    """
    if not model.has_encoder:
        return measure(model, dataset, ["draws"])
    found = evaluate(model, dataset)
    return found if dataset.test.factors is None else found | measure(model, dataset, ["factors"])


class _Opener:
    """Data sets by their configuration; the last one stays open."""

    def __init__(self, data_dir: str | None) -> None:
        self._data_dir = data_dir
        self._open: tuple[DataConfig, ImageDataset] | None = None

    def __call__(self, data: DataConfig) -> ImageDataset:
        if self._open is None or self._open[0] != data:
            dataset = load_dataset(**dataclasses.asdict(data), data_dir=self._data_dir)
            self._open = data, dataset
        return self._open[1]


class _Teller:
    """Sends word of one run, of its way not too often, and hears whether to stop."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self._name = connection, name
        self._looked = self._told_at = 0.0
        self.told = False

    def __call__(self, what: str, fraction: float, message: str) -> None:
        now = time.monotonic()
        if what != AT or now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            self._connection.send(Report(what, self._name, fraction, message))

    def stop(self) -> bool:
        now = time.monotonic()
        if not self.told and now - self._looked >= LOOK_SECONDS:
            self._looked = now
            # All that comes while a run trains is the word to stop.
            self.told = self._connection.poll()
        return self.told


def _end_with_parent() -> None:
    """End this process once its parent has gone, killed perhaps: its runs are then somebody else's to go on with."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
