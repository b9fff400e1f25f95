"""The pages on a conditional model: one class of it at a time, at one place in latent space."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer import cache, paths
from explorer.paths import Route
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset
from vae_core.models import CVAEConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import save_measured
from vae_core.trained import load
from vae_core.training import TrainingRun

Open = Callable[..., AppTest]
NAME, PLAIN = "digits-cvae-2d", "digits-vae-2d"
NETWORK = NetworkConfig(hidden=(32,), sine_features=16)
TOLD = "One place in latent space, decoded as every class"


@pytest.fixture(scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory, digits: ImageDataset) -> Path:
    folder = tmp_path_factory.mktemp("conditional")
    for name, config in ((NAME, CVAEConfig(network=NETWORK)), (PLAIN, VAEConfig(network=NETWORK))):
        training = TrainingConfig(epochs=4.0, seconds=None)
        run = TrainingRun(RunConfig(DataConfig("digits"), config, training), digits)
        for _ in run.events():
            pass
        save_measured(run, folder / name)
    return folder


@pytest.fixture(autouse=True)
def _shipped(_folder: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VAE_MODELS_DIR", str(_folder))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()


def image(page: AppTest, alt: str) -> str:
    """Return the address of the page's image with the text `alt`; it changes with the pixels."""
    return next(
        one.url for element in page.get("image") for one in element.proto.imgs if one.alt.startswith(alt)
    )


def words_in(page: AppTest, alt: str) -> list[str]:
    drawn = base64.b64decode(image(page, alt).split(",", 1)[1])
    return [
        element.text or "" for element in ElementTree.fromstring(drawn).iter() if element.tag.endswith("text")
    ]


def captions(page: AppTest) -> str:
    return " | ".join(caption.value for caption in page.caption)


@pytest.mark.parametrize("path", ["map", "draw", "generate", "interpolate", "replay", "measure", "compare"])
def test_every_page_opens_it_and_offers_the_class(open_page: Open, path: str) -> None:
    page = open_page(path, model=NAME)
    assert not page.exception
    assert not page.error
    assert page.sidebar.selectbox(key="label").options == list("0123456789")


def test_a_plain_model_has_no_class_to_choose(open_page: Open) -> None:
    page = open_page("generate", model=PLAIN)
    assert [box.key for box in page.sidebar.selectbox] == ["model"]
    assert "label" not in page.query_params
    assert TOLD not in [one.alt for element in page.get("image") for one in element.proto.imgs]


def test_another_class_is_drawn_at_the_same_place(open_page: Open) -> None:
    page = open_page("generate", model=NAME, z="0.5,-1")
    first = image(page, "Twelve generated images")
    same = image(page, TOLD)
    page.sidebar.selectbox(key="label").set_value(3).run()
    assert page.session_state[f"_pad.{NAME}"][0].z == (0.5, -1.0)
    assert image(page, "Twelve generated images") != first
    assert image(page, TOLD) == same
    assert "as class 3" in captions(page)
    assert page.query_params["label"] == "3"
    assert page.query_params["z"] == "0.5,-1"


def test_one_place_is_decoded_as_every_class_and_follows_the_pad(open_page: Open) -> None:
    page = open_page("generate", model=NAME)
    before = image(page, TOLD)
    assert words_in(page, TOLD) == list("0123456789")
    page.session_state[f"pad.image.{NAME}"] = {"place": {"z": [1.5, 1.5], "stamp": 0}}
    page.run()
    assert image(page, TOLD) != before


def test_an_address_opens_a_class(open_page: Open) -> None:
    page = open_page("generate", model=NAME, label="7")
    assert page.sidebar.selectbox(key="label").value == 7
    assert "as class 7" in captions(page)
    page = open_page("generate", model=NAME, label="800")
    assert page.sidebar.selectbox(key="label").value == 9


def test_what_is_drawn_as_another_class_is_not_called_a_reconstruction(open_page: Open) -> None:
    page = open_page("map", model=NAME, label="2")
    assert "drawn as 2" in words_in(page, "The image nearest")
    assert "rebuilt" not in words_in(page, "The image nearest")


@pytest.mark.parametrize("kind", list(paths.NAMES))
def test_a_path_goes_from_one_class_to_the_other(kind: str) -> None:
    whole = load(cache.shipped_folder() / NAME)
    labels = whole.latent_map.labels
    assert labels is not None
    rows = [int(np.flatnonzero(labels == label)[0]) for label in (3, 7, 1)]
    route = Route(whole.given(0), whole.latent_map.mu[rows], (3, 7, 1))
    found = paths.measured(route, kind)
    images = route.decoder.decode(found.at(3))
    np.testing.assert_allclose(images, whole.decode(route.stops, np.array([3, 7, 1])), atol=1e-4)
    assert route.words(found.at(3)) == ["3", "7", "1"]
    np.testing.assert_allclose(route.on_map(found.at(3)), route.stops, atol=1e-5)
    straight = paths.measured(route, "lerp")
    assert route.words(straight.at(9))[1] == "3 ·\N{NO-BREAK SPACE}75\N{NO-BREAK SPACE}%"
    if kind == "geodesic":
        assert found.length <= straight.length * (1 + 1e-6)


def test_a_path_within_a_class_is_that_of_the_class() -> None:
    whole = load(cache.shipped_folder() / NAME)
    stops = whole.latent_map.mu[:2]
    inside, alone = Route(whole.given(0), stops, (4, 4)), Route(whole.given(4), stops)
    for kind in paths.NAMES:
        one, other = (paths.measured(route, kind) for route in (inside, alone))
        np.testing.assert_allclose(one.codes, other.codes, atol=1e-6)
        assert one.length == pytest.approx(other.length)


def test_interpolate_changes_the_class_until_it_is_told_not_to(open_page: Open) -> None:
    page = open_page("interpolate", model=NAME)
    assert page.toggle(key="across").value is True
    assert "across" not in page.query_params
    assert "rebuilt" in captions_of_images(page)
    page.toggle(key="across").set_value(False).run()
    assert page.query_params["across"] == "no"
    assert "drawn as 0" in captions_of_images(page)
    again = open_page("interpolate", model=NAME, across="no")
    assert again.toggle(key="across").value is False
    plain = open_page("interpolate", model=PLAIN)
    assert "across" not in [one.key for one in plain.toggle]


def test_directions_say_that_the_class_is_no_part_of_them(open_page: Open) -> None:
    page = open_page("directions", model=NAME, label="4")
    assert not page.exception
    assert "the class is no part: it changes the style, here of class 4" in captions(page)


def test_a_square_mixes_the_four_classes(open_page: Open) -> None:
    page = open_page("interpolate", model=NAME, lower="3,4", pair="0,1")
    mixed = image(page, "7 by 7 images")
    page.toggle(key="across").set_value(False).run()
    assert not page.exception
    assert image(page, "7 by 7 images") != mixed


def captions_of_images(page: AppTest) -> str:
    return " | ".join(one.caption for element in page.get("image") for one in element.proto.imgs)


def test_it_is_compared_with_a_plain_model_by_its_classes_in_turn(open_page: Open) -> None:
    page = open_page("compare", models=f"{NAME},{PLAIN}", label="5")
    assert not page.exception
    assert not page.error
    assert f"{NAME}, draws from the prior, its classes in turn" in captions(page)
    assert any("Conditional VAE, class 5" in one.value for one in page.markdown)


def test_it_is_measured_as_a_whole(open_page: Open) -> None:
    page = open_page("measure", model=NAME)
    assert any("of log p(x\\|y), the class given" in one.value for one in page.markdown)


def test_the_form_offers_it_and_asks_for_no_number_of_classes(open_page: Open) -> None:
    page = open_page("train")
    page.selectbox(key="train.family").set_value("cvae").run()
    assert not page.exception
    assert page.number_input(key="train.quick.cvae.beta").value == 1.0
    assert not any("classes" in (box.key or "") for box in page.number_input)
    assert "both networks told the class" in captions(page)
