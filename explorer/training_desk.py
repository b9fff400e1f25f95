"""What stands between the Train page and the background jobs: plans, ownership, and names for what is kept."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Callable

import streamlit as st

from explorer import cache, shelf, state
from explorer.jobs import Job, Jobs
from explorer.links import is_name
from vae_core.checkpoint import read_header
from vae_core.config import DataConfig
from vae_core.datasets import DATASETS, load_dataset
from vae_core.dissection import dissect
from vae_core.errors import VaeCoreError
from vae_core.models import MODELS, ModelConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import resume, save, save_measured, still
from vae_core.training import TrainingRun

TrainingJob = Job[TrainingRun]
QUICK_MAP = 1000
"""Held-out images on the map of a run that is saved on its way, where a save must not take long."""

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
        return DATASETS[self.data].title

    def prepare(self, say: Callable[[str], None]) -> TrainingRun:
        """Open the data, downloading it if need be, and set the run up; called in the job's thread."""

        def downloaded(file: str, done: int, whole: int | None) -> None:
            share = f" of {whole / 1e6:.0f}" if whole else ""
            say(f"downloading {file}, {done / 1e6:.0f}{share} MB.")

        dataset = load_dataset(self.data, progress=downloaded)
        config = RunConfig(DataConfig(self.data, seed=self.seed), self.model, self.training, self.seed)
        return TrainingRun(config, dataset)


@st.cache_resource(show_spinner=False)
def desk() -> Jobs:
    """Return the server's one set of jobs."""
    return Jobs()


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda owner: desk().drop(owner))
def _seat(owner: str) -> str:
    """Return the owner's name as it is; when the session ends, its training is stopped and forgotten."""
    return owner


def mine() -> TrainingJob | None:
    """Return this session's job, under way or over."""
    return desk().of(_seat(state.owner()))


def start(plan: Plan) -> str | None:
    """Start a run for this session; return what is wrong, or None. It is saved under a name of its own as it goes."""
    with _naming:
        return _submit(plan.title, plan.prepare, shelf.free_name(plan.title, desk().names()))


def go_on(name: str) -> tuple[Plan | None, str | None]:
    """Go on with a run that was interrupted; return what it was begun with and what is wrong, or None."""
    path = cache.kept_folder() / name
    try:
        config, _ = read_header(path)
    except VaeCoreError as error:
        return None, str(error)
    plan = Plan(config.data.name, config.model, config.training, config.seed)

    def prepare(say: Callable[[str], None]) -> TrainingRun:
        data = config.data
        dataset = load_dataset(
            data.name, seed=data.seed, validation=data.validation, size=data.size, count=data.count
        )
        return resume(path, dataset)

    return plan, _submit(plan.title, prepare, name)


def _submit(title: str, prepare: Callable[[Callable[[str], None]], TrainingRun], name: str) -> str | None:
    def keep_safe(run: TrainingRun) -> None:
        save(run, cache.kept_folder() / job.name, map_images=QUICK_MAP)

    job = Job(title, prepare, still, dissect, keep_safe, name)
    try:
        desk().submit(_seat(state.owner()), job)
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
    folder = cache.kept_folder()
    try:
        with _naming:
            if name != job.name and name in shelf.taken_names():
                return name, f"The name {name} is taken. {shelf.free_name(name)} is free."
            if name != job.name and (folder / job.name).is_dir():
                os.replace(folder / job.name, folder / name)
            job.name = name
            save_measured(job.take(), folder / name)
    except VaeCoreError as error:
        return name, str(error)
    except OSError as error:
        return name, f"The model could not be written: {error.strerror}."
    return name, None


def in_family(config: ModelConfig, family: str) -> ModelConfig:
    """Return the configuration of another model family with the settings that both have."""
    other = MODELS[family].Config
    if isinstance(config, other):
        return config
    common = {field.name for field in dataclasses.fields(config)} & {
        field.name for field in dataclasses.fields(other)
    }
    return other(**{name: getattr(config, name) for name in common})
