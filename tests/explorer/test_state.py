from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


def place(page: AppTest) -> str:
    """Return where the pad's cursor is, as the address says it."""
    return str(
        page.query_params["z"][0] if isinstance(page.query_params["z"], list) else page.query_params["z"]
    )


def test_a_deep_link_opens_the_place_it_names(open_page: Open) -> None:
    page = open_page("generate", model="digits-vae-2d", z="0.5,-1.25", temperature="0.5")
    assert page.session_state["_pad.digits-vae-2d"][0].z == (0.5, -1.25)
    assert page.slider(key="temperature").value == 0.5


@pytest.mark.parametrize("z", ["nan,0", "1,2,3", "", "abc", "1", "inf,inf", "0x1,2", "[1,2]", "1;2"])
def test_a_place_that_does_not_fit_is_ignored(open_page: Open, z: str) -> None:
    page = open_page("generate", model="digits-vae-2d", z=z)
    assert not page.exception
    assert place(page) == "0,0"


def test_a_place_far_outside_is_brought_to_the_edge(open_page: Open) -> None:
    page = open_page("generate", model="digits-vae-2d", z="1e308,-1e308")
    assert place(page) == "1000,-1000"


@pytest.mark.parametrize("path", ["map", "generate"])
def test_a_plane_in_the_address_is_the_plane_shown(open_page: Open, path: str) -> None:
    page = open_page(path, model="digits-vae-16d", plane="axes", axes="3,5")
    assert page.session_state["_pad.digits-vae-16d"][0].plane == "4,6"
    page = open_page(path, model="digits-vae-16d", plane="pca")
    assert page.session_state["_pad.digits-vae-16d"][0].plane == "pca"


def test_axes_that_a_model_does_not_have_are_ignored(open_page: Open) -> None:
    page = open_page("map", model="digits-vae-2d", plane="axes", axes="3,5")
    assert page.session_state["_pad.digits-vae-2d"][0].plane == "1,2"


def test_an_address_changed_by_hand_wins_over_what_was_shown(open_page: Open) -> None:
    page = open_page("generate", model="digits-vae-2d", z="1,1")
    page.query_params["z"] = "2,2"
    page.run()
    assert place(page) == "2,2"


def test_an_unknown_model_is_named_and_another_one_shown(open_page: Open) -> None:
    page = open_page("map", model="no-such-model")
    assert not page.exception
    assert page.sidebar.selectbox(key="model").value == "digits-vae-2d"
    assert any("no-such-model" in caption.value for caption in page.sidebar.caption)


@pytest.mark.parametrize("path", ["map", "generate", "interpolate", "train"])
@pytest.mark.parametrize(
    "address",
    [
        {"model": "../../etc/passwd", "z": "1e308", "pair": "999999999,0", "axes": "63,62"},
        {"model": "digits-vae-16d", "z": "nan", "plane": "axes", "axes": "15,99", "steps": "0", "t": "nan"},
        {"model": "digits-vae-1d", "z": ",".join(["9"] * 64), "axes": "1,0", "pair": "0,0", "t": "2"},
        {
            "model": "digits-ae-2d",
            "z": "-1e308,1e308",
            "temperature": "-1",
            "path": "<script>",
            "steps": "1e99",
        },
    ],
)
def test_no_address_breaks_a_page(open_page: Open, path: str, address: dict[str, str]) -> None:
    page = open_page(path, **address)
    assert not page.exception
    assert not page.error


def test_a_pair_in_the_address_is_looked_up_among_the_held_out_images(open_page: Open) -> None:
    page = open_page("interpolate", model="digits-vae-2d", pair="7,31", t="0.25", steps="5", path="slerp")
    assert page.query_params["pair"] == "7,31"
    assert (page.query_params["t"], page.query_params["path"]) == ("0.25", "slerp")
    assert page.number_input(key="steps").value == 5
