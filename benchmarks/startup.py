"""How long until something is on the screen or trains, and how much memory the server holds then.

*import* is `import vae_core` in a fresh interpreter. *Cold start* runs from starting the server's process to the map
being drawn in Chromium (already open, with an empty cache). *Page load* is the same page opened again in a new tab of
that browser, until the script is over and the map has its place; *first pad paint* is such a load until there are
pixels in the decoded image and on the map. The operating system's file cache is warm throughout.

*Click on Start* runs from the browser's own time of the click until the page is told that the run took its first step,
on a server where a run has trained before.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.browser import (
    DRAWN,
    FLAGS,
    HEIGHT,
    PAINTED,
    WIDTH,
    choose_training,
    chromium,
    start_training,
)
from benchmarks.decoding import memory
from benchmarks.record import percentile, record, spread
from benchmarks.server import ROOT, running_app
from vae_core.datasets import is_available

IMPORTS = 7
STARTS = 3
LOADS = 5
CLICKS = 7
NOTE_FIRST_STEP = r"""() => {
    addEventListener("click", () => { globalThis.clicked = performance.now(); }, true);
    const fetched = globalThis.fetch;
    globalThis.fetch = async (...asked) => {
        const response = await fetched(...asked);
        if (String(asked[0]).includes("live/") && !globalThis.stepped) {
            const words = new TextDecoder().decode(await response.clone().arrayBuffer());
            if (/step [1-9]/.test(words)) globalThis.stepped = performance.now();
        }
        return response;
    };
}"""
"""Remembers when the page clicked, and when it was first told of a step."""


def main() -> None:
    """Measure the import, then start the app a few times in front of a real browser."""
    rows = [_row("import vae_core", "s", [import_seconds() for _ in range(IMPORTS)])]
    note = ""
    try:
        rows += in_the_browser()
        rows += clicks_on_start()
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

    cold, warm, painted, held = [], [], [], []
    with sync_playwright() as playwright:
        for _ in range(STARTS):
            try:
                browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            except Error as error:
                raise FileNotFoundError("chromium") from error
            context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
            page = context.new_page()
            with running_app() as server:
                seconds_until(DRAWN, page, server.url)
                cold.append(time.perf_counter() - server.started)
                for script, seconds in LOADS * ((DRAWN, warm), (PAINTED, painted)):
                    page.close()
                    page = context.new_page()
                    seconds.append(seconds_until(script, page, server.url))
                held.append(memory("VmRSS", server.process.pid))
            browser.close()
    return [
        _row("server start to the drawn map, cold", "s", cold),
        _row("page load, warm", "s", warm),
        _row("first pad paint, warm", "s", painted),
        _row("server's resident memory, a model open", "MB", held),
    ]


def clicks_on_start() -> list[dict[str, Any]]:
    """Start `CLICKS` runs on each data set that is at hand, one after the other; return the rows."""
    from playwright.sync_api import sync_playwright

    rows = []
    known = {"digits": "Digits", "mnist": "MNIST"}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with running_app(Path(folder)) as server:
            first = browser.new_page()
            start_training(first, server.url)
            first.get_by_role("button", name="Stop").click()
            for data in filter(is_available, known):
                taken = [click_on_start(browser, server.url, known[data]) for _ in range(CLICKS)]
                rows.append(_row(f"click on Start to the run's first step, {known[data]}", "s", taken))
        browser.close()
    return rows


def click_on_start(browser: Any, url: str, data: str) -> float:
    """Return the seconds from the click on Start until the page knows that its run took a step, and stop that."""
    page = browser.new_page()
    choose_training(page, url, data)
    page.evaluate(NOTE_FIRST_STEP)
    page.get_by_role("button", name="Start").click()
    page.wait_for_function("() => globalThis.stepped")
    seconds = page.evaluate("() => (globalThis.stepped - globalThis.clicked) / 1000")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="New run").wait_for()
    page.close()
    return float(seconds)


def seconds_until(script: str, page: Any, url: str) -> float:
    """Open `url` in a page and return how long it took until `script` was true there."""
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_function(script)
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
