"""How long the map takes to get its colours: each of the pad's trust layers on the shipped 2-D model of MNIST.

*First* is the first layer that is asked of a server just started, as soon as its first page has been painted in
Chromium: from the choice in the list to its legend and colours on the map. *Then* is the same layer on another plane of
the model, whose axes are swapped, with all imported and opened; *again* is the layer chosen once more, which the page
keeps.
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks.browser import FLAGS, HEIGHT, PAINTED, WIDTH, chromium
from benchmarks.record import percentile, record
from benchmarks.server import running_app
from explorer.links import HEATS

MODEL = "mnist-vae-2d"
STARTS = 3
SHOWN = """() => {
    const find = (root, what) => root.querySelector(what)
        ?? [...root.querySelectorAll('*')].map(e => e.shadowRoot && find(e.shadowRoot, what)).find(found => found);
    const legend = find(document, '.pad-heat');
    return legend && !legend.hidden && legend.querySelectorAll('.pad-heat-ticks span').length === 3;
}"""


def main() -> None:
    """Start the app for each layer, choose it, and record how long it took."""
    from playwright.sync_api import sync_playwright

    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for heat in HEATS:
            found = [on_a_fresh_server(browser, heat) for _ in range(STARTS)]
            rows.append({"layer": heat, **{name: _median([one[name] for one in found]) for name in found[0]}})
            print(rows[-1], flush=True)
        browser.close()
    slowest = {
        "layer": "the slowest",
        **{name: max(row[name] for row in rows) for name in ("first", "then", "again")},
    }
    record(
        "fields",
        [*rows, slowest],
        f"Seconds, medians of {STARTS} servers; {MODEL}.",
    )


def on_a_fresh_server(browser: Any, heat: str) -> dict[str, float]:
    """Return the seconds until a layer is shown: the first of a server, then on another plane, then once more."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    with running_app() as server:
        page = context.new_page()
        page.goto(f"{server.url}/map?model={MODEL}", wait_until="commit")
        page.wait_for_function(PAINTED)
        first = seconds_to_show(page, heat)
        page.get_by_label("Colour of the map", exact=True).select_option("")
        again = seconds_to_show(page, heat)
        page.close()
        page = context.new_page()
        page.goto(f"{server.url}/map?model={MODEL}&axes=1,0", wait_until="commit")
        page.wait_for_function(PAINTED)
        then = seconds_to_show(page, heat)
    context.close()
    return {"first": first, "then": then, "again": again}


def seconds_to_show(page: Any, heat: str) -> float:
    """Choose a layer and return how long it takes until the map has it."""
    started = time.perf_counter()
    page.get_by_label("Colour of the map", exact=True).select_option(heat)
    page.wait_for_function(SHOWN)
    return time.perf_counter() - started


def _median(seconds: list[float]) -> float:
    return round(percentile(seconds, 0.5), 2)


if __name__ == "__main__":
    main()
