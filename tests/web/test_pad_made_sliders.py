"""Sliders along directions that somebody made, above those of the dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.web.pad_bench import PadBench

VECTOR, ORIGIN = [1.0, 2.0, 0.0, -1.0, 0.5], [0.1, 0.2, 0.3, 0.4, 0.5]
WAY = {"name": "smile", "vector": VECTOR, "origin": ORIGIN, "low": -3, "high": 3, "told": "−1 at B, +1 at A"}


def slide(bench: PadBench, name: str, value: float) -> None:
    bench.page.get_by_role("slider", name=name).evaluate(
        "(range, value) => { range.value = value; range.dispatchEvent(new Event('input')); }", value
    )
    bench.settle()


def test_a_made_slider_moves_z_along_its_direction_and_nowhere_else(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    start = [0.5, -0.25, 1.0, 0.0, 2.0]
    bench.open({"made": [WAY]}, z=start)
    v, origin = np.array(VECTOR), np.array(ORIGIN)
    before = bench.image()
    slide(bench, "smile", 1.5)
    z = np.array(bench.state()["z"])
    assert (z - origin) @ v / (v @ v) == pytest.approx(1.5)
    moved = z - start
    np.testing.assert_allclose(moved, moved @ v / (v @ v) * v, atol=1e-9)
    assert np.abs(bench.image() - bench.expected(z.tolist())).max() <= 2
    assert (bench.image() != before).any()
    assert bench.released() == []


def test_arrow_keys_move_it_too(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.open({"made": [WAY]}, z=ORIGIN)
    slider = bench.page.get_by_role("slider", name="smile")
    slider.press("ArrowRight")
    slider.press("Shift+ArrowLeft")
    np.testing.assert_allclose(bench.state()["z"], np.array(ORIGIN) + 0.09 * np.array(VECTOR), atol=1e-6)
    assert len(bench.released()) == 2


def test_its_value_follows_z_however_it_moves(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.open({"made": [WAY]}, z=ORIGIN)
    shown = bench.page.locator(".pad-slider-made .pad-value")
    assert shown.inner_text() == "+0.00"
    bench.page.evaluate("(z) => pad.setState({ z })", [o + v for o, v in zip(ORIGIN, VECTOR, strict=True)])
    bench.settle()
    assert shown.inner_text() == "+1.00"
    assert bench.page.locator(".pad-slider-made").get_attribute("title") == WAY["told"]


def test_others_take_their_place_and_the_dimensions_stay(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.open({"made": [WAY]}, z=ORIGIN)
    bench.page.evaluate("(made) => pad.setMade(made)", [WAY | {"name": "age"}, WAY | {"name": "slant"}])
    bench.settle()
    names = bench.page.locator(".pad-slider label").all_inner_texts()
    assert names[:3] == ["age", "slant", "z1"]
    assert len(names) == 7
    slide(bench, "age", 2)
    bench.page.evaluate("pad.setMade([])")
    assert bench.page.locator(".pad-slider").count() == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"vector": [1, 2]},
        {"vector": [0] * 5},
        {"origin": None},
        {"low": 3},
        {"vector": ["a"] * 5},
        {"high": None},
    ],
)
def test_what_is_no_direction_has_no_slider(bench_in_five: PadBench, wrong: dict[str, Any]) -> None:
    bench_in_five.open({"made": [WAY | wrong]}, z=ORIGIN)
    assert bench_in_five.page.locator(".pad-slider").count() == 5
