"""A run watched live: points that move, a pause that holds, a step that is one step."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]


@pytest.fixture
def running(page: Page, train_endlessly: Callable[..., None]) -> Page:
    """A page on which digits train for as long as a test needs."""
    train_endlessly(page)
    expect(page.locator(".pad-image")).to_be_visible()
    return page


def fingerprint(page: Page, selector: str) -> str:
    """Return what a canvas of the pad shows."""
    return str(page.locator(selector).first.evaluate("canvas => canvas.toDataURL()"))


def steps(page: Page) -> int:
    line = page.locator(".run-line")
    expect(line).to_contain_text(re.compile(r"step \d"))
    return int(re.search(r"step ([\d,]+)", line.inner_text())[1].replace(",", ""))  # type: ignore[index]


def test_points_and_image_change_while_it_trains_and_rest_while_it_is_paused(
    running: Page, screenshot: Screenshot
) -> None:
    maps, images = set(), set()
    for _ in range(30):
        maps.add(fingerprint(running, ".pad-map canvas"))
        images.add(fingerprint(running, ".pad-image"))
        running.wait_for_timeout(250)
        if len(maps) > 6 and len(images) > 6:
            break
    assert len(maps) > 5
    assert len(images) > 5
    screenshot(running, "train-running")
    running.get_by_role("button", name="Pause").click()
    expect(running.get_by_role("button", name="Resume")).to_be_visible()
    running.wait_for_timeout(1500)
    held = steps(running), fingerprint(running, ".pad-map canvas"), fingerprint(running, ".pad-image")
    running.wait_for_timeout(1500)
    assert held == (
        steps(running), fingerprint(running, ".pad-map canvas"), fingerprint(running, ".pad-image")
    )  # fmt: skip
    running.get_by_role("button", name="One step").click()
    expect(running.locator(".run-line")).to_contain_text(f"step {held[0] + 1:,}")
    running.get_by_role("button", name="Resume").click()
    expect(running.get_by_role("button", name="Pause")).to_be_visible()
    running.get_by_role("button", name="Stop").click()
    expect(running.get_by_role("textbox", name="Keep it under a name")).to_be_visible()


def test_streamlit_rests_while_the_run_goes_on(running: Page, settle: Settle) -> None:
    settle(running)
    running.evaluate("""() => {
        window.states = [];
        const app = document.querySelector("[data-testid=stApp]");
        new MutationObserver(() => window.states.push(app.dataset.testScriptState))
            .observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
    }""")
    seen = set()
    while len(seen) < 5:
        seen.add((steps(running), fingerprint(running, ".pad-map canvas")))
        running.wait_for_timeout(100)
    # One may be on its way, or be owed to a warning; five updates by reruns would be five.
    assert running.evaluate("window.states").count("running") <= 1
    running.get_by_role("button", name="Stop").click()
    expect(running.get_by_role("button", name="New run")).to_be_visible()


def test_the_viewers_place_and_view_outlast_the_updates(running: Page) -> None:
    box = running.locator(".pad-map").bounding_box()
    assert box is not None
    running.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"])
    told = running.locator(".pad-readout b")
    expect(told).not_to_have_text("z = (+0.00, +0.00)")
    place = told.inner_text()
    before = fingerprint(running, ".pad-image")
    running.wait_for_timeout(3000)
    assert told.inner_text() == place
    assert fingerprint(running, ".pad-image") != before
    running.get_by_role("button", name="Stop").click()
    expect(running.get_by_role("button", name="New run")).to_be_visible()


def test_beta_changed_on_the_way_shows_on_the_curves(running: Page) -> None:
    running.get_by_role("button", name="Change β or rate").click()
    slider = running.get_by_role("slider", name=re.compile("β, from the next step"))
    slider.focus()
    for _ in range(20):
        running.keyboard.press("ArrowRight")
    running.keyboard.press("Escape")
    expect(running.locator(".st-key-curves").get_by_text(re.compile("β = 3")).first).to_be_visible()
    running.get_by_role("button", name="Stop").click()
    expect(running.get_by_role("button", name="New run")).to_be_visible()
    running.get_by_role("button", name="New run").click()
    expect(running.get_by_role("button", name="Start")).to_be_visible()


def test_a_finished_run_is_scrubbed_back_to_its_first_map(running: Page, screenshot: Screenshot) -> None:
    running.wait_for_timeout(2000)
    running.get_by_role("button", name="Stop").click()
    slider = running.get_by_role("slider", name=re.compile("Moment of the training"))
    slider.focus()
    last, told_last = views(running), running.locator(".replay-told").inner_text()
    for key, told in (("Home", "Step 0 of"), ("End", told_last)):
        running.keyboard.press(key)
        expect(running.locator(".replay-told")).to_contain_text(told)
        running.wait_for_timeout(500)
        assert (views(running) == last) == (key == "End")
        screenshot(running, f"replay-{key.lower()}")


def views(page: Page) -> tuple[str, ...]:
    """Return what the replay's map, grid and reconstructions show."""
    return tuple(
        fingerprint(page, name) for name in (".replay-map", ".replay-tiles", ".replay-copies .replay-tiles")
    )


def test_two_people_see_their_own_runs(running: Page, somebody_else: Page, settle: Settle) -> None:
    other = somebody_else
    other.goto("/")
    settle(other)
    other.get_by_test_id("stSidebarNav").get_by_role("link", name="Train").click()
    expect(other.get_by_role("button", name="Start")).to_be_visible()
    assert np.all([other.get_by_role("button", name=name).count() == 0 for name in ("Pause", "Stop")])
    running.get_by_role("button", name="Stop").click()
    expect(running.get_by_role("button", name="New run")).to_be_visible()
