"""Selecting points on the latent pad: by a press, a key, a box and a lasso."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.web.pad_bench import PadBench

LASSO = [(-1.5, -1.0), (0.5, -1.6), (1.4, 0.3), (0.2, 0.1), (-0.4, 1.5)]


def inside(points: NDArray[np.float32], corners: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """Tell which points a polygon winds around, from the angles at which its corners are seen."""
    seen = np.asarray(corners)[None] - points[:, None, :2]
    angles = np.arctan2(seen[..., 1], seen[..., 0])
    turns = np.diff(np.concatenate([angles, angles[:, :1]], axis=1), axis=1)
    return np.abs(((turns + np.pi) % (2 * np.pi) - np.pi).sum(axis=1)) > np.pi


def test_a_lasso_selects_exactly_the_points_inside(bench: PadBench) -> None:
    bench.open()
    bench.page.get_by_role("button", name="Select with a lasso").click()
    before = bench.state()["z"]
    bench.drag(*[bench.place_of(*corner) for corner in LASSO])
    state = bench.released()[-1]
    assert state["selection"] == np.flatnonzero(inside(bench.mu, LASSO)).tolist()
    assert state["selected"] == len(state["selection"]) > 20
    assert bench.page.get_by_text(f"{state['selected']} selected.").first.is_visible()
    assert state["z"] == before


def test_a_lasso_tells_few_short_corners_that_hold_what_it_selected(bench: PadBench) -> None:
    bench.open(hidden=[1])
    bench.page.get_by_role("application").press("l")
    turn = np.linspace(0, 2 * np.pi, 90)
    wavy = np.stack([np.cos(turn), np.sin(turn)]) * (1.5 + 0.2 * np.sin(7 * turn))
    bench.drag(*[bench.place_of(*corner) for corner in wavy.T])
    state = bench.released()[-1]
    told = state["lasso"]
    assert (told["plane"], told["hidden"]) == ("1,2", [1])
    assert 10 < len(told["corners"]) <= 24
    assert all(len(str(value)) <= 6 for corner in told["corners"] for value in corner)
    wanted = inside(bench.mu, told["corners"]) & (bench.labels != 1)
    assert state["selection"] == np.flatnonzero(wanted).tolist()
    assert wanted.sum() > 20


@pytest.mark.parametrize("scale", [1e-6, 0.02, 1.0, 5e4])
def test_corners_are_as_fine_as_the_lasso_is_large(bench: PadBench, scale: float) -> None:
    turn = np.linspace(0, 6, 400)
    outline = (scale * np.stack([3 + np.cos(turn), np.sin(turn)], axis=1)).tolist()
    script = """async ([outline, far]) =>
        (await import("/repo/vae_core/web/pad_lasso.js")).cornersOf(outline, far)"""
    corners = np.asarray(bench.page.evaluate(script, [outline, 0.001 * scale]))
    assert 10 < len(corners) <= 24
    away = np.abs(np.hypot(corners[:, 0] / scale - 3, corners[:, 1] / scale) - 1)
    assert away.max() < 0.01


def test_a_lasso_comes_back_with_what_it_selected_and_goes_with_another_selection(bench: PadBench) -> None:
    bench.open()
    assert bench.state()["lasso"] is None
    bench.page.get_by_role("application").press("l")
    bench.drag(*[bench.place_of(*corner) for corner in LASSO])
    told = bench.state()
    bench.page.evaluate("pad.setState({ selection: [1, 2], selected: 2 })")
    assert bench.state()["lasso"] is None
    bench.page.evaluate("(state) => pad.setState(state)", told)
    assert bench.state()["lasso"] == told["lasso"]
    bench.page.get_by_role("application").press("Enter")
    assert bench.state()["lasso"] is None


def test_a_box_selects_exactly_the_points_inside(bench: PadBench) -> None:
    bench.open()
    bench.page.get_by_role("button", name="Select with a box").click()
    bench.drag(bench.place_of(1.2, -0.9), bench.place_of(-0.6, 0.7))
    x, y = bench.mu.T
    wanted = np.flatnonzero((x > -0.6) & (x < 1.2) & (y > -0.9) & (y < 0.7))
    assert bench.released()[-1]["selection"] == wanted.tolist()


def test_a_class_that_is_filtered_out_is_not_selected(bench: PadBench) -> None:
    bench.open(hidden=[0, 2])
    bench.page.get_by_role("application").press("l")
    bench.drag(*[bench.place_of(*corner) for corner in LASSO])
    assert {bench.labels[row] for row in bench.released()[-1]["selection"]} == {1}


@pytest.mark.parametrize(("key", "name"), [("m", "Move"), ("b", "box"), ("l", "lasso")])
def test_a_key_chooses_the_tool_and_the_button_says_so(bench: PadBench, key: str, name: str) -> None:
    bench.open()
    bench.page.get_by_role("application").press(key)
    tools = bench.page.get_by_role("group", name="What a drag on the map does")
    assert tools.get_by_role("button", pressed=True).count() == 1
    assert tools.get_by_role("button", name=name).get_attribute("aria-pressed") == "true"


def test_the_outline_shows_while_it_is_drawn_and_then_is_gone(bench: PadBench) -> None:
    bench.open(layers=[])
    bench.page.get_by_role("application").press("b")
    mouse = bench.page.mouse
    mouse.move(*bench.place(0.3, 0.3))
    mouse.down()
    bench.settle()
    empty = bench.picture()
    mouse.move(*bench.place(0.6, 0.6))
    bench.settle()
    assert bench.picture() != empty
    mouse.move(*bench.place(0.3, 0.3))
    mouse.up()
    bench.settle()
    assert bench.picture() == empty


def test_points_that_are_not_selected_step_back(bench: PadBench) -> None:
    bench.open(layers=["points"])
    plain = bench.picture()
    bench.page.evaluate("pad.setState({ selection: [1, 2, 3] })")
    bench.settle()
    assert bench.picture() != plain
    bench.page.evaluate("pad.setState({ selection: [] })")
    bench.settle()
    assert bench.picture() == plain


def test_escape_and_a_press_on_empty_map_clear_the_selection(bench: PadBench) -> None:
    bench.open(selection=[1, 2, 3])
    bench.page.get_by_role("application").press("Escape")
    assert (bench.released()[-1]["selection"], bench.released()[-1]["selected"]) == ([], 0)
    bench.page.evaluate("pad.setState({ selection: [1, 2, 3] })")
    bench.page.mouse.click(*bench.place(0.02, 0.9))
    assert bench.released()[-1]["selection"] == []


def test_enter_selects_the_point_nearest_to_the_cursor(bench: PadBench) -> None:
    bench.open(z=[-0.8, 1.1])
    bench.page.get_by_role("application").press("Enter")
    nearest = int(np.square(bench.mu - [-0.8, 1.1]).sum(axis=1).argmin())
    state = bench.released()[-1]
    assert state["selection"] == [nearest]
    assert state["z"] == [-0.8, 1.1]


def test_a_selection_of_many_is_told_by_two_thousand_evenly_spread(
    web_page, tmp_path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bench = PadBench(web_page, tmp_path, tmp_path_factory.getbasetemp(), 2, count=10_000)
    bench.open()
    bench.page.get_by_role("application").press("b")
    bench.drag(bench.place(0, 0.02), bench.place(0.999, 0.999))
    state = bench.released()[-1]
    rows = np.array(state["selection"])
    assert state["selected"] > 9_000
    assert len(rows) == len(set(rows)) == 2000
    assert np.diff(rows).max() < 12
    # A host that hands the same state back does not narrow it.
    bench.page.evaluate("pad.setState(pad.getState())")
    assert bench.state()["selected"] == state["selected"]


def test_a_second_finger_takes_back_what_the_first_one_pressed(bench: PadBench) -> None:
    bench.open(z=[-1.0, 1.0], selection=[4])
    x, y = bench.place_of(0.5, 0.5)
    cdp = bench.page.context.new_cdp_session(bench.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": px, "y": py, "id": n} for n, (px, py) in enumerate(points)]
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", (x, y))
    assert bench.state()["selection"] == [0]
    touch("touchStart", (x, y), (x + 100, y))
    assert bench.state()["selection"] == [4]
    np.testing.assert_allclose(bench.state()["z"], [-1, 1])
    touch("touchEnd")
