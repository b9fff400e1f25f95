"""The latent pad under fingers and a pen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.web.pad_bench import PadBench

Touch = Callable[..., None]


@pytest.fixture
def touch(bench: PadBench) -> Touch:
    """``touch("touchMove", (x, y), ...)`` with all fingers that are down."""
    session = bench.page.context.new_cdp_session(bench.page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    return send


def test_one_finger_moves_the_cursor_and_lets_go_once(bench: PadBench, touch: Touch) -> None:
    bench.open(z=[0.0, 0.0])
    touch("touchStart", bench.place_of(-1, -1))
    for step in range(1, 6):
        touch("touchMove", bench.place_of(-1 + 0.4 * step, -1 + 0.3 * step))
    assert bench.released() == []
    touch("touchEnd")
    assert len(bench.released()) == 1
    np.testing.assert_allclose(bench.released()[0]["z"], [1, 0.5], atol=0.02)


def test_two_fingers_move_and_zoom_the_map_and_leave_the_cursor(bench: PadBench, touch: Touch) -> None:
    bench.open(z=[0.0, 0.0])
    x, y = bench.place(0.5, 0.5)
    touch("touchStart", (x - 40, y))
    touch("touchStart", (x - 40, y), (x + 40, y))
    for step in range(1, 9):
        touch("touchMove", (x - 40 - 5 * step, y + 5 * step), (x + 40 + 5 * step, y + 5 * step))
    touch("touchEnd")
    assert bench.state()["z"] == [0, 0]
    # What lay between the fingers is still there, 40 pixels lower and twice as large.
    box = bench.map_box()
    unit = bench.place_of(1, 0)[0] - bench.place_of(0, 0)[0]
    bench.page.mouse.click(box["x"] + box["width"] / 2 + 2 * unit, box["y"] + box["height"] / 2 + 40)
    np.testing.assert_allclose(bench.state()["z"], [1, 0], atol=0.03)


def test_a_finger_draws_a_lasso(bench: PadBench, touch: Touch) -> None:
    bench.open(z=[0.0, 0.0])
    bench.page.get_by_role("application").press("l")
    corners = [bench.place_of(*corner) for corner in ((0, 0), (1, 0), (1, 1), (0, 1))]
    touch("touchStart", corners[0])
    for corner in corners[1:]:
        touch("touchMove", corner)
    touch("touchEnd")
    wanted = np.flatnonzero(((bench.mu > 0) & (bench.mu < 1)).all(axis=1))
    assert bench.released()[-1]["selection"] == wanted.tolist()


def test_a_pen_moves_the_cursor(bench: PadBench) -> None:
    bench.open(z=[0.0, 0.0])
    session = bench.page.context.new_cdp_session(bench.page)
    for kind, place in (("mousePressed", (1, 1)), ("mouseMoved", (2, 1)), ("mouseReleased", (2, 1))):
        x, y = bench.place_of(*place)
        pen = {"x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
        session.send("Input.dispatchMouseEvent", {"type": kind, **pen})
    np.testing.assert_allclose(bench.released()[-1]["z"], [2, 1], atol=0.02)


def test_a_page_can_be_scrolled_by_a_finger_beside_the_map_only(bench: PadBench) -> None:
    bench.open()
    script = "(selector) => getComputedStyle(host.querySelector(selector)).touchAction"
    assert bench.page.evaluate(script, ".pad-map canvas:last-of-type") == "none"
    assert bench.page.evaluate(script, ".pad-image") == "auto"
