"""Paths in a real Chromium page, without Streamlit: what the slider, the player and the strips show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

COUNT, STEPS, SHAPE = 11, 3, (3, 5, 4)

OPEN = """async ({ arrays, about }) => {
    const { createPathView } = await import("/repo/vae_core/web/path_view.js");
    const host = document.createElement("div");
    host.style.cssText = "width: 1000px; background: white";
    document.body.replaceChildren(host);
    window.told = [];
    window.view = createPathView(host, {
        ...about,
        frames: Uint8Array.from(arrays.frames),
        strips: Uint8Array.from(arrays.strips),
        places: Float32Array.from(arrays.places),
    }, (t) => window.told.push(t));
}"""
PIXELS = """(name) => {
    const canvas = document.querySelector(name);
    return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
}"""
BLANK = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 102'/>"


class Bench:
    """Opens two paths of random images."""

    def __init__(self, page: Page) -> None:
        self.page = page
        rng = np.random.default_rng(0)
        self.frames = rng.integers(0, 256, (2, COUNT, *SHAPE), np.uint8)
        self.strips = self.frames[:, [0, 5, 10]]
        self.places = rng.uniform(10, 90, (2, COUNT, 2)).astype(np.float32)

    def open(self, **changes: Any) -> None:
        arrays = {
            "frames": self.frames.ravel().tolist(),
            "strips": self.strips.ravel().tolist(),
            "places": self.places.ravel().tolist(),
        }
        way = {"dash": "none", "told": ["Length 3.0"], "note": "", "apart": [1.0, 2.0]}
        about = {
            "ways": [
                {**way, "name": "Straight", "classes": ["0", "1", "2"]},
                {**way, "name": "Geodesic", "classes": None, "note": "Not finished."},
            ],
            "count": COUNT,
            "shape": SHAPE,
            "stops": [{"letter": "A", "t": 0}, {"letter": "B", "t": 1}],
            "map": {
                "picture": BLANK, "width": 100, "height": 102, "label": "Map", "reading": "How to read it.",
                "scale": {"low": "1", "high": "100", "hue": "#4f74d6", "name": "distance²"},
            },
            "reading": "Bars are distances.",
            "t": 0.5,
        } | changes  # fmt: skip
        self.page.evaluate(OPEN, {"arrays": arrays, "about": about})

    def shown(self, way: int) -> np.ndarray:
        data = np.array(self.page.evaluate(PIXELS, f".path-images figure:nth-child({way + 1}) canvas"))
        return data.reshape(SHAPE[1], SHAPE[2], 4)[..., :3].transpose(2, 0, 1)

    def mark(self, way: int) -> list[float]:
        circle = self.page.locator(".path-map circle").nth(way)
        return [float(circle.get_attribute(name) or "nan") for name in ("cx", "cy")]


@pytest.fixture
def paths(web_page: Page) -> Iterator[Bench]:
    yield Bench(web_page)
    web_page.evaluate("window.view?.destroy()")


def test_it_opens_where_it_is_told_with_the_images_and_marks_of_that_place(paths: Bench) -> None:
    paths.open()
    for way in (0, 1):
        np.testing.assert_array_equal(paths.shown(way), paths.frames[way, 5])
        np.testing.assert_allclose(paths.mark(way), paths.places[way, 5], rtol=1e-5)
    assert paths.page.evaluate("window.told") == []


def test_keys_move_everything_and_the_place_is_told(paths: Bench) -> None:
    paths.open()
    paths.page.get_by_role("slider", name="t, from A (0) to B (1)").focus()
    paths.page.keyboard.press("End")
    for way in (0, 1):
        np.testing.assert_array_equal(paths.shown(way), paths.frames[way, 10])
        np.testing.assert_allclose(paths.mark(way), paths.places[way, 10], rtol=1e-5)
    assert paths.page.evaluate("window.told") == [1]


def test_a_click_on_a_strip_goes_there_and_marks_it(paths: Bench) -> None:
    paths.open()
    cell = paths.page.get_by_role("button", name="Straight, t = 0.00, class 0")
    expect(cell).to_have_attribute("aria-current", "false")
    cell.click()
    expect(cell).to_have_attribute("aria-current", "true")
    np.testing.assert_array_equal(paths.shown(1), paths.frames[1, 0])
    assert paths.page.evaluate("window.told") == [0]


def test_play_moves_there_and_back_until_it_is_paused(paths: Bench) -> None:
    paths.open(t=0.9)
    paths.page.get_by_role("button", name="Play there and back").click()
    seen = []
    for _ in range(12):
        paths.page.wait_for_timeout(100)
        seen.append(paths.page.evaluate("window.view.t()"))
    assert max(seen) == 1
    assert seen[-1] < 1
    paths.page.get_by_role("button", name="Pause").click()
    rested = paths.page.evaluate("window.view.t()")
    paths.page.wait_for_timeout(200)
    assert paths.page.evaluate("window.view.t()") == rested
    assert paths.page.evaluate("window.told") == [rested]


def test_a_strip_says_its_numbers_its_classes_and_what_is_to_be_noted(paths: Bench) -> None:
    paths.open()
    straight, shortest = (
        paths.page.get_by_role("region", name=f"{name}, 3 images") for name in ("Straight", "Geodesic")
    )
    expect(straight.locator(".path-class")).to_have_text(["0", "1", "2"])
    expect(shortest.locator(".path-class")).to_have_count(0)
    expect(shortest.locator(".path-told")).to_have_text(["Length 3.0", "Not finished."])
    expect(straight.locator(".path-apart")).to_have_text(["1.0", "2.0"])
    heights = [bar.bounding_box() for bar in straight.locator(".path-apart i").all()]
    assert heights[0] is not None
    assert heights[1] is not None
    assert heights[1]["height"] == pytest.approx(2 * heights[0]["height"], abs=0.2)


def test_words_from_a_data_set_stay_words(paths: Bench) -> None:
    way = {"name": "<b>x</b>", "dash": "none", "told": ["<i>"], "note": "", "apart": [1.0, 1.0]}
    paths.open(ways=[{**way, "classes": ["<img src=x>"] * 3}] * 2)
    assert paths.page.locator(".path-view b, .path-strip img, .path-told i").count() == 0
    expect(paths.page.locator(".path-class").first).to_have_text("<img src=x>")


def test_grey_images_are_grey(paths: Bench) -> None:
    paths.frames = paths.frames[:, :, :1]
    paths.strips = paths.strips[:, :, :1]
    paths.open(shape=(1, *SHAPE[1:]))
    np.testing.assert_array_equal(paths.shown(0), np.repeat(paths.frames[0, 5], 3, axis=0))


def test_it_leaves_nothing_behind(paths: Bench) -> None:
    paths.open()
    paths.page.evaluate("window.view.destroy()")
    assert paths.page.locator(".path-view").count() == 0
