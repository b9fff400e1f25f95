from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import settings

from vae_core import load_dataset, runs
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, Split
from vae_core.models import MODELS
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

Configure = Callable[..., RunConfig]
MakeRun = Callable[..., TrainingRun]

# Nets this small gain nothing from a second thread, and on a busy machine wait for it at every operation.
torch.set_num_threads(1)
# A busy machine is no reason to fail.
settings.register_profile("core", deadline=None, max_examples=50)
settings.load_profile("core")

SMALL: dict[str, Any] = {
    "hidden": (16,),
    "sine_features": 8,
    "epochs": 1.0,
    "seconds": None,
    "batch_size": 64,
    "late_batch_size": 64,
    "precision": "fp32",
}


def build_config(*, family: str = "vae", data: str = "digits", seed: int = 0, **settings: Any) -> RunConfig:
    """Return the configuration of a small run; each of `settings` goes to the part that knows its name."""
    wanted = SMALL | settings
    kind = MODELS[family].Config
    parts: dict[type, dict[str, Any]] = {}
    for part in (NetworkConfig, TrainingConfig, kind):
        names = {field.name for field in dataclasses.fields(part)} & wanted.keys()
        parts[part] = {name: wanted.pop(name) for name in names}
    assert not wanted, f"nothing knows {sorted(wanted)}"
    network = NetworkConfig(**parts[NetworkConfig])
    return RunConfig(
        DataConfig(data), kind(network=network, **parts[kind]), TrainingConfig(**parts[TrainingConfig]), seed
    )


@pytest.fixture(scope="session")
def configure() -> Configure:
    """Make the configuration of a small run from loose settings."""
    return build_config


@pytest.fixture(scope="session")
def digits() -> ImageDataset:
    """The bundled 8 x 8 digits."""
    return load_dataset("digits")


@pytest.fixture(scope="session")
def make_run(digits: ImageDataset) -> MakeRun:
    """Make a small run on digits, or on `dataset`, from loose settings."""

    def make(dataset: ImageDataset | None = None, **settings: Any) -> TrainingRun:
        return TrainingRun(build_config(**settings), dataset or digits)

    return make


@pytest.fixture(scope="session")
def make_images() -> Callable[..., ImageDataset]:
    """Make a data set of random blobs of any shape and size, without labels."""

    def make(shape: tuple[int, int, int] = (1, 8, 8), count: int = 60, seed: int = 0) -> ImageDataset:
        rng = np.random.default_rng(seed)
        grey = rng.uniform(size=(count, 1, 1, 1)) * np.linspace(0.2, 1, shape[0])[:, None, None]
        ramp = np.linspace(0, 1, shape[1])[:, None] * np.linspace(1, 0.3, shape[2])
        images = np.clip(255 * grey * ramp, 0, 255).astype(np.uint8)
        third = max(1, count // 3)
        train, validation, test = (Split(images[k * third : (k + 1) * third].copy()) for k in range(3))
        return ImageDataset("blobs", "Blobs", train, validation, test, None, None, "MIT", "made here")

    return make


@pytest.fixture(scope="session")
def trained_folder(make_run: MakeRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A resumable model folder of a few steps on digits; read it, never change it."""
    run = make_run(epochs=2.0)
    for _ in run.events():
        pass
    return runs.save(run, tmp_path_factory.mktemp("models") / "small")


@pytest.fixture
def folder(trained_folder: Path, tmp_path: Path) -> Path:
    """A copy of the model folder to do harm to."""
    return Path(shutil.copytree(trained_folder, tmp_path / "small"))


@pytest.fixture(scope="session")
def model(make_run: MakeRun) -> TrainedModel:
    """A VAE with two latent dimensions after a few steps on digits."""
    run = make_run(epochs=4.0)
    for _ in run.events():
        pass
    return runs.freeze(run, "small")
