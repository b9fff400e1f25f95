"""The browser that measurements run in, headless Chromium that draws in software, and how to tell what it shows."""

from __future__ import annotations

import shutil
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--disable-background-networking",
    "--no-first-run",
]
WIDTH, HEIGHT = 1280, 800

# Streamlit puts a component behind a shadow root.
_FIND = """const find = (root, what) => root.querySelector(what)
        ?? [...root.querySelectorAll('*')].map(e => e.shadowRoot && find(e.shadowRoot, what)).find(found => found);"""
# The script is over and the map has its place.
DRAWN = f"""() => {{
    {_FIND}
    const app = document.querySelector('[data-testid="stApp"]');
    return app?.dataset.testScriptState === 'notRunning'
        && document.querySelector('[data-testid="stSkeleton"]') === null
        && find(document, '.pad-map canvas')?.getBoundingClientRect().height > 100;
}}"""
# There is something to see in the decoded image and on the map.
PAINTED = f"""() => {{
    {_FIND}
    const painted = canvas => canvas?.width > 0 && canvas.height > 0
        && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(value => value);
    return painted(find(document, '.pad-image')) && painted(find(document, '.pad-map canvas'));
}}"""


def chromium() -> str | None:
    """Return the system's Chromium, or None for the one that Playwright may have fetched."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def start_training(page: Any, url: str, data: str = "") -> None:
    """Open Train in a page and start the quick start without an end, on digits or on the data of that name."""
    choose_training(page, url, data)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Pause").wait_for()


def choose_training(page: Any, url: str, data: str = "") -> None:
    """Open Train in a page and choose all that :func:`start_training` starts."""
    page.goto(f"{url}/train")
    if data:
        page.get_by_role("combobox", name="Data").click()
        page.get_by_role("option", name=data).first.click()
        page.wait_for_timeout(1500)
    seconds = page.get_by_role("spinbutton", name="Time in seconds")
    seconds.fill("3000")
    seconds.press("Enter")
    page.wait_for_timeout(500)  # its value is on the way to the server
