from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.own_images import inputs
from explorer.own_images.inputs import Input
from explorer.own_images.tray import Tray
from vae_core.datasets import ImageDataset, as_float
from vae_core.trained import TrainedModel

Open = Callable[..., AppTest]


def test_nothing_is_offered_before_something_is_drawn(open_page: Open) -> None:
    page = open_page("draw", model="digits-vae-2d")
    assert page.button(key="keep.drawing").disabled
    assert page.button(key="from-drawing").disabled


def test_a_drawing_goes_to_the_tray_and_is_an_end_of_a_path(
    open_page: Open, vae: TrainedModel, digits: ImageDataset
) -> None:
    page = open_page("draw", model="digits-vae-2d")
    page.session_state["_drawing.page"] = digits.test.images[3, 0]
    page.run().button(key="keep.drawing").click().run()
    held: Tray = page.session_state["_tray"]
    (kept,) = held.items
    assert kept.chosen.words == "your drawing"
    np.testing.assert_array_equal(np.rint(kept.chosen.image * 255), digits.test.images[3])


def test_a_drawing_of_another_size_is_not_taken_for_one_of_this(open_page: Open) -> None:
    page = open_page("draw", model="digits-vae-2d")
    page.session_state["_drawing.page"] = np.zeros((28, 28), np.uint8)
    assert page.run().button(key="keep.drawing").disabled


def test_an_image_from_a_file_is_shown_with_what_was_done_and_can_be_changed(open_page: Open) -> None:
    page = open_page("draw", model="digits-vae-2d")
    scan = np.ones((1, 60, 60), np.float32)
    scan[:, 20:40, 28:32] = 0
    page.session_state["_own_images"] = (inputs.suggested(scan, "scan.png", (1, 8, 8)),)
    page.run()
    assert any("Inverted, fitted and centred" in text.value for text in page.caption)
    page.checkbox(key="own.0.inverted").uncheck().run()
    assert any(text.value.startswith("Fitted and centred") for text in page.caption)
    page.button(key="drop.0").click().run()
    assert page.session_state["_own_images"] == ()


@pytest.fixture
def interpolated(open_page: Open, digits: ImageDataset) -> AppTest:
    page = open_page("interpolate", model="digits-vae-2d", t="0")
    image = as_float(digits.test.images[40])
    page.session_state["_tray"] = Tray().put(Input(image, "your drawing"))
    return page.run()


def test_an_image_in_the_tray_is_an_end_of_a_path(interpolated: AppTest, vae: TrainedModel) -> None:
    page = interpolated
    assert "pair" in page.query_params
    page.selectbox(key="end.A.source").set_value("Tray").run()
    assert not page.exception
    assert page.selectbox(key="end.A.tray").options == ["your drawing"]
    assert "pair" not in page.query_params


@pytest.mark.parametrize("source", ["Tray", "Draw", "Upload"])
def test_a_source_that_holds_nothing_yet_says_so_and_shows_a_test_image(open_page: Open, source: str) -> None:
    page = open_page("interpolate", model="digits-vae-2d")
    page.selectbox(key="end.B.source").set_value(source).run()
    assert not page.exception
    assert any("test image:" in text.value for text in page.caption)
    assert "pair" in page.query_params


def test_what_a_path_shows_goes_to_the_tray(open_page: Open, vae: TrainedModel) -> None:
    page = open_page("interpolate", model="digits-vae-2d", path="lerp,slerp", t="0")
    page.button(key="keep.path").click().run()
    straight, arc = page.session_state["_tray"].items
    assert straight.chosen.words == "straight path at t = 0.00"
    np.testing.assert_allclose(straight.chosen.image, arc.chosen.image, atol=1e-5)
    assert straight.chosen.image.shape == vae.image_shape


def test_a_file_that_is_taken_in_part_is_noted_and_one_that_is_refused_is_an_error(open_page: Open) -> None:
    page = open_page("draw", model="digits-vae-2d")
    page.session_state["_own_lines"] = (
        ("a.png: it is not a PNG or JPEG image.",),
        ("b.npz holds 30 images.",),
    )
    page.run()
    assert [error.value for error in page.error] == ["a.png: it is not a PNG or JPEG image."]
    assert "b.npz holds 30 images." in [caption.value for caption in page.caption]
