"""A replay in a real Chromium page, without Streamlit: what its slider shows."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

STEPS = [0, 1, 10, 100]
COUNT, SIDE, COPIES, TILE, LEVELS = 40, 3, 2, (3, 5, 4), 63

OPEN = """async ({ arrays, about }) => {
    const { createReplay } = await import("/repo/vae_core/web/replay.js");
    const host = document.createElement("div");
    host.style.cssText = "width: 1000px; background: white";
    document.body.replaceChildren(host);
    const given = {
        points: Float32Array.from(arrays.points),
        labels: arrays.labels && Int32Array.from(arrays.labels),
        tiles: Uint8Array.from(arrays.tiles),
        originals: arrays.originals && Uint8Array.from(arrays.originals),
    };
    window.replay = createReplay(host, { ...about, ...given });
}"""
PIXELS = """(name) => {
    const canvas = document.querySelector(name);
    const { width, height } = canvas;
    return { width, height, data: [...canvas.getContext("2d").getImageData(0, 0, width, height).data] };
}"""


class Bench:
    """Opens a replay whose grid is as bright as the moment is late."""

    def __init__(self, page: Page) -> None:
        self.page = page
        rng = np.random.default_rng(0)
        self.tiles = rng.integers(0, LEVELS + 1, (len(STEPS), SIDE**2 + COPIES, *TILE), np.uint8)
        self.originals = rng.integers(0, LEVELS + 1, (COPIES, *TILE), np.uint8)
        self.points = rng.standard_normal((len(STEPS), COUNT, 2)) * np.arange(1, 5)[:, None, None] / 2

    def open(self, **changes: Any) -> None:
        packed = [zlib.compress(moment.tobytes()) for moment in self.tiles]
        arrays = {
            "points": self.points.ravel().tolist(),
            "labels": (np.arange(COUNT) % 3).tolist(),
            "tiles": list(b"".join(packed)),
            "originals": self.originals.ravel().tolist(),
        }
        about = {
            "classNames": ["circle", "square", "star"],
            "colours": ["#ff0000", "#00ff00", "#0000ff"],
            "axes": ["z1", "z2"],
            "centre": [0, 0],
            "hasPrior": True,
            "steps": STEPS,
            "told": ["before the first step", "one", "ten", "a hundred"],
            "ends": np.cumsum([len(part) for part in packed]).tolist(),
            "tile": TILE,
            "levels": LEVELS,
            "side": SIDE,
            "copies": COPIES,
            "gridTitle": "Decoded",
            "label": "Moment of the training",
        }
        arrays |= {name: value for name, value in changes.items() if name in arrays}
        about |= {name: value for name, value in changes.items() if name in about}
        self.page.evaluate(OPEN, {"arrays": arrays, "about": about})
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_timeout(150)

    def show(self, k: int) -> None:
        self.page.evaluate("(k) => window.replay.show(k)", k)
        self.settle()

    def picture(self, name: str) -> NDArray[np.uint8]:
        found = self.page.evaluate(PIXELS, name)
        return np.array(found["data"], np.uint8).reshape(found["height"], found["width"], 4)

    def told(self) -> str:
        return self.page.locator(".replay-told").inner_text()


@pytest.fixture
def bench(web_page: Page) -> Iterator[Bench]:
    """A bench on an empty page."""
    yield Bench(web_page)
    web_page.evaluate("window.replay?.destroy()")


def cut(picture: NDArray[np.uint8], row: int, column: int) -> NDArray[np.uint8]:
    """Return a tile [3, h, w] of a picture whose cells are a pixel apart."""
    _, height, width = TILE
    top, left = row * (height + 1), column * (width + 1)
    return picture[top : top + height, left : left + width, :3].transpose(2, 0, 1)


def test_it_opens_at_the_last_moment(bench: Bench) -> None:
    bench.open()
    assert bench.told() == "Step 100 of 100 a hundred"
    assert bench.page.evaluate("window.replay.moment()") == len(STEPS) - 1


@pytest.mark.parametrize("k", range(len(STEPS)))
def test_every_tile_is_in_its_place_at_every_moment(bench: Bench, k: int) -> None:
    bench.open()
    bench.show(k)
    grid, strip = bench.picture(".replay-tiles"), bench.picture(".replay-copies .replay-tiles")
    expected = as_bytes(bench.tiles[k])
    for n in range(SIDE**2):
        np.testing.assert_allclose(cut(grid, n // SIDE, n % SIDE), expected[n], atol=1)
    for n in range(COPIES):
        np.testing.assert_allclose(cut(strip, n, 0), as_bytes(bench.originals)[n], atol=1)
        np.testing.assert_allclose(cut(strip, n, 1), expected[SIDE**2 + n], atol=1)


def as_bytes(levels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return levels as bytes."""
    return levels / LEVELS * 255


def test_without_the_originals_only_the_copies_are_shown(bench: Bench) -> None:
    bench.open(originals=None)
    strip = bench.picture(".replay-copies .replay-tiles")
    assert strip.shape[1] == TILE[2]
    np.testing.assert_allclose(cut(strip, 1, 0), as_bytes(bench.tiles[-1])[-1], atol=1)


def test_the_points_move_with_the_slider(bench: Bench) -> None:
    bench.open()
    pictures = []
    for k in range(len(STEPS)):
        bench.show(k)
        pictures.append(bench.picture(".replay-map").tobytes())
    assert len(set(pictures)) == len(STEPS)


def test_arrow_home_and_end_keys_move_through_the_moments(bench: Bench) -> None:
    bench.open()
    bench.page.get_by_role("slider").focus()
    for key, told in (
        ("ArrowLeft", "Step 10 of"),
        ("Home", "Step 0 of"),
        ("ArrowRight", "Step 1 of"),
        ("End", "Step 100 of"),
    ):
        bench.page.keyboard.press(key)
        bench.settle()
        assert bench.told().startswith(told)
    slider = bench.page.get_by_role("slider")
    assert slider.get_attribute("aria-valuetext") == "Step 100 of 100 a hundred"


def test_play_runs_from_the_first_step_to_the_last_and_stops(bench: Bench) -> None:
    bench.open()
    bench.page.get_by_role("button", name="Play").click()
    expect(bench.page.get_by_role("button", name="Pause")).to_be_visible()
    seen = set()
    for _ in range(40):
        seen.add(bench.told())
        bench.page.wait_for_timeout(30)
    assert len(seen) == len(STEPS)
    expect(bench.page.get_by_role("button", name="Play")).to_be_visible()
    assert bench.told().startswith("Step 100")


def test_scrubbing_stops_the_player(bench: Bench) -> None:
    bench.open()
    bench.page.get_by_role("button", name="Play").click()
    bench.page.get_by_role("slider").focus()
    bench.page.keyboard.press("Home")
    bench.page.wait_for_timeout(500)
    assert bench.told().startswith("Step 0")


def test_without_classes_and_prior_it_still_shows_the_points(bench: Bench) -> None:
    bench.open(labels=None, classNames=[], hasPrior=False)
    picture = bench.picture(".replay-map")
    assert ((picture[..., 0] > 200) & (picture[..., 1] < 60)).sum() > 100


def test_words_from_a_data_set_stay_words(bench: Bench) -> None:
    bench.open(told=["<img src=x onerror=alert(1)>"] * len(STEPS), classNames=["<b>bold</b>"] * 3)
    assert "<img" in bench.told()
    assert bench.page.locator(".latent-pad img").count() == 0


def test_it_leaves_nothing_behind(bench: Bench) -> None:
    bench.open()
    bench.page.evaluate("window.replay.destroy()")
    assert bench.page.locator(".latent-pad").count() == 0


def test_without_an_encoder_there_is_the_decoded_grid_alone(bench: Bench) -> None:
    bench.tiles = bench.tiles[:, : SIDE**2]
    bench.open(points=[], labels=None, originals=None, copies=0)
    page = bench.page
    expect(page.locator("figure:visible figcaption")).to_have_text(["Decoded"])
    grid = page.evaluate(PIXELS, ".replay-views figure:not([hidden]) canvas")
    assert (grid["width"], grid["height"]) == (SIDE * (TILE[2] + 1) - 1, SIDE * (TILE[1] + 1) - 1)
    before = grid["data"]
    bench.show(0)
    bench.settle()
    assert page.evaluate(PIXELS, ".replay-views figure:not([hidden]) canvas")["data"] != before
