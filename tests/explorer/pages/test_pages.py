from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from vae_core.trained import TrainedModel

Open = Callable[..., AppTest]
PAGES = ("map", "draw", "generate", "interpolate", "directions", "compare", "train")
MODELS = ("digits-vae-2d", "digits-ae-2d", "digits-vae-16d", "digits-vae-1d")


def image(page: AppTest, alt: str) -> str:
    """Return the address of the page's image with the text `alt`; it changes with the pixels."""
    for element in page.get("image"):
        for one in element.proto.imgs:
            if one.alt.startswith(alt):
                return one.url
    raise AssertionError(f"no image called {alt!r}")


def words_in(page: AppTest, alt: str) -> list[str]:
    """Return the words in the page's drawn picture with the text `alt`, in order."""
    drawn = base64.b64decode(image(page, alt).split(",", 1)[1])
    return [
        element.text or "" for element in ElementTree.fromstring(drawn).iter() if element.tag.endswith("text")
    ]


def act(page: AppTest, model: str = "digits-vae-2d", pad: str = "map", **place: object) -> AppTest:
    """Act as the pad in the browser does when the viewer lets go of it."""
    page.session_state[f"pad.{pad}.{model}"] = {"place": {**place, "stamp": 0}}
    return page.run()


def captions(page: AppTest) -> str:
    return " | ".join(caption.value for caption in page.caption)


@pytest.mark.parametrize("path", [*PAGES, "runs"])
@pytest.mark.parametrize("model", MODELS)
def test_every_page_opens_every_model_without_an_error(open_page: Open, path: str, model: str) -> None:
    page = open_page(path, model=model)
    assert not page.exception
    assert not page.error
    assert page.markdown[0].value.startswith("### ")


@pytest.mark.usefixtures("no_images")
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_without_a_data_set(open_page: Open, path: str) -> None:
    page = open_page(path)
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize("path", PAGES)
def test_every_page_offers_its_formula(open_page: Open, path: str) -> None:
    assert any("$" in text.value for text in open_page(path).markdown)


def test_the_picker_describes_the_model_with_its_unit(open_page: Open, vae: TrainedModel) -> None:
    page = open_page("map", model="digits-vae-2d")
    told = " ".join(caption.value for caption in page.sidebar.caption)
    assert "Variational autoencoder" in told
    assert "2 latent dimensions" in told
    assert f"{vae.metrics['elbo']['value']:.1f} nats".replace("-", "−") in told


class TestMap:
    def test_shows_the_decoded_grid(self, open_page: Open) -> None:
        page = open_page("map", model="digits-vae-2d")
        assert words_in(page, "Images decoded")[-2:] == ["z1", "z2"]

    def test_shows_originals_above_what_is_rebuilt(self, open_page: Open) -> None:
        page = open_page("map", model="digits-vae-2d")
        assert words_in(page, "The image nearest") == ["original", "rebuilt", *"0123456789"]

    @pytest.mark.usefixtures("no_images")
    def test_says_so_when_originals_are_absent(self, open_page: Open) -> None:
        page = open_page("map", model="digits-vae-2d")
        assert words_in(page, "The image nearest") == ["rebuilt", *"0123456789"]
        assert "not on this machine" in captions(page)

    def test_shows_what_is_behind_the_selected_points(self, open_page: Open, vae: TrainedModel) -> None:
        page = act(open_page("map", model="digits-vae-2d"), selection=[3, 8], selected=2)
        labels = vae.latent_map.labels
        assert labels is not None
        assert words_in(page, "2 images selected") == ["original", "rebuilt", str(labels[3]), str(labels[8])]

    def test_of_many_selected_points_some_are_shown(self, open_page: Open) -> None:
        page = act(open_page("map", model="digits-vae-2d"), selection=list(range(40)), selected=40)
        assert "40 images selected, 12 shown" in captions(page)

    def test_what_is_selected_goes_to_the_tray_as_images_or_as_copies(self, open_page: Open) -> None:
        page = act(open_page("map", model="digits-vae-2d"), selection=[3, 8], selected=2)
        page.button(key="keep.selected").click().run()
        page.button(key="keep.copies").click().run()
        words = [kept.chosen.words for kept in page.session_state["_tray"].items]
        assert [word.startswith("copy of test image") for word in words] == [False, False, True, True]

    def test_one_selected_point_opens_in_generate(self, open_page: Open, vae: TrainedModel) -> None:
        page = act(open_page("map", model="digits-vae-2d"), selection=[3], selected=1)
        page.button(key="to-generate").click().run()
        z = page.session_state["_pad.digits-vae-2d"][0].z
        np.testing.assert_allclose(z, vae.latent_map.mu[3], rtol=1e-6)

    def test_an_autoencoder_has_no_prior_to_lay_a_grid_over(self, open_page: Open) -> None:
        with_prior = open_page("map", model="digits-vae-2d").radio(key="spacing")
        without = open_page("map", model="digits-ae-2d").radio(key="spacing")
        assert (with_prior.value, without.value) == ("prior", "codes")
        assert not any("prior" in option for option in without.options)

    def test_many_dimensions_open_on_the_plane_that_holds_most(self, open_page: Open) -> None:
        page = open_page("map", model="digits-vae-16d")
        assert page.query_params["plane"] == "pca"
        assert "of the codes' variance" in captions(page)

    def test_the_grid_lies_on_the_plane_that_was_chosen(self, open_page: Open) -> None:
        page = act(open_page("map", model="digits-vae-16d"), "digits-vae-16d", plane="4,6")
        assert words_in(page, "Images decoded")[-2:] == ["z4", "z6"]
        assert (page.query_params["plane"], page.query_params["axes"]) == ("axes", "3,5")


class TestGenerate:
    def test_a_move_changes_the_address(self, open_page: Open) -> None:
        page = act(open_page("generate", model="digits-vae-2d"), pad="image", z=[2, 0])
        assert page.query_params["z"] == "2,0"

    def test_a_place_found_on_the_map_is_the_place_on_generate(self, open_page: Open) -> None:
        page = act(open_page("map", model="digits-vae-2d"), z=[1.25, -0.5])
        assert page.query_params["z"] == "1.25,-0.5"
        assert page.session_state["_pad.digits-vae-2d"][0].z == (1.25, -0.5)

    def test_more_samples_are_other_samples(self, open_page: Open) -> None:
        page = open_page("generate", model="digits-vae-2d")
        before = image(page, "Twelve generated")
        page.button(key="more").click().run()
        assert image(page, "Twelve generated") != before

    def test_says_that_an_autoencoder_has_no_prior(self, open_page: Open) -> None:
        assert "there is no prior" in captions(open_page("generate", model="digits-ae-2d"))

    def test_the_image_at_the_cursor_goes_to_the_tray(self, open_page: Open, vae: TrainedModel) -> None:
        page = open_page("generate", model="digits-vae-2d", z="0.5,-1.2")
        page.button(key="keep.decoded").click().run()
        (kept,) = page.session_state["_tray"].items
        assert kept.chosen.words == "decoded at (0.50, −1.20)"
        np.testing.assert_allclose(kept.chosen.image, vae.decode(np.float32([[0.5, -1.2]]))[0], atol=1e-6)


class TestCompare:
    def test_shows_models_of_the_same_data_with_their_numbers(
        self, open_page: Open, vae: TrainedModel
    ) -> None:
        page = open_page("compare", models="digits-vae-2d,digits-ae-2d")
        table = next(text.value for text in page.markdown if text.value.startswith("|  |"))
        assert f"{vae.metrics['elbo']['value']:.1f}".replace("-", "−") in table
        assert "| digits-vae-2d | digits-ae-2d |" in table
        assert page.query_params["models"] in ("digits-vae-2d,digits-ae-2d", ["digits-vae-2d,digits-ae-2d"])

    def test_says_how_many_draws_land_off_the_data(self, open_page: Open) -> None:
        told = captions(open_page("compare", models="digits-vae-2d,digits-ae-2d"))
        assert told.count("of 500 land off the data") == 2

    @pytest.mark.usefixtures("no_images")
    def test_leaves_that_out_where_the_data_is_not_here(self, open_page: Open) -> None:
        page = open_page("compare", models="digits-vae-2d,digits-ae-2d")
        assert not page.exception
        assert "land off the data" not in captions(page)

    @pytest.mark.parametrize(
        "models", ["no-such,nor-this", "digits-vae-2d,no-such", "../a,b", "digits-vae-2d"]
    )
    def test_models_that_are_not_here_are_left_out(self, open_page: Open, models: str) -> None:
        page = open_page("compare", models=models)
        assert not page.exception
        assert not page.error

    def test_one_model_is_not_enough(self, open_page: Open) -> None:
        page = open_page("compare")
        page.multiselect(key="compare.models").set_value(["digits-vae-2d"]).run()
        assert "at least two" in page.info[0].value


class TestWithoutModels:
    @pytest.fixture(autouse=True)
    def _empty(self, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VAE_MODELS_DIR", str(tmp_path / "nothing"))

    def test_comparing_says_what_to_do(self, open_page: Open) -> None:
        page = open_page("compare")
        assert not page.exception
        assert "at least two" in page.info[0].value

    @pytest.mark.parametrize("path", PAGES[:3])
    def test_a_page_says_what_to_do(self, open_page: Open, path: str) -> None:
        page = open_page(path)
        assert not page.exception
        assert "No model here yet" in page.markdown[0].value

    def test_training_works_all_the_same(self, open_page: Open) -> None:
        page = open_page("train")
        assert not page.exception
        assert page.button(key="start")
