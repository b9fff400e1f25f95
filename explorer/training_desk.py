"""What stands between the Train page and the background jobs: plans, ownership, and names for what is kept."""

from __future__ import annotations

import dataclasses
import re
import threading
from collections.abc import Callable

import streamlit as st

from explorer import cache, state
from explorer.jobs import Job, Jobs
from explorer.links import is_name
from vae_core.config import DataConfig
from vae_core.datasets import DATASETS, load_dataset
from vae_core.errors import VaeCoreError
from vae_core.models import MODELS, ModelConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import save_measured, still
from vae_core.training import TrainingRun

TrainingJob = Job[TrainingRun]

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
    """Start a run for this session; return what is wrong, or None."""
    try:
        desk().submit(_seat(state.owner()), plan.title, plan.prepare, still)
    except VaeCoreError as error:
        return str(error)
    return None


def keep(job: TrainingJob, name: str) -> tuple[str, str | None]:
    """Write a finished run's model under `name`; return the name and what is wrong, or None."""
    name = name.strip()
    if is_name(name) is None:
        return (
            name,
            "A name is made of letters, digits, hyphens and underscores, up to 60 of them, no spaces.",
        )
    try:
        with _naming:
            if name in taken_names():
                return name, f"The name {name} is taken. {free_name(name)} is free."
            cache.kept_folder().mkdir(parents=True, exist_ok=True)
            save_measured(job.take(), cache.kept_folder() / name)
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


def free_name(wish: str) -> str:
    """Return a name like `wish` that no model has yet.

    >>> free_name("Handwritten digits (8x8)")
    'handwritten-digits-8x8-1'
    """
    stem = re.sub(r"-\d+$", "", re.sub(r"[^a-z0-9]+", "-", wish.lower()).strip("-"))[:50] or "model"
    taken = taken_names()
    return next(name for number in range(1, 10_000) if (name := f"{stem}-{number}") not in taken)


def taken_names() -> set[str]:
    """Return the names of all model folders there are, lower and upper case alike counted as written."""
    folders = (cache.shipped_folder(), cache.kept_folder())
    return {path.name for folder in folders if folder.is_dir() for path in folder.iterdir()}
