from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer import cache, owners
from explorer.shelf import Shelf
from explorer.training import desk
from explorer.training.jobs import Jobs
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, load_dataset
from vae_core.models import AutoencoderConfig, ModelConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import save_measured
from vae_core.trained import TrainedModel, load
from vae_core.training import TrainingRun

SMALL = NetworkConfig(hidden=(32,), sine_features=16)
MODELS: dict[str, ModelConfig] = {
    "digits-vae-2d": VAEConfig(network=SMALL),
    "digits-ae-2d": AutoencoderConfig(network=SMALL),
    "digits-vae-16d": VAEConfig(latent_dim=16, network=SMALL),
    "digits-vae-1d": VAEConfig(latent_dim=1, network=SMALL),
}


@pytest.fixture(scope="session")
def digits() -> ImageDataset:
    return load_dataset("digits")


@pytest.fixture(scope="session")
def _models(tmp_path_factory: pytest.TempPathFactory, digits: ImageDataset) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name, config in MODELS.items():
        training = TrainingConfig(epochs=4.0, seconds=None)
        run = TrainingRun(RunConfig(DataConfig("digits"), config, training), digits)
        for _ in run.events():
            pass
        save_measured(run, folder / name)
    return folder


@pytest.fixture
def models(_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of small real models that the app ships in this test, beside an empty folder for kept ones."""
    monkeypatch.setenv("VAE_MODELS_DIR", str(_models))
    monkeypatch.setenv("VAE_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setattr(desk, "_desk", Jobs())
    st.cache_resource.clear()
    st.cache_data.clear()
    yield _models
    st.cache_resource.clear()


@pytest.fixture
def vae(models: Path) -> TrainedModel:
    return load(models / "digits-vae-2d")


@pytest.fixture
def ae(models: Path) -> TrainedModel:
    return load(models / "digits-ae-2d")


@pytest.fixture
def no_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """No data set is on this machine."""
    monkeypatch.setattr(cache, "is_available", lambda name: False)
    st.cache_data.clear()


@pytest.fixture
def open_page(models: Path) -> Callable[..., AppTest]:
    """Open one page as the app draws it, with what an address says: ``open_page("generate", z="1,2")``.

    Each is in a browser of its own, unless it says by its `token` whose it is.
    """

    def opened(path: str, /, token: str | None = None, **address: str) -> AppTest:
        page = AppTest.from_function(_script, args=(path,), default_timeout=60)
        if token is not None:
            page.session_state["_token"] = token
        for name, value in address.items():
            page.query_params[name] = value
        return page.run()

    return opened


def _script(path: str) -> None:
    from explorer import navigation

    navigation.draw(path)


@pytest.fixture
def shelf_of() -> Callable[[AppTest], Shelf]:
    """Return the shelf as a page's owner sees it."""
    return lambda page: Shelf(owners.name_of(page.session_state["_token"]))


@pytest.fixture
def job_of() -> Callable[[AppTest], desk.TrainingJob | None]:
    """Return the job of a page's owner."""
    return lambda page: desk.desk().of(owners.name_of(page.session_state["_token"]))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
