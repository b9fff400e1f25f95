"""Models side by side: what is done on one map is seen on all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]


@pytest.fixture
def compared(page: Page, settle: Settle) -> Page:
    """The Compare page on an autoencoder, a VAE and a β-VAE of MNIST."""
    page.goto("/")
    settle(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Compare").click()
    expect(page.locator(".pad-image")).to_have_count(3)
    settle(page)
    return page


def places(page: Page) -> list[str]:
    return page.locator(".pad-readout b").all_inner_texts()


def pictures(page: Page) -> list[str]:
    canvases = page.locator(".pad-map canvas:last-of-type").all()
    return [str(canvas.evaluate("canvas => canvas.toDataURL()")) for canvas in canvases]


def test_the_cursors_move_together_each_in_its_models_units(compared: Page, screenshot: Screenshot) -> None:
    before = places(compared)
    box = compared.locator(".pad-map").nth(1).bounding_box()
    assert box is not None
    compared.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    compared.mouse.down()
    compared.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"], steps=10)
    compared.wait_for_timeout(300)
    during = places(compared)
    assert all(now != then for now, then in zip(during, before, strict=True))
    # Both have the standard normal as their prior, so their units are the same; the autoencoder's are its own.
    assert during[1] == during[2] != during[0]
    compared.mouse.up()
    screenshot(compared, "compare-moved")


def test_a_point_lights_up_and_a_class_disappears_on_every_map(compared: Page) -> None:
    before = pictures(compared)
    box = compared.locator(".pad-map").nth(1).bounding_box()
    assert box is not None
    # Somewhere on this line is a point.
    for share in range(20, 80):
        compared.mouse.move(box["x"] + 0.01 * share * box["width"], box["y"] + 0.6 * box["height"])
        compared.wait_for_timeout(60)
        if pictures(compared)[1] != before[1]:
            break
    assert all(now != then for now, then in zip(pictures(compared), before, strict=True))
    compared.locator(".pad-legend").first.get_by_role("button", name="7").click()
    for legend in compared.locator(".pad-legend").all():
        expect(legend.get_by_role("button", name="7")).to_have_attribute("aria-pressed", "false")


def test_a_set_is_trained_with_one_click_and_then_compared(
    page: Page, settle: Settle, screenshot: Screenshot
) -> None:
    page.goto("/compare")
    settle(page)
    page.get_by_text("Train such a set").click()
    epochs = page.get_by_role("spinbutton", name="Epochs each")
    epochs.fill("200")
    epochs.press("Enter")
    settle(page)
    page.get_by_role("button", name="Train all three").click()
    stop = page.get_by_role("button", name="Stop and measure")
    expect(stop).to_be_visible()
    expect(page.locator(".pad-image")).to_have_count(3)
    expect(page.get_by_text("digits-beta-1").first).to_be_visible()
    seen = set()
    for _ in range(40):
        maps = [
            canvas.evaluate("c => c.toDataURL()")
            for canvas in page.locator(".pad-map canvas:first-of-type").all()
        ]
        seen.add(tuple(maps))
        page.wait_for_timeout(250)
        if len(seen) > 5:
            break
    assert len(seen) > 5
    assert all(len(set(column)) > 3 for column in zip(*seen, strict=True))
    screenshot(page, "compare-training")
    stop.click()
    expect(page.get_by_text(re.compile("land off the data"))).to_have_count(3)
    for name in ("digits-ae-1", "digits-vae-1", "digits-beta-1"):
        expect(page.get_by_role("columnheader", name=name)).to_be_visible()
    expect(page.get_by_role("cell", name=re.compile("15-NN accuracy"))).to_be_visible()
    screenshot(page, "compare-trained")


def test_an_address_opens_the_same_comparison(page: Page, settle: Settle) -> None:
    page.goto("/compare?models=digits-vae-2d,digits-ae-2d")
    expect(page.locator(".pad-image")).to_have_count(2)
    settle(page)
    expect(page.get_by_text(re.compile("land off the data"))).to_have_count(2)


def test_leaving_the_page_leaves_the_model_of_the_other_pages(compared: Page, settle: Settle) -> None:
    compared.get_by_test_id("stSidebarNav").get_by_role("link", name="Map").click()
    expect(compared.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    settle(compared)
    expect(compared.locator(".pad-image")).to_have_count(1)
    compared.get_by_role("button", name="Random").click()
    expect(compared).to_have_url(re.compile("z=(?!0,0)"))
