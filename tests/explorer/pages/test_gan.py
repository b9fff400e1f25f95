"""The pages on a model without an encoder: what still applies works, and what does not says so once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer import applies
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset
from vae_core.models import GANConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import save_measured
from vae_core.trained import load
from vae_core.training import TrainingRun

Open = Callable[..., AppTest]
NETWORK = NetworkConfig(hidden=(32,), sine_features=16)
CONFIGS = {
    "digits-gan-2d": GANConfig(network=NETWORK),
    "digits-gan-16d": GANConfig(latent_dim=16, network=NETWORK),
    "digits-gan-1d": GANConfig(latent_dim=1, network=NETWORK),
    "digits-vae-2d": VAEConfig(network=NETWORK),
}
GANS = [name for name in CONFIGS if "gan" in name]


@pytest.fixture(scope="module")
def shipped_folder(tmp_path_factory: pytest.TempPathFactory, digits: ImageDataset) -> Path:
    folder = tmp_path_factory.mktemp("gans")
    for name, config in CONFIGS.items():
        training = TrainingConfig(epochs=2.0, seconds=None)
        run = TrainingRun(RunConfig(DataConfig("digits"), config, training), digits)
        for _ in run.events():
            pass
        save_measured(run, folder / name)
    return folder


@pytest.fixture(autouse=True)
def _shipped(shipped_folder: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VAE_MODELS_DIR", str(shipped_folder))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()


def told(page: AppTest) -> str:
    """Return all text on the page."""
    parts = (page.markdown, page.caption, page.info)
    return " ".join(element.value for kind in parts for element in kind)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("map", "A GAN has no encoder: there are no points, only what each place decodes to."),
        ("generate", "Twelve draws from the prior"),
        ("interpolate", "the path runs between two draws from the prior, not two images"),
        ("replay", "A GAN has no encoder: there are no points"),
        ("measure", "A GAN has no encoder and no likelihood"),
    ],
)
@pytest.mark.parametrize("name", GANS)
def test_every_page_opens_and_says_once_what_does_not_apply(
    open_page: Open, path: str, words: str, name: str
) -> None:
    page = open_page(path, model=name)
    assert not page.exception
    assert not [error.value for error in page.error]
    assert told(page).count(words) == 1


def test_a_path_between_two_draws_follows_their_numbers(open_page: Open) -> None:
    page = open_page("interpolate", model="digits-gan-2d")
    numbers = [one for one in page.number_input if "number of the draw" in one.label]
    assert [one.label.split(":")[0] for one in numbers] == ["A", "B", "Via"]
    numbers[1].set_value(7).run()
    assert not page.exception
    assert page.query_params["pair"] == "0,7"


def test_it_is_compared_with_a_vae(open_page: Open) -> None:
    page = open_page("compare")
    page.multiselect[0].set_value(["digits-gan-2d", "digits-vae-2d"]).run()
    assert not page.exception
    assert not page.error
    assert "A GAN has no reconstructions to hold its draws against" in told(page)
    assert "digits-vae-2d, draws from the prior: " in told(page)


def test_every_reason_but_that_of_discrete_codes_holds_for_a_gan_and_none_for_a_vae(
    shipped_folder: Path,
) -> None:
    gan, vae = load(shipped_folder / "digits-gan-2d"), load(shipped_folder / "digits-vae-2d")
    decoders_alone = {"plane", "geodesic", "field.change"}
    assert all(applies.why_not(view, gan) is None for view in decoders_alone)
    for view in applies.REASONS.keys() - decoders_alone:
        reason = applies.why_not(view, gan)
        assert reason is not None
        assert reason.startswith("A GAN has no ")
        assert reason.endswith(".")
        assert applies.why_not(view, vae) is None
