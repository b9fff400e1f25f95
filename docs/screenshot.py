"""Take the README's picture from the running app: ``python -m docs.screenshot``."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from benchmarks.server import running_app

PICTURE = Path(__file__).parent / "screenshot.png"
SIZE = {"width": 1280, "height": 800}


def main() -> None:
    """Start the app, wait for its first page, and keep what a person sees."""
    with running_app() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, device_scale_factor=1.5, base_url=server.url)
        page.goto("/")
        shell = page.locator('[data-testid="stApp"]')
        expect(shell).to_have_attribute("data-test-script-state", "notRunning", timeout=30_000)
        expect(page.locator(".pad-image")).to_be_visible(timeout=30_000)
        area = page.locator(".pad-map").bounding_box()
        assert area is not None
        # Off the points' edges, where a drag would show something: between two classes.
        page.mouse.click(area["x"] + 0.34 * area["width"], area["y"] + 0.62 * area["height"])
        page.wait_for_timeout(2_000)  # the canvases draw after their elements are there
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
