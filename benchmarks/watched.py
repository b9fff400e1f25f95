"""What being watched costs a training: one run in the app, its owner's page now on it and now on another page.

The run is the quick start on MNIST, or on digits where MNIST is not at hand, without an end. Its folder, saved every
few seconds, tells how many images it has seen and when; a phase's pace is the slope between its first and last save.
Watched, the page draws the moving points, the image under the cursor and the curves twice a second, in a browser on
the same two cores; unwatched, the same page stands on Generate. Phases alternate, since a machine's speed drifts.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.browser import FLAGS, chromium, start_training
from benchmarks.record import record
from benchmarks.server import running_app, runs_in
from vae_core.checkpoint import read_counters
from vae_core.datasets import is_available

PHASES = 4
SECONDS = 16.0
SETTLE = 2.0


def main() -> None:
    """Alternate watched and unwatched phases and record their paces."""
    from playwright.sync_api import Page, sync_playwright

    def visit(page: Page, title: str) -> None:
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
        page.get_by_role("heading", name=title, exact=True).wait_for()

    watched, unwatched = [], []
    data = "MNIST" if is_available("mnist") else "Digits"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        with running_app(Path(folder)) as server:
            start_training(page, server.url, data)
            for _ in range(PHASES):
                unwatched.append(phase(Path(folder), lambda: visit(page, "Generate")))
                watched.append(phase(Path(folder), lambda: visit(page, "Train")))
        browser.close()
    ratios = [seen / alone for seen, alone in zip(watched, unwatched, strict=True)]
    record("watched", [{
        "data": data,
        "images/s watched, median": round(statistics.median(watched)),
        "images/s unwatched, median": round(statistics.median(unwatched)),
        "watched over unwatched, paired median": round(statistics.median(ratios), 3),
        "pairs": PHASES,
    }])  # fmt: skip


def phase(folder: Path, go: Any) -> float:
    """Go to a page, wait, and return the images a second of the run in `folder` meanwhile."""
    go()
    time.sleep(SETTLE)
    saves: dict[float, int] = {}
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for entry in runs_in(folder):
            counters = read_counters(entry.path)
            if counters is not None:
                saves.setdefault((entry.path / "config.json").stat().st_mtime, int(counters["images_seen"]))
        time.sleep(0.2)
    (first, before), (last, after) = min(saves.items()), max(saves.items())
    return (after - before) / (last - first)


if __name__ == "__main__":
    main()
