"""Models and data sets opened once and shared by all sessions; what is shared is never changed."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.links import is_name
from explorer.own_images import own_sets
from vae_core.classifier import Classifier, train_classifier
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, is_available, load_dataset
from vae_core.errors import VaeCoreError
from vae_core.evaluation import Metrics
from vae_core.listing import ModelEntry, catalogue
from vae_core.measures import measure
from vae_core.trained import TrainedModel, load

ROOT = Path(__file__).resolve().parent.parent


def shipped_folder() -> Path:
    """Return where the shipped models lie: VAE_MODELS_DIR, else checkpoints/ beside the app."""
    return Path(os.environ.get("VAE_MODELS_DIR") or ROOT / "checkpoints")


def kept_folder() -> Path:
    """Return the shared shelf, where the command line writes: VAE_RUNS_DIR, else runs/ beside the app."""
    return Path(os.environ.get("VAE_RUNS_DIR") or ROOT / "runs")


def listing(folder: Path) -> list[ModelEntry]:
    """Return the models in a folder by name, broken ones included; none where there is no such folder."""
    if not folder.is_dir():
        return []
    return [entry for entry in _listing(str(folder), _stamp(folder)) if is_name(entry.name)]


def model(entry: ModelEntry) -> TrainedModel:
    """Open a model, or return it from memory if its folder has not changed since."""
    return _model(str(entry.path), _stamp(Path(entry.path)))


def identity(trained: TrainedModel) -> str:
    """Return a text that is another one for another model, one trained anew under the same name, or another class."""
    stamp = 0 if trained.path is None else _stamp(trained.path)
    return f"{trained.path}|{trained.name}|{stamp}|{trained.given_class}"


def originals_here(trained: TrainedModel) -> bool:
    """Tell whether the images behind a model's map are on this machine, and the viewer may see them."""
    name = trained.config.data.name
    return own_sets.may_see(name) and available(name)


def originals(trained: TrainedModel, rows: Sequence[int]) -> NDArray[np.uint8] | None:
    """Return the images [N, C, H, W] behind some rows of a model's map; None where there are none for the viewer."""
    return images_behind(trained, rows) if originals_here(trained) else None


def images_behind(trained: TrainedModel, rows: Sequence[int]) -> NDArray[np.uint8] | None:
    """Return what :func:`originals` does outside of a session, for a viewer who was found in one to see the images."""
    data, codes = trained.config.data, trained.latent_map
    if not available(data.name):
        return None
    try:
        images = dataset(data).test.images
    except VaeCoreError:
        return None
    wanted = codes.indices[np.asarray(rows, np.int64)]
    return images[wanted] if wanted.max(initial=0) < len(images) else None


def held_out(trained: TrainedModel, rows: NDArray[np.integer[Any]]) -> NDArray[np.uint8] | None:
    """Return validation images [N, C, H, W] of a model's data set, which is on this machine; None if it has fewer."""
    data = trained.config.data
    try:
        return _held_out(data, tuple(map(int, rows)))
    except (VaeCoreError, IndexError):
        return None


def measured(trained: TrainedModel) -> Metrics:
    """Return every measure of a model whose data set is on this machine, from the test images."""
    return _measured(f"{trained.path}", 0 if trained.path is None else _stamp(trained.path), trained)


@st.cache_data(max_entries=64, show_spinner="Measuring it on the test images…")
def _measured(path: str, stamp: int, _trained: TrainedModel) -> Metrics:
    data = _trained.config.data
    opened = dataset(data)
    judge = None if opened.train.labels is None else _judge(data)
    return measure(_trained, opened, judge=judge)


@st.cache_resource(max_entries=4, show_spinner="Training a classifier to judge random draws…")
def _judge(data: DataConfig) -> Classifier:
    return train_classifier(dataset(data))


@st.cache_data(max_entries=32, show_spinner=False)
def _held_out(data: DataConfig, rows: tuple[int, ...]) -> NDArray[np.uint8]:
    return load_dataset(**dataclasses.asdict(data)).validation.images[list(rows)]


@st.cache_data(ttl=20, max_entries=16, show_spinner=False)
def available(name: str) -> bool:
    """Tell whether a data set opens without the network; one that nobody knows any more does not."""
    try:
        return is_available(name)
    except VaeCoreError:
        return False


def dataset(data: DataConfig) -> ImageDataset:
    """Open a data set that is on this machine, with as many validation images as it has by itself."""
    return _dataset(dataclasses.replace(data, validation=None))


@st.cache_resource(max_entries=3, show_spinner="Opening the data set…")
def _dataset(data: DataConfig) -> ImageDataset:
    return load_dataset(**dataclasses.asdict(data))


@st.cache_resource(max_entries=8, show_spinner="Opening the model…")
def _model(path: str, stamp: int) -> TrainedModel:
    return load(path)


@st.cache_resource(max_entries=64, show_spinner=False)
def _listing(folder: str, stamp: int) -> list[ModelEntry]:
    return list(catalogue(folder))


def _stamp(folder: Path) -> int:
    """Return a number that changes when a file in `folder`, or one level below, is replaced."""
    times = [folder.stat().st_mtime_ns]
    for child in os.scandir(folder):
        with contextlib.suppress(FileNotFoundError):  # replaced at this moment by a run that saves itself
            times.append(child.stat().st_mtime_ns)
    return hash(tuple(sorted(times)))
