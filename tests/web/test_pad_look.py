"""Pads that go together: the cursor in each model's own units, the view, the point under the pointer, the filter."""

from __future__ import annotations

import numpy as np

from tests.web.pad_bench import PadBench

WATCH = "window.looks = []; padOptions.onLook = (look) => looks.push(look); 0"
FACTOR = [2.0, 0.0, 1.0, 0.5]  # z = mean + F u


def test_a_move_is_told_before_its_frame_and_once(bench: PadBench) -> None:
    bench.open(z=[0.0, 0.0])
    bench.page.evaluate(WATCH)
    bench.page.mouse.click(*bench.place(0.6, 0.4))
    bench.settle()
    looks = bench.page.evaluate("looks")
    assert looks
    told = next(look["u"] for look in reversed(looks) if "u" in look)
    np.testing.assert_allclose(told, bench.state()["z"])
    count = len(looks)
    bench.settle(300)
    assert bench.page.evaluate("looks.length") == count


def test_the_cursor_follows_in_the_models_own_units(bench: PadBench) -> None:
    bench.open({"draw": {"mean": [1.0, -1.0], "factor": FACTOR}}, z=[1.0, -1.0])
    bench.page.evaluate(WATCH)
    bench.page.evaluate("pad.follow({ u: [0.5, -1], hovered: -1, view: [0, 0, 1], hidden: [] })")
    bench.settle()
    np.testing.assert_allclose(bench.state()["z"], [1 + 2 * 0.5, -1 + 0.5 - 0.5], atol=1e-9)
    assert bench.page.evaluate("looks") == []
    bench.page.keyboard.press("Tab")
    bench.page.get_by_role("application").focus()
    bench.page.keyboard.press("ArrowRight")
    bench.settle()
    u = bench.page.evaluate("looks.findLast((look) => look.u).u")
    z = np.array(bench.state()["z"]) - [1, -1]
    np.testing.assert_allclose(np.reshape(FACTOR, (2, 2)) @ u, z, atol=1e-9)


def test_the_view_is_told_as_a_share_of_what_shows_all(bench: PadBench) -> None:
    bench.open()
    bench.page.evaluate(WATCH)
    before = bench.picture()
    bench.page.evaluate("pad.follow({ u: [0, 0], hovered: -1, view: [0.1, 0, 0.5], hidden: [] })")
    bench.settle()
    assert bench.picture() != before
    bench.page.get_by_role("button", name="Zoom in").click()
    bench.settle()
    x, y, span = bench.page.evaluate("looks.findLast((look) => look.view).view")
    assert abs(x - 0.1) < 1e-9
    assert abs(y) < 1e-9
    assert 0.3 < span < 0.5


def test_a_filter_and_a_point_are_followed_as_far_as_they_exist(bench: PadBench) -> None:
    bench.open(z=[0.25, 0.5])
    before = bench.picture()
    bench.page.evaluate("pad.follow({ u: [1, 2, 3], hovered: 5, view: [0, 0, 1], hidden: [1, 99] })")
    bench.settle()
    assert bench.state()["hidden"] == [1]
    assert bench.state()["z"] == [0.25, 0.5]
    assert bench.picture() != before
    bench.page.evaluate("pad.follow({ u: [0, 0], hovered: 1e9, view: [0, 0, 1], hidden: [] })")
    bench.settle()
    assert bench.state()["hidden"] == []


def test_only_what_changed_is_told_so_that_two_pads_may_change_at_once(bench: PadBench) -> None:
    bench.open(z=[0.0, 0.0])
    bench.page.evaluate(WATCH)
    bench.page.mouse.click(*bench.place(0.6, 0.4))
    bench.settle()
    bench.page.evaluate("pad.follow({ hidden: [2] })")
    bench.page.get_by_role("application").focus()
    bench.page.keyboard.press("ArrowRight")
    bench.settle()
    assert set(bench.page.evaluate("looks.at(-1)")) == {"u"}
    assert bench.state()["hidden"] == [2]


def test_where_a_pad_begins_is_not_told(bench: PadBench) -> None:
    bench.page.evaluate("window.looks = []; 0")
    bench.open(z=[0.5, 0.5])
    bench.page.evaluate(WATCH)
    bench.page.evaluate("pad.setState({ layers: ['points'] })")
    bench.settle()
    assert bench.page.evaluate("looks") == []
