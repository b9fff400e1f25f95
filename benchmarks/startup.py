"""How long until something is on the screen, and how much memory the server holds then.

*import* is `import vae_core` in a fresh interpreter. *Cold start* runs from starting the server's process to the map
being drawn in Chromium (already open, with an empty cache). *Page load* is the same page opened again in a new tab of
that browser. The operating system's file cache is warm throughout.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from typing import Any

from benchmarks.decoding import memory
from benchmarks.record import percentile, record, spread
from benchmarks.server import ROOT, running_app

IMPORTS = 7
STARTS = 3
LOADS = 5
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-proxy-server",
    "--disable-background-networking",
    "--no-first-run",
]
DRAWN = """() => {
    const map = root => root.querySelector('.gl-canvas, .pad-map canvas')
        ?? [...root.querySelectorAll('*')].map(e => e.shadowRoot && map(e.shadowRoot)).find(found => found);
    const app = document.querySelector('[data-testid="stApp"]');
    return app?.dataset.testScriptState === 'notRunning'
        && document.querySelector('[data-testid="stSkeleton"]') === null
        && map(document)?.getBoundingClientRect().height > 100;
}"""


def main() -> None:
    """Measure the import, then start the app a few times in front of a real browser."""
    rows = [_row("import vae_core", "s", [import_seconds() for _ in range(IMPORTS)])]
    note = ""
    try:
        rows += in_the_browser()
    except ImportError:
        note = "Playwright is not installed, so nothing was measured in a browser."
    except FileNotFoundError:
        note = "There is no Chromium on this machine, so nothing was measured in a browser."
    if note:
        print(note)
    record("startup", rows, note)


def import_seconds() -> float:
    """Return how long a fresh interpreter takes to import the package, its own start not counted."""
    code = "import time; t = time.perf_counter(); import vae_core; print(time.perf_counter() - t)"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return float(found.stdout)


def in_the_browser() -> list[dict[str, Any]]:
    """Start the app `STARTS` times, open it once cold and then `LOADS` times warm; return the rows."""
    from playwright.sync_api import Error, sync_playwright

    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    cold, warm, held = [], [], []
    with sync_playwright() as playwright:
        for _ in range(STARTS):
            try:
                browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            except Error as error:
                raise FileNotFoundError("chromium") from error
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            page = context.new_page()
            with running_app() as server:
                seconds_to_map(page, server.url)
                cold.append(time.perf_counter() - server.started)
                for _ in range(LOADS):
                    page.close()
                    page = context.new_page()
                    warm.append(seconds_to_map(page, server.url))
                held.append(memory("VmRSS", server.process.pid))
            browser.close()
    return [
        _row("server start to the drawn map, cold", "s", cold),
        _row("page load, warm", "s", warm),
        _row("server's resident memory, a model open", "MB", held),
    ]


def seconds_to_map(page: Any, url: str) -> float:
    """Open `url` in a page and return how long the map took to be drawn."""
    started = time.perf_counter()
    page.goto(url)
    page.wait_for_function(DRAWN)
    return time.perf_counter() - started


def _row(what: str, unit: str, values: list[float]) -> dict[str, Any]:
    return {
        "what": what,
        "unit": unit,
        "median": round(percentile(values, 0.5), 2),
        "spread": spread(values),
        "repetitions": len(values),
    }


if __name__ == "__main__":
    main()
