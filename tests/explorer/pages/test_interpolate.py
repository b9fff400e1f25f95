from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import applies, paths
from explorer.components import path_player
from explorer.components.path_player import packed
from explorer.paths import Route
from vae_core.latent import lerp, slerp
from vae_core.trained import TrainedModel

Open = Callable[..., AppTest]
PLANE, MANY, LINE = "digits-vae-2d", "digits-vae-16d", "digits-vae-1d"


def components(page: AppTest) -> list[str]:
    return [element.proto.component_name for element in page.main.get("bidi_component")]


def captions(page: AppTest) -> str:
    return " | ".join(caption.value for caption in page.caption)


def stops_of(trained: TrainedModel, *rows: int) -> np.ndarray:
    return trained.latent_map.mu[list(rows)]


class TestWhatThePageGets:
    def test_each_strip_runs_from_one_reconstruction_to_the_other(self, vae: TrainedModel) -> None:
        about, arrays = packed(Route(vae, stops_of(vae, 5, 9)), ["lerp", "geodesic"], 9)
        strips = arrays["strips"].reshape(2, 9, -1)
        ends = np.rint(255 * vae.decode(stops_of(vae, 5, 9))).reshape(2, -1)
        for strip in strips:
            np.testing.assert_allclose(strip[[0, -1]], ends, atol=1)
        assert [way["name"] for way in about["ways"]] == ["Straight", "Geodesic"]
        assert arrays["frames"].size == 2 * paths.FINE * 64
        assert arrays["places"].size == 2 * paths.FINE * 2

    def test_bars_are_the_image_distances_of_neighbours(self, vae: TrainedModel) -> None:
        about, _ = packed(Route(vae, stops_of(vae, 5, 9)), ["lerp"], 5)
        images = vae.decode(lerp(*stops_of(vae, 5, 9), 5)).reshape(5, -1)
        expected = np.linalg.norm(np.diff(images, axis=0), axis=1)
        np.testing.assert_allclose(about["ways"][0]["apart"], expected, rtol=1e-3)

    def test_words_name_the_class_of_the_neighbours(self, vae: TrainedModel) -> None:
        about, _ = packed(Route(vae, stops_of(vae, 5, 9)), ["lerp"], 4)
        assert len(about["ways"][0]["classes"]) == 4
        assert about["ways"][0]["classes"][0][0] in "0123456789"
        assert "15 nearest held-out codes" in about["reading"]

    def test_a_plane_has_its_heat_and_more_dimensions_a_projection(
        self, vae: TrainedModel, models: object
    ) -> None:
        about, _ = packed(Route(vae, stops_of(vae, 5, 9)), ["lerp"], 4)
        assert about["map"]["scale"]["name"] == "distance² per unit² of z"
        assert "Stronger blue" in about["map"]["reading"]


class TestWays:
    def test_no_geodesic_is_longer_than_the_straight_line(self, vae: TrainedModel) -> None:
        for rows in ((5, 9), (1, 30), (7, 8)):
            straight, shortest = (
                paths.measured(Route(vae, stops_of(vae, *rows)), kind) for kind in ("lerp", "geodesic")
            )
            assert shortest.length <= straight.length * (1 + 1e-6)
            assert shortest.energy <= straight.energy * (1 + 1e-6)

    def test_straight_and_arc_are_those_of_the_core(self, vae: TrainedModel) -> None:
        a, b = stops_of(vae, 5, 9)
        for kind, path in (("lerp", lerp), ("slerp", slerp)):
            found = paths.measured(Route(vae, np.stack([a, b])), kind)
            np.testing.assert_allclose(found.codes, path(a, b, paths.FINE), atol=1e-6)
            np.testing.assert_allclose(found.at(5), path(a, b, 5), atol=1e-6)

    @pytest.mark.parametrize("kind", list(paths.NAMES))
    def test_stops_are_met_at_even_times(self, vae: TrainedModel, kind: str) -> None:
        stops = stops_of(vae, 5, 9, 20, 3, 11)
        found = paths.measured(Route(vae, stops), kind)
        np.testing.assert_allclose(found.at(5), stops, atol=1e-5)

    def test_uncertainty_makes_paths_longer(self, vae: TrainedModel) -> None:
        for kind in paths.NAMES:
            sure, unsure = (
                paths.measured(Route(vae, stops_of(vae, 5, 9), unsure=flag), kind) for flag in (False, True)
            )
            assert unsure.length > sure.length

    def test_one_class_of_a_conditional_model_has_no_votes(self, vae: TrainedModel) -> None:
        assert paths.votes(vae, stops_of(vae, 5, 9)) is not None
        vae.given_class = 3
        assert paths.votes(vae, stops_of(vae, 5, 9)) is None


class TestPage:
    def test_straight_and_geodesic_are_shown_at_first(self, open_page: Open) -> None:
        page = open_page("interpolate", model=PLANE)
        assert not page.exception
        assert page.query_params["path"] == "lerp,geodesic"
        assert components(page) == ["latent_explorer.path_player"]

    def test_the_place_that_the_page_tells_is_in_the_address(self, open_page: Open) -> None:
        page = open_page("interpolate", model=PLANE)
        page.session_state[f"paths.{PLANE}"] = {"t": 0.1}
        page.run()
        assert page.query_params["t"] == "0.1"

    @pytest.mark.parametrize("sent", [{"t": "x"}, {"t": 7}, {"t": None}, {"t": float("nan")}, "t"])
    def test_what_is_no_place_changes_nothing(self, open_page: Open, sent: object) -> None:
        page = open_page("interpolate", model=PLANE, t="0.3")
        page.session_state[f"paths.{PLANE}"] = sent
        page.run()
        assert not page.exception
        assert page.query_params["t"] == "0.3"

    def test_the_address_chooses_paths_and_the_images_on_the_way(self, open_page: Open) -> None:
        page = open_page("interpolate", model=PLANE, path="slerp", via="3,9", pair="1,2", unsure="yes")
        assert not page.exception
        assert (page.query_params["path"], page.query_params["via"]) == ("slerp", "3,9")
        assert page.query_params["unsure"] == "yes"
        assert "1: test image 3" in captions(page)

    def test_images_on_the_way_are_added_taken_off_and_brought_back(self, open_page: Open) -> None:
        page = open_page("interpolate", model=PLANE)
        page.button(key="add-stop").click().run()
        assert len(page.query_params["via"].split(",")) == 1
        page.number_input(key=f"end.{PLANE}.Via.index").set_value(4).run()
        page.button(key="add-stop").click().run()
        both = page.query_params["via"]
        assert len(both.split(",")) == 2
        page.button(key="remove-stop-1").click().run()
        assert page.query_params["via"] == both.split(",")[1]
        page.button(key="undo-stop").click().run()
        assert page.query_params["via"] == both
        assert not page.exception

    def test_images_that_are_not_here_are_left_off_the_way(self, open_page: Open) -> None:
        page = open_page("interpolate", model=PLANE, via="3,99999999")
        assert page.query_params["via"] == "3"

    def test_class_and_number_choose_the_image(self, open_page: Open, vae: TrainedModel) -> None:
        page = open_page("interpolate", model=PLANE)
        page.selectbox(key=f"end.{PLANE}.A.class").set_value(3).run()
        page.number_input(key=f"end.{PLANE}.A.index").set_value(2).run()
        labels, indices = vae.latent_map.labels, vae.latent_map.indices
        assert labels is not None
        assert page.query_params["pair"].split(",")[0] == str(indices[np.flatnonzero(labels == 3)[2]])

    def test_another_image_comes_from_the_same_class(self, open_page: Open, vae: TrainedModel) -> None:
        page = open_page("interpolate", model=PLANE, pair="5,9")
        page.button(key="random.A").click().run()
        row = int(page.query_params["pair"].split(",")[0])
        assert vae.latent_map.labels is not None
        assert vae.latent_map.labels[row] == vae.latent_map.labels[5]

    @pytest.mark.usefixtures("no_images")
    def test_says_so_when_originals_are_absent(self, open_page: Open) -> None:
        assert "not on this machine" in captions(open_page("interpolate", model=PLANE))

    def test_films_are_offered_where_there_is_an_encoder_and_else_how_to_get_one(
        self, open_page: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def offered(page: AppTest) -> list[str]:
            return [button.proto.label for button in page.get("download_button")]

        assert "Animation, MP4" in offered(open_page("interpolate", model=PLANE))
        monkeypatch.setitem(sys.modules, "av", None)
        page = open_page("interpolate", model=PLANE)
        assert "Animation, MP4" not in offered(page)
        assert "Animation, GIF" in offered(page)
        assert "pip install av" in captions(page)

    def test_on_a_line_it_says_why_there_is_one_path(self, open_page: Open) -> None:
        page = open_page("interpolate", model=LINE, path="geodesic")
        assert "one path only" in captions(page)
        assert page.query_params["path"] == "lerp"

    def test_many_dimensions_have_geodesics_too(self, open_page: Open) -> None:
        page = open_page("interpolate", model=MANY)
        assert not page.exception
        assert page.query_params["path"] == "lerp,geodesic"


class TestSquare:
    def test_four_images_in_the_address_open_the_square(self, open_page: Open) -> None:
        page = open_page("interpolate", model=PLANE, pair="1,2", lower="3,4")
        assert not page.exception
        assert (page.query_params["pair"], page.query_params["lower"]) == ("1,2", "3,4")
        shown = [one.alt for element in page.get("image") for one in element.proto.imgs]
        assert any(alt.startswith("7 by 7 images between A") for alt in shown)
        assert components(page) == []

    def test_it_is_chosen_beside_the_paths_and_left_again(self, open_page: Open) -> None:
        page = open_page("interpolate", model=PLANE)
        page.button_group(key="interpolate-view").set_value("square").run()
        assert "lower" in page.query_params
        page.button_group(key="interpolate-view").set_value("paths").run()
        assert "lower" not in page.query_params
        assert components(page) == ["latent_explorer.path_player"]


def test_reasons_name_what_has_no_shortest_path(vae: TrainedModel, ae: TrainedModel) -> None:
    assert applies.why_not("geodesic", vae) is None
    assert applies.why_not("geodesic", ae) is None
    assert path_player.letters(3) == ["A", "1", "B"]
