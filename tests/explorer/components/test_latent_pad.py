from __future__ import annotations

import base64
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer import owners
from explorer.components import latent_pad
from explorer.serving import parcels
from explorer.shelf import Shelf
from tests.explorer.asking import ask, unpacked
from vae_core.errors import PageDecoderError
from vae_core.trained import TrainedModel, load

Open = Callable[..., AppTest]


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """No decoder can run in the page."""

    def refuse(model: TrainedModel) -> None:
        raise PageDecoderError("This decoder can't run in the page.", got=model.name)

    monkeypatch.setattr(latent_pad, "decoder_payload", refuse)


def luggage(trained: TrainedModel, with_images: bool = False) -> dict[str, Any]:
    about, arrays = latent_pad._packed(trained, with_images)
    return {"about": about, **arrays}


def brought(page: AppTest) -> list[dict[str, str]]:
    """Return what the browser is told of each model that it is to fetch, in the sidebar and on the page."""
    elements = [*page.sidebar.get("bidi_component"), *page.main.get("bidi_component")]
    return [
        json.loads(element.proto.json)
        for element in elements
        if element.proto.component_name == "latent_explorer.models_in_page"
    ]


def move(page: AppTest, model: str, pad: str = "map", stamp: int = 0, **place: object) -> AppTest:
    """Act as the browser does when the viewer lets go."""
    page.session_state[f"pad.{pad}.{model}"] = {"place": {**place, "stamp": stamp}}
    return page.run()


class TestLuggage:
    def test_holds_the_decoder_and_the_map_as_flat_arrays(self, vae: TrainedModel) -> None:
        brought = luggage(vae)
        codes = vae.latent_map
        assert brought["about"]["decoder"]["program"]["latent_dim"] == 2
        assert brought["w"].dtype == np.float32
        np.testing.assert_array_equal(brought["mu"], codes.mu.ravel())
        np.testing.assert_array_equal(brought["labels"], codes.labels)
        assert all(array.ndim == 1 for name, array in brought.items() if name != "about")
        assert brought["about"]["notice"] is None

    def test_an_autoencoder_comes_without_a_prior_and_draws_from_its_codes(self, ae: TrainedModel) -> None:
        brought = luggage(ae)
        assert not brought["about"]["hasPrior"]
        assert "logvar" not in brought
        assert brought["about"]["draw"]["mean"] != [0, 0]
        assert brought["about"]["told"] is None

    def test_another_model_has_another_name_in_the_page(self, vae: TrainedModel, ae: TrainedModel) -> None:
        names = [latent_pad._luggage(model, False).name for model in (vae, ae)]
        assert len(set(names)) == 2
        latent_pad._luggage.cache_clear()
        assert [latent_pad._luggage(model, False).name for model in (vae, ae)] == names

    def test_the_browser_is_told_where_it_is_and_finds_all_of_it_there(
        self, open_page: Open, vae: TrainedModel
    ) -> None:
        (told,) = brought(open_page("map", model="digits-vae-2d"))
        assert told.keys() == {"name", "address"}
        status, _, body = ask(f"/{told['address']}")
        assert status == 200
        found, expected = unpacked(body), luggage(vae, with_images=True)
        assert {name: found.pop(name) for name in expected["about"]} == expected.pop("about")
        assert found.keys() == expected.keys()
        for name, array in expected.items():
            np.testing.assert_array_equal(found[name], array)

    def test_every_rerun_has_it_wait_again(self, open_page: Open) -> None:
        page = open_page("map", model="digits-vae-2d")
        (told,) = brought(page)
        parcels._waiting.clear()
        assert ask(f"/{told['address']}")[0] == 204
        assert brought(page.run()) == [told]
        assert ask(f"/{told['address']}")[0] == 200

    def test_a_comparison_brings_each_of_its_models(self, open_page: Open) -> None:
        page = open_page("compare", models="digits-vae-1d,digits-ae-2d")
        told = brought(page)
        assert [one["name"].rpartition("-")[0] for one in told] == [
            "digits-vae-2d", "digits-vae-1d", "digits-ae-2d"
        ]  # fmt: skip
        assert all(ask(f"/{one['address']}")[0] == 200 for one in told)

    def test_nobody_else_is_told_where_somebodys_own_model_is(self, open_page: Open, models: Path) -> None:
        token = owners.new_token()
        shutil.copytree(models / "digits-vae-16d", Shelf(owners.name_of(token)).own / "mine")
        (told,) = brought(open_page("map", token=token, model="mine"))
        assert told["name"].startswith("mine-")
        other = open_page("map", model="mine")
        assert not any(one["address"] == told["address"] for one in brought(other))

    def test_thumbnails_are_the_images_behind_the_points(self, vae: TrainedModel, digits: Any) -> None:
        brought = luggage(vae, with_images=True)
        columns, rows = brought["about"]["thumbnails"]["columns"], brought["thumbnail_rows"]
        encoded = brought["about"]["thumbnails"]["sprite"].partition(",")[2]
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))
        number = columns + 3
        top, left = 8 * (number // columns), 8 * (number % columns)
        image = digits.test.images[vae.latent_map.indices[rows[number]]][0]
        np.testing.assert_array_equal(pixels[top : top + 8, left : left + 8], image)

    @pytest.mark.usefixtures("foreign")
    def test_a_decoder_that_the_page_cannot_run_becomes_an_atlas(self, vae: TrainedModel) -> None:
        brought = luggage(vae)
        atlas = brought["about"]["decoder"]["atlas"]
        images = brought["atlas"].reshape(41, 41, 8, 8)
        corner = np.array([[atlas["limit"], -atlas["limit"]]], np.float32)
        assert np.abs(images[0, 40] - 255 * vae.decode(corner)[0, 0]).max() <= 0.5 + 1e-3
        assert "decoded beforehand" in brought["about"]["notice"]
        assert "w" not in brought

    @pytest.mark.usefixtures("foreign")
    def test_with_more_dimensions_the_server_decodes(self, models: Path) -> None:
        brought = luggage(load(models / "digits-vae-16d"))
        assert brought["about"]["decoder"]["remote"] == {"latentDim": 16, "shape": [1, 8, 8]}
        assert "the server decodes" in brought["about"]["notice"]


class TestPad:
    def test_a_move_in_the_browser_is_in_the_address(self, open_page: Open) -> None:
        page = move(open_page("map", model="digits-vae-2d"), "digits-vae-2d", z=[1.5, -0.25])
        assert not page.exception
        assert page.query_params["z"] == "1.5,-0.25"

    def test_a_move_from_before_the_last_jump_is_out_of_date(self, open_page: Open) -> None:
        page = move(open_page("map", model="digits-vae-2d", z="1,1"), "digits-vae-2d", stamp=0, z=[3, 3])
        assert page.query_params["z"] == "1,1"
        page = move(page, "digits-vae-2d", stamp=1, z=[2, 2])
        assert page.query_params["z"] == "2,2"

    @pytest.mark.parametrize(
        "place",
        [{"z": [float("nan"), 1]}, {"z": [1e308, "x"]}, {"z": [[1], [2]]}, {"z": [1]}, {"z": "9" * 1_000_000}, {},
         {"selection": [1e308, {}], "selected": -5}, {"layers": [[[]]], "hidden": "all", "plane": {"pca": 1}}],
    )  # fmt: skip
    def test_a_hostile_browser_breaks_nothing(self, open_page: Open, place: dict[str, object]) -> None:
        for path, pad in (("map", "map"), ("generate", "image")):
            page = move(open_page(path, model="digits-vae-2d"), "digits-vae-2d", pad, **place)
            assert not page.exception
            assert not page.error
            assert page.query_params["z"] == "0,0"

    @pytest.mark.parametrize("state", [None, 7, "x", [], {"place": 7}, {"place": None}, {"other": {}}])
    def test_a_component_state_of_another_kind_breaks_nothing(self, open_page: Open, state: object) -> None:
        page = open_page("map", model="digits-vae-2d")
        page.session_state["pad.map.digits-vae-2d"] = state
        page.run()
        assert not page.exception

    @pytest.mark.usefixtures("foreign")
    @pytest.mark.parametrize("model", ["digits-vae-2d", "digits-vae-16d", "digits-vae-1d", "digits-ae-2d"])
    def test_a_model_that_the_page_cannot_decode_opens_all_the_same(
        self, open_page: Open, model: str
    ) -> None:
        latent_pad._luggage.cache_clear()
        for path in ("map", "generate"):
            page = open_page(path, model=model)
            assert not page.exception
            assert not page.error
