"""The pages on a model with discrete codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer import applies
from explorer.components import code_map, live_picture
from vae_core import load
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset
from vae_core.models import VAEConfig, VQVAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import save_measured
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

Open = Callable[..., AppTest]
NAME, PLAIN = "digits-vqvae", "digits-vae-2d"
CONFIGS = {
    NAME: VQVAEConfig(codes=16, code_dim=4, channels=8, prior_layers=1),
    PLAIN: VAEConfig(network=NetworkConfig(hidden=(16,), sine_features=4)),
}


@pytest.fixture(scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory, digits: ImageDataset) -> Path:
    folder = tmp_path_factory.mktemp("discrete")
    for name, config in CONFIGS.items():
        training = TrainingConfig(epochs=15.0, seconds=None, batch_size=64, late_batch_size=64)
        run = TrainingRun(RunConfig(DataConfig("digits"), config, training), digits)
        for _ in run.events():
            pass
        save_measured(run, folder / name)
    return folder


@pytest.fixture(autouse=True)
def shipped(_folder: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("VAE_MODELS_DIR", str(_folder))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield _folder
    st.cache_resource.clear()


@pytest.fixture
def coded(_folder: Path) -> TrainedModel:
    return load(_folder / NAME)


def image(page: AppTest, alt: str) -> str:
    """Return the address of the page's image with the text `alt`; it changes with the pixels."""
    return next(
        one.url for element in page.get("image") for one in element.proto.imgs if one.alt.startswith(alt)
    )


def captions(page: AppTest) -> str:
    return " | ".join(caption.value for caption in page.caption)


@pytest.mark.parametrize("path", ["map", "draw", "generate", "interpolate", "replay", "measure", "compare"])
def test_every_page_opens_it(open_page: Open, path: str) -> None:
    page = open_page(path, model=NAME)
    assert not page.exception
    assert not page.error
    assert "4 × 4 codes out of 16" in captions(page)


def test_the_map_tells_how_many_codes_are_used(open_page: Open) -> None:
    page = open_page("map", model=NAME)
    assert "Of 16 codes" in captions(page)
    assert "perplexity is" in captions(page)


def test_other_draws_come_with_another_seed_and_temperature(open_page: Open) -> None:
    page = open_page("generate", model=NAME)
    first = image(page, "Forty generated images")
    page.button(key="more").click().run()
    second = image(page, "Forty generated images")
    assert second != first
    assert "seed 1" in captions(page)
    page.slider(key="temperature").set_value(0.3).run()
    assert image(page, "Forty generated images") != second
    assert page.query_params["temperature"] == "0.3"
    page.number_input(key="samples.seed").set_value(0).run()
    page.slider(key="temperature").set_value(1.0).run()
    assert image(page, "Forty generated images") == first


def test_both_ways_from_a_to_b_end_at_the_same_images(open_page: Open) -> None:
    page = open_page("interpolate", model=NAME)
    alts = ("Along the vectors", "Code by code")
    middle = [image(page, alt) for alt in alts]
    assert middle[0] != middle[1]
    for t in (0.0, 1.0):
        page.slider(key="t").set_value(t).run()
        ends = [image(page, alt) for alt in alts]
        assert ends[0] == ends[1]
    assert "of 16 places" in captions(page)


def test_both_ways_are_taken_home_as_animation_and_sheet(open_page: Open) -> None:
    page = open_page("interpolate", model=NAME)
    offered = [button.proto.label for button in page.get("download_button")]
    assert {"Animation, GIF", "Animation, WebP", "Contact sheet, PNG"} <= set(offered)


def test_compare_shows_copies_and_says_why_there_is_no_map(open_page: Open) -> None:
    page = open_page("compare", models=f"{NAME},{PLAIN}")
    assert not page.exception
    assert "no plane to drag on" in captions(page)
    assert image(page, "Held-out images and their copies")
    assert f"{NAME}, draws from the prior" in captions(page)
    assert any("| Rate, nats per image |" in one.value for one in page.markdown)


def test_only_the_plane_and_what_needs_directions_do_not_apply_to_it(coded: TrainedModel) -> None:
    reasons = {view for view in applies.REASONS if applies.why_not(view, coded) is not None}
    assert reasons - {"field.ratio"} == {"plane", "geodesic", "directions"}


def test_the_form_offers_the_size_of_the_book(open_page: Open) -> None:
    page = open_page("train")
    page.selectbox(key="train.family").set_value("vqvae").run()
    assert not page.exception
    assert page.number_input(key="train.quick.vqvae.codes").value == VQVAEConfig().codes


def test_the_book_tells_the_use_of_codes_most_used_first(coded: TrainedModel) -> None:
    shown = code_map.book(coded)
    assert len(shown.colours) == len(shown.shares) == 16
    assert sum(shown.shares) == pytest.approx(1)
    uses = [shown.shares[code] for code in shown.order]
    assert uses == sorted(uses, reverse=True)
    assert 1 <= shown.perplexity <= shown.used <= 16


@pytest.mark.parametrize(
    "sent",
    [None, "codes", [1], [0] * 15 + [16], [0] * 15 + [-1], [0] * 15 + [True], [0] * 15 + [0.5], {"0": 1}],
)
def test_what_are_no_codes_of_the_book_is_not_taken_over(sent: object, coded: TrainedModel) -> None:
    own = code_map.own_codes(coded)[0]
    assert code_map.read_codes(sent, own, 16) is own


def test_a_model_in_training_is_shown_by_copies_and_draws(coded: TrainedModel) -> None:
    shown = live_picture.picture(coded)
    assert shown.startswith("data:image/svg+xml")
    assert shown == live_picture.picture(coded)
