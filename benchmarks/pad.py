"""The latent pad in a real browser: how smoothly it follows the pointer, and how often a drag asks the server.

For each shipped model, the app's Map page at 1280 x 800 and a drag of 300 moves all over the map, 125 a second as a
mouse sends them; then the pad on a page without the app, over 70,000 points of ten classes, whose view is moved the
same way with Shift held. A frame's time is what passes between two animation frames by the page's own clock (steps of
0.1 ms), from the first move to the release. What the compositor does later is not in it. Reruns are counted in what
the page sends to the server.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import torch
from playwright.async_api import Browser, Error, Page, Route, WebSocket, async_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.browser import DRAWN, FLAGS, HEIGHT, PAINTED, WIDTH, chromium
from benchmarks.record import percentile, record
from benchmarks.server import running_app
from vae_core.export.weights import payload_of
from vae_core.listing import catalogue
from vae_core.models import VAE, VAEConfig

ROOT = Path(__file__).resolve().parents[1]
CHECKPOINTS = ROOT / "checkpoints"
SITE = "http://127.0.0.1"
MOVES = 300
MOVES_PER_SECOND = 125
POINTS = 70_000
CLASSES = 10
PAD_WIDTH = 980
"""CSS pixels, about as wide as the app has it on this screen."""
QUIET_SECONDS = 1.5
SHIFT = 8
"""The bit of that key in Chromium's `modifiers`."""
MAP = ".pad-map canvas >> nth=-1"

WATCH = """() => {
    const seen = window.seen = { frames: [], moves: 0, over: false };
    const tick = () => {
        if (seen.over) return;
        seen.frames.push(performance.now());
        requestAnimationFrame(tick);
    };
    addEventListener("pointermove", (event) => {
        if (!event.buttons || seen.over) return;
        if (!seen.moves) requestAnimationFrame(tick);
        seen.moves += event.getCoalescedEvents().length;
    }, { capture: true });
    addEventListener("pointerup", () => (seen.over = true), { capture: true });
}"""
CROWD = """async () => {
    const { createLatentPad } = await import("/vae_core/web/latent_pad.js");
    const read = async (name, kind) => new kind(await (await fetch(`/case/${name}`)).arrayBuffer());
    createLatentPad(document.querySelector("main"), {
        program: await read("program.json", Uint8Array).then((bytes) => JSON.parse(new TextDecoder().decode(bytes))),
        w: await read("w", Float32Array),
        points: {
            mu: await read("mu", Float32Array),
            logvar: await read("logvar", Float32Array),
            labels: await read("labels", Int32Array),
        },
    });
}"""


def main() -> None:
    """Drag over every model and over the crowd of points, and record both."""
    try:
        rows, version = asyncio.run(measure())
    except Error as error:
        if "Executable doesn't exist" not in str(error):
            raise
        print("Left out: there is no Chromium on this machine.")
        return
    record("pad", rows, f"Headless Chromium {version}, drawing in software.")


async def measure() -> tuple[list[dict[str, Any]], str]:
    """Return the table's rows and the browser's version."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with running_app() as server:
            names = [entry.name for entry in catalogue(CHECKPOINTS) if entry.problem is None]
            rows = [await over_model(browser, server.url, name) for name in names]
        rows.append(await over_crowd(browser))
        version = browser.version
        await browser.close()
    return rows, version


async def over_model(browser: Browser, url: str, name: str) -> dict[str, Any]:
    """Drag the cursor over a model's map in the app; return its row."""
    page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    reruns: list[float] = []
    page.on("websocket", lambda socket: count_reruns(socket, reruns))
    await page.goto(f"{url}/?model={name}")
    for script in (DRAWN, PAINTED):
        await page.wait_for_function(script)
    await asyncio.sleep(QUIET_SECONDS)
    reruns.clear()
    released, seen = await drag(page)
    await asyncio.sleep(QUIET_SECONDS)
    await page.close()
    during = sum(when < released for when in reruns)
    return (
        {"what": name}
        | smoothness(seen["frames"])
        | {"moves": seen["moves"], "reruns during": during, "reruns after": len(reruns) - during}
    )


async def over_crowd(browser: Browser) -> dict[str, Any]:
    """Move the view over many points on a page of the pad's own; return its row."""
    page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    arrays = crowd(POINTS)

    async def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            body = f'<!doctype html><title>bench</title><main style="width: {PAD_WIDTH}px"></main>'
            await route.fulfill(body=body, content_type="text/html")
        elif path.startswith("/case/"):
            await route.fulfill(body=arrays[path.removeprefix("/case/")])
        else:
            await route.fulfill(path=ROOT / path[1:], content_type="text/javascript")

    await page.route("**/*", answer)
    await page.goto(f"{SITE}/")
    await page.evaluate(CROWD)
    await page.wait_for_function(PAINTED)
    await asyncio.sleep(QUIET_SECONDS)
    _, seen = await drag(page, SHIFT)
    await page.close()
    return {"what": f"{POINTS:,} points, panned"} | smoothness(seen["frames"]) | {"moves": seen["moves"]}


def crowd(count: int) -> dict[str, bytes]:
    """Return a decoder of the usual size with random weights, and `count` random points in classes, as files."""
    torch.manual_seed(0)
    config, shape = VAEConfig(), (1, 28, 28)
    model = VAE(config, shape)
    made = payload_of(model.decoder, model.likelihood, config.latent_dim, shape)
    rng = np.random.default_rng(0)
    labels = rng.integers(CLASSES, size=count, dtype=np.int32)
    centres = rng.standard_normal((CLASSES, config.latent_dim))
    mu = centres[labels] + 0.5 * rng.standard_normal((count, config.latent_dim))
    return {
        "program.json": json.dumps(made.program).encode(),
        "w": made.w.tobytes(),
        "mu": mu.astype(np.float32).tobytes(),
        "logvar": np.full(mu.shape, -4, np.float32).tobytes(),
        "labels": labels.tobytes(),
    }


async def drag(page: Page, modifiers: int = 0) -> tuple[float, dict[str, Any]]:
    """Press on the map, move along :func:`path` and let go; return when that was, and what the page saw of it."""
    box = await page.locator(MAP).bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path(MOVES)]
    devtools = await page.context.new_cdp_session(page)

    async def mouse(kind: str, place: tuple[float, float], buttons: int = 1) -> None:
        event = {"type": kind, "x": place[0], "y": place[1], "buttons": buttons, "modifiers": modifiers}
        if kind != "mouseMoved":
            event["clickCount"] = 1
        await devtools.send("Input.dispatchMouseEvent", event | {"button": "left"})

    await page.evaluate(WATCH)
    await mouse("mousePressed", places[0])
    started = time.perf_counter()
    # A mouse doesn't wait until the page has dealt with its last move.
    sent = []
    for step, place in enumerate(places):
        await asyncio.sleep(max(0.0, started + step / MOVES_PER_SECOND - time.perf_counter()))
        sent.append(asyncio.create_task(mouse("mouseMoved", place)))
    await asyncio.gather(*sent)
    released = time.perf_counter()
    await mouse("mouseReleased", places[-1], buttons=0)
    return released, await page.evaluate("seen")


def path(count: int) -> list[tuple[float, float]]:
    """Return places along a closed curve over most of a square from 0 to 1, beginning in its middle."""
    turns = [2 * math.pi * (step + 1) / count for step in range(count)]
    return [(0.5 + 0.38 * math.sin(2 * turn), 0.5 + 0.38 * math.sin(3 * turn)) for turn in turns]


def smoothness(frames: Sequence[float]) -> dict[str, Any]:
    """Return the pace of frames, given the milliseconds at which each began."""
    times = [after - before for before, after in itertools.pairwise(frames)]
    return {
        "frames a second, median": round(1000 / statistics.median(times), 1),
        "slowest 1 % of frames, ms": round(percentile(times, 0.99), 1),
        "longest frame, ms": round(max(times), 1),
        "frames": len(times),
    }


def count_reruns(socket: WebSocket, reruns: list[float]) -> None:
    """Note in `reruns` when the page asks for one over this socket."""
    socket.on("framesent", lambda data: reruns.append(time.perf_counter()) if asks_for_rerun(data) else None)


def asks_for_rerun(data: str | bytes) -> bool:
    """Return whether a message from the page asks the server to run its script, or a part of it."""
    return isinstance(data, bytes) and BackMsg.FromString(data).WhichOneof("type") == "rerun_script"


if __name__ == "__main__":
    main()
