"""Every page as a person meets it: opened in a browser, used with the pointer and the keyboard, read by its pixels."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]
PAGES = ("Map", "Draw", "Generate", "Interpolate", "Compare", "Replay", "Train")


def go(page: Page, settle: Settle, title: str) -> None:
    """Open the app and follow the navigation to a page."""
    page.goto("/")
    settle(page)
    if title != "Map":
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    settle(page)


@pytest.mark.parametrize("title", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (1024, 768)], ids=["laptop", "projector"])
def test_a_page_opens_alive_and_nothing_is_cut_off(
    page: Page, settle: Settle, screenshot: Screenshot, title: str, size: tuple[int, int], scheme: str
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    go(page, settle, title)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    main = page.get_by_test_id("stMain")
    expect(
        main.locator("img, .pad-image, .sketch-map, .path-map, .replay-map, .js-plotly-plot .main-svg").first
    ).to_be_visible()
    screenshot(page, f"{title.lower()}-{size[0]}-{scheme}")
    overflow = main.evaluate("element => element.scrollWidth - element.clientWidth")
    assert overflow <= 0, "the page scrolls sideways"


def test_the_map_shows_a_decoded_grid(page: Page, settle: Settle) -> None:
    go(page, settle, "Map")
    expect(page.get_by_alt_text("Images decoded on a grid")).to_be_visible()


def test_a_model_is_trained_on_digits_kept_and_opened_on_the_map(
    page: Page, settle: Settle, screenshot: Screenshot, app: object
) -> None:
    go(page, settle, "Train")
    seconds = page.get_by_role("spinbutton", name="Time in seconds")
    seconds.fill("3")
    seconds.press("Enter")
    settle(page)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator(".pad-image")).to_be_visible()
    name = page.get_by_role("textbox", name="Keep it under a name")
    expect(name).to_be_visible(timeout=60_000)
    expect(page.get_by_text("KL(q(z|x) ‖ p(z))")).to_be_visible()
    name.fill("browser-digits")
    name.press("Enter")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("It is now the model on the other pages.")).to_be_visible(timeout=60_000)
    screenshot(page, "train-kept")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Map").click()
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    settle(page)
    expect(page.get_by_test_id("stSidebar").get_by_text("Digits 8x8")).to_be_visible()
    expect(page).to_have_url(re.compile("model=browser-digits"))
    expect(page.get_by_alt_text("Images decoded on a grid")).to_be_visible()
    screenshot(page, "map-of-the-trained-model")


def test_training_does_not_hold_up_another_person(page: Page, settle: Settle, somebody_else: Page) -> None:
    go(page, settle, "Train")
    seconds = page.get_by_role("spinbutton", name="Time in seconds")
    seconds.fill("600")
    seconds.press("Enter")
    settle(page)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    other = somebody_else
    go(other, settle, "Train")
    expect(other.get_by_role("button", name="Start")).to_be_visible()
    expect(other.get_by_role("button", name="Stop")).to_have_count(0)
    go(other, settle, "Generate")
    other.get_by_role("button", name="Draw twelve more").click()
    settle(other)
    expect(other.get_by_role("img", name="Twelve generated images")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("textbox", name="Keep it under a name")).to_be_visible()


def test_the_first_page_has_an_address_of_its_name(page: Page) -> None:
    page.goto("/map?model=digits-vae-2d")
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/\?model=digits-vae-2d"))
