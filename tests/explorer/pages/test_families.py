"""Every page on a small model of every family that is not in the other tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset
from vae_core.models import MODELS
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import save
from vae_core.training import TrainingRun

Open = Callable[..., AppTest]
FAMILIES = [name for name in MODELS if name not in ("vae", "ae")]
CODED = {"codes": 16, "channels": 4, "prior_layers": 1}
NETWORK = NetworkConfig(hidden=(16,), sine_features=4)
LENGTH = TrainingConfig(epochs=1.0, seconds=None)


@pytest.fixture(scope="module")
def _families(tmp_path_factory: pytest.TempPathFactory, digits: ImageDataset) -> Path:
    folder = tmp_path_factory.mktemp("families")
    for family in FAMILIES:
        settings = CODED if family == "vqvae" else {"network": NETWORK}
        config = MODELS[family].Config(**settings)
        run = TrainingRun(RunConfig(DataConfig("digits"), config, LENGTH), digits)
        for _ in run.events():
            pass
        save(run, folder / family)
    return folder


@pytest.fixture
def families(_families: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app ships these models in place of the usual ones."""
    monkeypatch.setenv("VAE_MODELS_DIR", str(_families))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()


@pytest.mark.usefixtures("families")
@pytest.mark.parametrize("path", ["map", "draw", "generate", "interpolate", "replay"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_page_opens_every_family(open_page: Open, path: str, family: str) -> None:
    page = open_page(path, model=family)
    assert not page.exception
    assert not page.error
    assert page.sidebar.selectbox(key="model").value == family


@pytest.mark.usefixtures("families")
def test_families_are_compared_with_each_other(open_page: Open) -> None:
    page = open_page("compare", model=FAMILIES[0])
    page.multiselect[0].set_value(FAMILIES[:4]).run()
    assert not page.exception
    assert not page.error
    told = " ".join(caption.value for caption in page.caption)
    assert all(f"{family}, draws from the prior" in told for family in FAMILIES[:4])
