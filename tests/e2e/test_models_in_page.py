"""How a model comes to the page: fetched once, kept by the browser, and asked for again while it does not come."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

Settle = Callable[[Page], None]
PARCELS = "**/parcels/*"
TRANSFERRED = """() => performance.getEntriesByType("resource")
    .filter(({ name }) => name.includes("/parcels/")).map(({ transferSize }) => transferSize)"""


def test_a_reload_shows_the_model_without_fetching_it_again(somebody_else: Page, settle: Settle) -> None:
    page = somebody_else  # its requests are not watched: watching them keeps the browser from its cache
    page.goto("/?model=digits-vae-2d&z=1,1")
    expect(page.locator(".pad-image")).to_be_visible()
    (first,) = page.evaluate(TRANSFERRED)
    assert first > 10_000
    page.reload()
    expect(page.locator(".pad-image")).to_be_visible()
    assert page.evaluate(TRANSFERRED) == [0]


def test_a_page_whose_server_is_away_for_a_moment_says_so_and_gets_its_model(
    page: Page, settle: Settle, page_problems: list[str]
) -> None:
    page.route(PARCELS, lambda route: route.abort(), times=2)
    page.goto("/?model=digits-vae-2d")
    expect(page.get_by_text("The server does not answer. Trying again.")).to_be_visible()
    expect(page.locator(".pad-image")).to_be_visible()
    expect(page.get_by_text("The server does not answer.")).to_have_count(0)
    assert len(page_problems) == 2
    page_problems.clear()


def test_a_model_that_made_way_for_others_is_asked_for_once_more(page: Page, settle: Settle) -> None:
    page.route(PARCELS, lambda route: route.fulfill(status=204), times=1)
    page.goto("/?model=digits-vae-2d")
    expect(page.locator(".pad-image")).to_be_visible()
    settle(page)
    expect(page.get_by_text("Asking the server once more.")).to_have_count(0)


def test_a_model_that_comes_late_is_announced(page: Page, settle: Settle) -> None:
    late: list[Route] = []
    page.route(PARCELS, lambda route: late.append(route), times=1)
    page.goto("/generate?model=digits-vae-2d")
    expect(page.get_by_text("The model is on its way.")).to_be_visible()
    late[0].continue_()
    expect(page.locator(".pad-image")).to_be_visible()
    expect(page.get_by_text("The model is on its way.")).to_have_count(0)


def test_another_model_chosen_meanwhile_is_the_one_that_is_shown(page: Page, settle: Settle) -> None:
    late: list[Route] = []
    page.route(PARCELS, lambda route: late.append(route), times=1)
    page.goto("/?model=mnist-vae-2d")
    expect(page.get_by_text("The model is on its way.")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("combobox").click()
    page.get_by_role("option", name="digits-vae-2d").click()
    expect(page).to_have_url(re.compile("model=digits-vae-2d"))
    expect(page.locator(".pad-image")).to_have_count(1)
    settle(page)
    assert page.locator(".pad-image").evaluate("canvas => canvas.width") == 8


@pytest.mark.parametrize("first", ["", "/", "/generate", "/compare", "/replay"])
def test_an_app_under_a_path_finds_its_models(
    browser: Browser, serve: Callable[..., object], tmp_path: Path, settle: Settle, first: str
) -> None:
    page = browser.new_page()
    with serve(tmp_path, "/apps/latent") as running:  # type: ignore[attr-defined]
        page.goto(f"{running.url}{first}")
        shown = page.locator(".replay-host canvas" if first == "/replay" else ".pad-image").first
        expect(shown).to_be_visible()
        settle(page)
        for name in ("Generate", "Map"):
            page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
            expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
            settle(page)
            expect(page.locator(".pad-image")).to_have_count(1)
    page.close()
