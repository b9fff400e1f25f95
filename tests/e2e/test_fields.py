"""The colours of the map in the app: each one is drawn, has its legend and is in the address."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from explorer.links import HEATS

Settle = Callable[[Page], None]
DRAWN = "canvas => canvas.toDataURL()"


def test_every_colour_of_the_map_draws_and_has_its_legend(
    page: Page, settle: Settle, screenshot: Callable[..., Path]
) -> None:
    page.goto("/?model=digits-vae-2d")
    settle(page)
    base, legend = page.locator(".pad-map canvas").first, page.locator(".pad-heat")
    expect(page.locator(".pad-image")).to_be_visible()
    expect(legend).to_be_hidden()
    seen = {base.evaluate(DRAWN)}
    for heat in HEATS:
        page.get_by_label("Colour of the map", exact=True).select_option(heat)
        expect(legend.locator(".pad-heat-ticks span")).to_have_count(3)
        expect(legend).to_contain_text(re.compile(r"\w+.*\. .*\."))
        expect(page).to_have_url(re.compile(f"heat={heat}"))
        settle(page)
        page.wait_for_timeout(500)
        seen.add(base.evaluate(DRAWN))
    assert len(seen) == len(HEATS) + 1
    screenshot(page, "map-regions")


def test_an_address_opens_the_map_in_its_colours_and_a_key_goes_on(page: Page, settle: Settle) -> None:
    page.goto("/?model=mnist-gan-2d&heat=error")
    settle(page)
    expect(page.locator(".pad-heat")).to_have_text(re.compile("A GAN has no encoder"))
    page.get_by_role("application").press("h")
    expect(page).to_have_url(re.compile("heat=entropy"))
    expect(page.locator(".pad-heat")).to_have_text(re.compile("no likelihood"))
