"""What stands between the Train page and the background jobs: plans, ownership, and names for what is kept."""

from __future__ import annotations

import dataclasses
import functools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import cache, shelf, state
from explorer.links import is_name
from explorer.own_images import own_sets
from explorer.training.job import Job, Prepare
from explorer.training.jobs import Jobs
from explorer.training.sets import QUICK_MAP, SetJob, TogetherPlan
from vae_core.checkpoint import read_header
from vae_core.claims import claimed
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, load_dataset, title_of
from vae_core.dissection import dissect
from vae_core.errors import VaeCoreError
from vae_core.models import ModelConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import resume, save, save_measured, still
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

Say = Callable[[str], None]
FOREIGN = "These are somebody else's images: only who brought them can train on them."

_naming = threading.Lock()


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to train: a data set's name, the two configurations and the seed."""

    data: str
    model: ModelConfig
    training: TrainingConfig
    seed: int

    @property
    def title(self) -> str:
        """One line naming the run."""
        return title_of(self.data)

    @property
    def config(self) -> RunConfig:
        """The run's configuration; the seed does not change the data, so that runs share their held-out images."""
        return RunConfig(DataConfig(self.data), self.model, self.training, self.seed)

    def prepare(self, opened: ImageDataset | None, say: Say) -> TrainingRun:
        """Set the run up, with its data downloaded first if need be; called in the job's thread."""

        def downloaded(file: str, done: int, whole: int | None) -> None:
            share = f" of {whole / 1e6:.0f}" if whole else ""
            say(f"downloading {file}, {done / 1e6:.0f}{share} MB.")

        dataset = opened or load_dataset(self.data, progress=downloaded)
        return TrainingRun(self.config, dataset)


class TrainingJob(Job[TrainingRun]):
    """A training in the background, saved as it goes under its name in a folder.

    Attributes
    ----------
    plan : Plan
        What it was begun with.
    folder : Path
    kept : bool
        Whether it was measured and kept.
    """

    def __init__(self, plan: Plan, place: Path, prepare: Prepare[TrainingRun]) -> None:
        super().__init__(
            plan.title, prepare, _picture, dissect, self._write, place.name, hold=lambda: claimed(self.place)
        )
        self.plan, self.folder, self.kept = plan, place.parent, False

    @property
    def place(self) -> Path:
        """The run's own folder."""
        return self.folder / self.name

    @property
    def places(self) -> tuple[Path, ...]:
        """The run's own folder alone."""
        return (self.place,)

    def _write(self, run: TrainingRun) -> None:
        save(run, self.place, map_images=QUICK_MAP)


def _picture(run: TrainingRun) -> TrainedModel:
    """Return a picture of a run's model; the pad shows one class of a conditional one, the first."""
    trained = still(run)
    return trained.given(0) if trained.is_conditional else trained


# Not in one of Streamlit's caches: whoever clears those must not lose everybody's jobs.
_desk: Jobs[Job[Any]] = Jobs()


def desk() -> Jobs[Job[Any]]:
    """Return the server's one set of jobs."""
    return _desk


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda seat: seat[0].depart(seat[1]))
def _seat(owner: str) -> tuple[Jobs[Job[Any]], str]:
    jobs = desk()
    jobs.arrive(owner)
    return jobs, owner


def take_seat() -> None:
    """Note that this session's owner is here; until the session ends, which Streamlit tells by itself."""
    _seat(state.owner())


def mine() -> TrainingJob | None:
    """Return the training of one model by this session's owner, under way or over, whichever tab began it."""
    job = desk().of(state.owner())
    return job if isinstance(job, TrainingJob) else None


def my_set() -> SetJob | None:
    """Return the owner's set of models in training, as :func:`mine` does."""
    job = desk().of(state.owner())
    return job if isinstance(job, SetJob) else None


def under_way() -> set[Path]:
    """Return the places of all runs that train here or are in line."""
    return {place for job in desk().under_way() for place in job.places}


def start(plan: Plan) -> str | None:
    """Start a run for this owner; return what is wrong, or None. It is saved under a name of its own as it goes."""
    if not own_sets.may_see(plan.data):
        return FOREIGN
    prepare = functools.partial(plan.prepare, _opened(plan.config.data))
    with _naming:
        name = shelf.free_name(plan.title, _names_under_way())
        return _submit(TrainingJob(plan, shelf.mine().own / name, prepare))


def start_set(plan: TogetherPlan) -> str | None:
    """Start a set of models side by side, as :func:`start` does one."""
    if not own_sets.may_see(plan.data):
        return FOREIGN
    with _naming:
        taken = _names_under_way()
        places = [shelf.mine().own / shelf.free_name(name, taken) for name in plan.models]
        return _submit(SetJob(plan, places, _opened(DataConfig(plan.data))))


def _names_under_way() -> set[str]:
    return {place.name for place in under_way()}


def go_on(name: str) -> str | None:
    """Go on with a run that was interrupted; return what is wrong, or None."""
    try:
        path = shelf.mine().place(name)
        config, _ = read_header(path)
    except VaeCoreError as error:
        return str(error)
    if not own_sets.may_see(config.data.name):
        return FOREIGN
    data, opened = config.data, _opened(config.data)

    def prepare(say: Say) -> TrainingRun:
        return resume(path, opened or load_dataset(**dataclasses.asdict(data)))

    plan = Plan(data.name, config.model, config.training, config.seed)
    return _submit(TrainingJob(plan, path, prepare))


def _opened(data: DataConfig) -> ImageDataset | None:
    """Return the data set that the page's preview shows too, where it is that one and on this machine."""
    if data != DataConfig(data.name) or not cache.available(data.name):
        return None
    return cache.dataset(data)


def _submit(job: Job[Any]) -> str | None:
    try:
        desk().submit(state.owner(), job)
    except VaeCoreError as error:
        return str(error)
    return None


def keep(job: TrainingJob, name: str) -> tuple[str, str | None]:
    """Measure a finished run and write it under `name`; return the name and what is wrong, or None."""
    name = name.strip()
    if is_name(name) is None:
        return (
            name,
            "A name is made of letters, digits, hyphens and underscores, up to 60 of them, no spaces.",
        )
    try:
        with _naming:
            # Its own name, unless it was shared under it or renamed meanwhile.
            own = name == job.name and job.place.is_dir()
            if not own and name in shelf.mine().taken_names():
                return name, f"The name {name} is taken. {shelf.free_name(name)} is free."
            if not own and job.place.is_dir():
                os.replace(job.place, job.folder / name)
            job.name = name
            save_measured(job.take(), job.place)
    except VaeCoreError as error:
        return name, str(error)
    except OSError as error:
        return name, f"The model could not be written: {error.strerror}."
    job.kept = True
    return name, None
