"""The latent pad in a real Chromium page, without Streamlit: what it shows, and what it tells its host."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.web.pad_bench import PadBench


def test_a_drag_changes_the_image_all_the_way_and_is_released_once(bench: PadBench) -> None:
    bench.open()
    seen = set()
    begun = time.monotonic()
    mouse = bench.page.mouse
    mouse.move(*bench.place(0.3, 0.5))
    mouse.down()
    for step in range(20):
        mouse.move(*bench.place(0.3 + 0.02 * step, 0.5 - 0.01 * step))
        bench.settle()
        seen.add(bench.image().tobytes())
    assert bench.released() == []
    mouse.up()
    assert len(seen) >= 18
    assert len(bench.released()) == 1
    assert 1 <= bench.page.evaluate("dragged") <= 1 + 4 * (time.monotonic() - begun)


def test_the_image_is_what_torch_decodes_at_the_cursor(bench: PadBench) -> None:
    bench.open()
    for place in ((0.3, 0.4), (0.7, 0.2), (0.5, 0.9)):
        bench.page.mouse.click(*bench.place(*place))
        bench.settle()
        z = bench.released()[-1]["z"]
        assert np.abs(bench.image() - bench.expected(z)).max() <= 2


def test_up_on_the_pad_is_up_in_z2(bench: PadBench) -> None:
    bench.open(z=[0.0, 0.0])
    bench.page.mouse.click(*bench.place(0.5, 0.2))
    z = bench.released()[-1]["z"]
    assert z[1] > 1
    assert abs(z[0]) < 0.1


def test_arrow_keys_move_the_cursor_and_shift_moves_it_finely(bench: PadBench) -> None:
    bench.open(z=[0.0, 0.0])
    bench.page.get_by_role("application").focus()
    for key in ("ArrowRight", "Shift+ArrowUp", "ArrowRight"):
        bench.page.keyboard.press(key)
    np.testing.assert_allclose(bench.state()["z"], [0.2, 0.01], atol=1e-6)
    bench.page.keyboard.press("Home")
    assert bench.state()["z"] == [0, 0]


def test_z_and_the_nearest_class_are_announced(bench: PadBench) -> None:
    bench.open(z=[0.5, 0.5])
    bench.page.wait_for_timeout(900)
    spoken = bench.page.get_by_role("status").text_content()
    assert spoken is not None
    assert "z is 0.50, 0.50" in spoken
    assert "circle" in spoken


def test_a_slider_moves_one_coordinate_while_it_is_dragged(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.open(z=[0.1, 0.2, 0.3, 0.4, 0.5])
    slider = bench.page.get_by_role("slider", name="z4")
    before = bench.image()
    slider.evaluate("(range) => { range.value = 2; range.dispatchEvent(new Event('input')); }")
    bench.settle()
    np.testing.assert_allclose(bench.state()["z"], [0.1, 0.2, 0.3, 2, 0.5], atol=1e-6)
    assert (bench.image() != before).any()
    assert bench.released() == []
    slider.press("Shift+ArrowLeft")
    np.testing.assert_allclose(bench.state()["z"][3], 1.99, atol=1e-6)
    assert len(bench.released()) == 1


def test_another_plane_moves_other_coordinates(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.open(z=[0.1, 0.2, 0.3, 0.4, 0.5])
    bench.page.get_by_label("Plane").select_option("2,5")
    bench.page.mouse.click(*bench.place(0.8, 0.3))
    z = bench.state()["z"]
    np.testing.assert_allclose([z[0], z[2], z[3]], [0.1, 0.3, 0.4], atol=1e-6)
    assert z[1] > 1
    assert z[4] > 1


def test_moving_on_the_principal_plane_keeps_what_is_off_it(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.open(z=[0.1, 0.2, 0.3, 0.4, 0.5], plane="pca")
    start = np.array(bench.state()["z"])
    moves = []
    for place in ((0.8, 0.3), (0.2, 0.3), (0.5, 0.9), (0.4, 0.6)):
        bench.page.mouse.click(*bench.place(*place))
        moves.append(np.array(bench.state()["z"]) - start)
    assert np.linalg.matrix_rank(np.array(moves), tol=1e-5) == 2


def test_the_filmstrip_shows_what_a_direction_does(bench: PadBench) -> None:
    bench.open(z=[0.3, -0.7])
    bench.page.wait_for_timeout(500)
    script = """() => { const canvas = document.querySelectorAll(".pad-slider canvas")[1];
        return [...canvas.getContext("2d").getImageData(12 * 6, 0, 12, 12).data]; }"""
    tile = np.asarray(bench.page.evaluate(script), np.uint8).reshape(12, 12, 4)[..., :3]
    assert np.abs(tile - bench.expected([0.3, 8 * 6.5 / 9 - 4])).max() <= 2


def test_a_class_in_the_legend_filters_its_points(bench: PadBench) -> None:
    bench.open(layers=["points"])
    before = bench.picture()
    chip = bench.page.get_by_role("button", name="square")
    chip.click()
    bench.settle()
    assert bench.state()["hidden"] == [1]
    assert chip.get_attribute("aria-pressed") == "false"
    assert bench.picture() != before


def test_a_press_on_a_point_selects_it(bench: PadBench) -> None:
    bench.open()
    bench.page.mouse.click(*bench.place_of(0.5, 0.5))  # where the bench puts its first point
    state = bench.released()[-1]
    assert (state["selection"], state["selected"]) == ([0], 1)


def test_the_decoded_grid_shows_under_the_points(bench: PadBench) -> None:
    bench.open(layers=[])
    empty = bench.picture()
    bench.page.get_by_label("decoded grid").check()
    bench.page.wait_for_timeout(1500)
    assert len(bench.picture()) > 2 * len(empty)


def test_zooming_keeps_the_place_under_the_pointer(bench: PadBench) -> None:
    bench.open()
    place = bench.place(0.7, 0.3)
    bench.page.mouse.click(*place)
    before = bench.state()["z"]
    bench.page.mouse.wheel(0, -400)
    bench.settle()
    bench.page.mouse.click(*place)
    np.testing.assert_allclose(bench.state()["z"], before, atol=1e-6)


def test_play_moves_and_stops_and_tells_the_host_where(bench: PadBench) -> None:
    bench.open(z=[0.0, 0.0])
    play = bench.page.get_by_role("button", name="Play")
    play.click()
    bench.page.wait_for_timeout(400)
    bench.page.get_by_role("button", name="Pause").click()
    first = bench.state()["z"]
    bench.page.wait_for_timeout(200)
    assert bench.state()["z"] == first != [0, 0]
    assert bench.released()[-1]["z"] == first


@pytest.mark.parametrize(
    "junk",
    [
        '{"z": [1]}', '{"z": [NaN, 1]}', '{"z": ["a", "b"]}', '{"z": "x".repeat(1e6)}', '{"plane": "7,8"}',
        '{"plane": "1,1"}', '{"layers": ["constructor"]}', '{"hidden": [{}, -1.5]}', '{"selected": 1e308}', "{}",
        '{"selection": [300]}', '{"selection": [-1]}', '{"selection": ["0"]}', '{"selection": "all", "selected": 7}',
    ],
)  # fmt: skip
def test_a_state_that_does_not_fit_leaves_the_pad_as_it_is(bench: PadBench, junk: str) -> None:
    bench.open(z=[0.25, 0.5])
    bench.page.evaluate(f"pad.setState({junk})")
    bench.settle()
    state = bench.state()
    assert state["z"] == [0.25, 0.5]
    assert state["plane"] == "1,2"
    assert state["hidden"] == []
    assert (state["selection"], state["selected"]) == ([], 0)


def test_a_destroyed_pad_leaves_nothing_behind(bench: PadBench) -> None:
    bench.open()
    bench.page.evaluate("pad.destroy()")
    assert bench.page.locator(".latent-pad").count() == 0
    bench.page.mouse.move(300, 300)
    bench.page.mouse.down()
    bench.page.mouse.up()
    assert bench.released() == []
