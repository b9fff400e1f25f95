from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.explorer.pages.test_pages import act, captions, image
from vae_core.trained import TrainedModel

Open = Callable[..., AppTest]
MODEL = "digits-vae-2d"


@pytest.mark.parametrize("model", [MODEL, "digits-ae-2d", "digits-vae-16d", "digits-vae-1d"])
def test_the_page_shows_two_groups_and_how_sure_the_direction_between_them_is(
    open_page: Open, model: str
) -> None:
    page = open_page("directions", model=model)
    assert not page.exception
    assert not page.error
    assert page.selectbox(key=f"group.{model}.A").value != page.selectbox(key=f"group.{model}.B").value
    assert page.metric[0].value.endswith("°")
    assert image(page, "The means of groups A and B")
    assert image(page, "c + b − a")


def test_other_groups_have_another_mean_and_another_certainty(open_page: Open) -> None:
    page = open_page("directions", model=MODEL)
    mean, sure = image(page, "The means of groups A and B"), page.metric[0].value
    page.selectbox(key=f"group.{MODEL}.A").set_value("3").run()
    assert image(page, "The means of groups A and B") != mean
    assert page.metric[0].value != sure


def test_the_same_group_twice_is_said_in_a_line(open_page: Open) -> None:
    page = open_page("directions", model=MODEL)
    page.selectbox(key=f"group.{MODEL}.A").set_value("0").run()
    page.selectbox(key=f"group.{MODEL}.B").set_value("0").run()
    assert not page.exception
    assert "same mean" in page.warning[0].value
    assert not page.metric


def test_a_made_slider_is_kept_by_name_listed_and_removed(open_page: Open) -> None:
    page = open_page("directions", model=MODEL)
    page.text_input[0].set_value("slant").run()
    page.button(key="make-slider").click().run()
    made = page.session_state[f"_sliders.{MODEL}"]
    assert [slider.name for slider in made] == ["slant"]
    assert len(made[0].vector) == 2
    page.button(key=f"remove.{MODEL}.slant").click().run()
    assert page.session_state[f"_sliders.{MODEL}"] == ()


def test_what_is_left_unchanged_is_across(open_page: Open) -> None:
    page = open_page("directions", model="digits-vae-16d")
    page.text_input[0].set_value("first").run()
    page.button(key="make-slider").click().run()
    page.selectbox(key="group.digits-vae-16d.A").set_value("4").run()
    page.multiselect[0].set_value(["first"]).run()
    page.text_input[0].set_value("second").run()
    page.button(key="make-slider").click().run()
    first, second = (slider.vector for slider in page.session_state["_sliders.digits-vae-16d"])
    assert np.dot(first, second) == pytest.approx(0, abs=1e-4)


def test_the_address_tells_the_groups_and_made_sliders_and_makes_them_again(open_page: Open) -> None:
    page = open_page("directions", model=MODEL)
    page.selectbox(key=f"group.{MODEL}.A").set_value("3").run()
    page.selectbox(key="direction.units").set_value("latent").run()
    page.text_input[0].set_value("slant").run()
    page.button(key="make-slider").click().run()
    page.run()
    page.multiselect[0].set_value(["slant"]).run()
    corners = [[-2, -2], [2, -2], [0, 2]]
    inside = {"plane": "1,2", "corners": corners, "hidden": [1]}
    act(page, MODEL, pad="image", selection=[1, 2, 3], selected=3, lasso=inside)
    page.button(key="as-group.B").click().run()
    address = {name: page.query_params[name] for name in ("groups", "units", "unchanged", "sliders")}
    assert address["groups"] == "3,1.2_1_-2_-2_2_-2_0_2"
    assert address["sliders"] == "z~3~0~~slant"
    assert (address["units"], address["unchanged"]) == ("latent", "0")
    again = open_page("directions", model=MODEL, **address)
    assert not again.exception
    assert again.selectbox(key=f"group.{MODEL}.B").value == "selected"
    assert again.multiselect[0].value == ["slant"]
    assert image(again, "The means of groups A and B") == image(page, "The means of groups A and B")
    assert {name: again.query_params[name] for name in address} == address
    (made,) = again.session_state[f"_sliders.{MODEL}"]
    assert made.about == page.session_state[f"_sliders.{MODEL}"][0].about
    other = open_page("generate", model=MODEL, sliders=address["sliders"])
    assert other.button(key=f"remove.{MODEL}.slant")
    assert other.query_params["sliders"] == address["sliders"]


def test_what_is_selected_becomes_a_group(open_page: Open) -> None:
    page = open_page("map", model=MODEL)
    act(page, MODEL, selection=[1, 2, 3, 9], selected=4)
    page.button(key="as-group.A").click().run()
    assert "A: 4 images" in captions(page)
    other = open_page("directions", model=MODEL)
    act(other, MODEL, pad="image", selection=[1, 2, 3, 9], selected=4)
    other.button(key="as-group.B").click().run()
    assert other.selectbox(key=f"group.{MODEL}.B").value == "selected"
    assert not other.exception


def test_a_group_of_one_image_makes_a_slider_whose_certainty_is_not_known(open_page: Open) -> None:
    page = open_page("directions", model=MODEL)
    act(page, MODEL, pad="image", selection=[7], selected=1)
    page.button(key="as-group.A").click().run()
    assert not page.exception
    assert not page.metric
    assert "can't be told from one image" in captions(page)
    assert page.button(key="make-slider")


def test_an_analogy_lists_the_nearest_images(open_page: Open, vae: TrainedModel) -> None:
    page = open_page("directions", model=MODEL)
    before = image(page, "c + b − a")
    page.number_input(key=f"end.{MODEL}.b.index").set_value(3).run()
    assert image(page, "c + b − a") != before
    assert image(page, "The 6 held-out images nearest")


@pytest.mark.parametrize("model", ["mnist-gan-2d", "mnist-vqvae"])
def test_where_there_are_no_groups_the_page_says_so(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, root, model: str
) -> None:
    monkeypatch.setenv("VAE_MODELS_DIR", str(root / "checkpoints"))
    page = open_page("directions", model=model)
    assert not page.exception
    assert len(page.info) == 1
    assert page.selectbox(key="model").value
