"""A direction from two lassoed groups to a slider of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_pad import WATCH, Wire, opened, pixels, point

Settle = Callable[[Page], None]


def lasso(page: Page, surface: Locator, left: float, top: float, side: float) -> None:
    surface.focus()
    page.keyboard.press("l")
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0.1)]
    page.mouse.move(*point(surface, left, top))
    page.mouse.down()
    for x, y in corners[1:]:
        page.mouse.move(*point(surface, left + side * x, top + side * y), steps=4)
    page.mouse.up()
    expect(page.get_by_text(re.compile("images selected"))).to_be_visible()


def test_two_lassoed_groups_become_a_slider_that_changes_the_image(
    page: Page, settle: Settle, screenshot: Callable[..., Path]
) -> None:
    wire = Wire(page)
    surface = opened(page, settle, "/?model=digits-vae-2d")
    lasso(page, surface, 0.3, 0.1, 0.25)
    page.get_by_role("button", name="Use as group A").click()
    expect(page.get_by_text(re.compile(r"A: \d+ images"))).to_be_visible()
    lasso(page, surface, 0.35, 0.6, 0.25)
    page.get_by_role("button", name="Use as group B").click()
    page.get_by_role("button", name="See the direction").click()
    expect(page.get_by_role("heading", name="Directions", exact=True)).to_be_visible()
    settle(page)
    expect(page.get_by_text(re.compile("±"))).to_be_visible()
    made = page.get_by_role("slider", name=re.compile("selected → "))
    expect(made).to_be_visible()
    settle(page)
    screenshot(page, "directions")
    page.get_by_label("Name", exact=True).fill("my slider")
    page.get_by_label("Name", exact=True).press("Enter")
    settle(page)
    page.get_by_role("button", name="Make me a slider").click()
    expect(page.get_by_role("heading", name="Generate", exact=True)).to_be_visible()
    settle(page)
    mine = page.get_by_role("slider", name="my slider")
    expect(mine).to_be_visible()
    expect(page.get_by_role("button", name="my slider")).to_be_visible()
    page.locator(".pad-image").evaluate(WATCH)
    before, asked = pixels(page), len(wire.reruns)
    page.mouse.move(*point(mine, 0.5, 0.5))
    page.mouse.down()
    for step in range(30):
        page.mouse.move(*point(mine, 0.5 + 0.01 * step, 0.5))
    assert len(wire.reruns) == asked, "the server was asked before the viewer let go"
    page.mouse.up()
    assert page.evaluate("window.imagesSeen") > 8
    assert (pixels(page) != before).any()
    settle(page)
    screenshot(page, "generate-made-slider")
    again_in_another_browser(page, settle)


def again_in_another_browser(page: Page, settle: Settle) -> None:
    """Open the page's address where nothing is known of it: the slider is there, at the same value."""
    assert page.context.browser is not None
    value = page.get_by_role("slider", name="my slider").input_value()
    fresh = page.context.browser.new_context(viewport={"width": 1280, "height": 800})
    other = fresh.new_page()
    other.goto(page.url)
    settle(other)
    mine = other.get_by_role("slider", name="my slider")
    expect(mine).to_be_visible()
    assert float(mine.input_value()) == pytest.approx(float(value), abs=0.01)
    fresh.close()
