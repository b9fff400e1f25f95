"""How long the page's own decoder takes for one image, in Node and in Chromium.

Run it with ``python -m benchmarks.decode_in_page``. It takes every shipped model, and untrained ones of the usual
shapes. A time is one call that decodes z and paints the image's bytes; 1,000 calls along a path through the prior,
after 300 to warm up.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import torch
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Page, Route, sync_playwright

from benchmarks.browser import FLAGS, chromium
from benchmarks.record import percentile, record
from vae_core.export.weights import DecoderPayload, decoder_payload, payload_of
from vae_core.listing import catalogue
from vae_core.models import VAE, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.trained import load

ROOT = Path(__file__).resolve().parents[1]
CHECKPOINTS = ROOT / "checkpoints"
SITE = "http://127.0.0.1"
# A page that isolates itself gets a clock of 5 microseconds instead of 100.
ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
UNTRAINED = {
    "untrained mlp 28x28": (VAEConfig(), (1, 28, 28)),
    "untrained mlp 64x64x3": (VAEConfig(latent_dim=10), (3, 64, 64)),
    "untrained conv 28x28": (VAEConfig(network=NetworkConfig(kind="conv")), (1, 28, 28)),
    "untrained conv 28x28, gelu": (
        VAEConfig(network=NetworkConfig(kind="conv", activation="gelu")), (1, 28, 28)
    ),
    "untrained conv 64x64": (VAEConfig(latent_dim=10, network=NetworkConfig(kind="conv")), (1, 64, 64)),
    "untrained conv 64x64x3": (VAEConfig(latent_dim=10, network=NetworkConfig(kind="conv")), (3, 64, 64)),
    "untrained conv 64x64x3, gelu": (
        VAEConfig(latent_dim=10, network=NetworkConfig(kind="conv", activation="gelu")), (3, 64, 64)
    ),
}  # fmt: skip


def main() -> None:
    """Measure every model in both places and record the result."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name, made in payloads():
            (Path(folder) / "program.json").write_text(json.dumps(made.program))
            made.w.tofile(Path(folder) / "w.f32")
            page = browser.new_page()
            rows.append(
                {"model": name} | _summary("node", in_node(folder)) | _summary("page", in_page(page, folder))
            )
            page.close()
        version = browser.version
        browser.close()
    record("decode_in_page", rows, f"Milliseconds for one image. Headless Chromium {version}.")


def payloads() -> Iterator[tuple[str, DecoderPayload]]:
    """Yield the shipped models' decoders, then the untrained ones'."""
    for entry in catalogue(CHECKPOINTS) if CHECKPOINTS.is_dir() else []:
        if entry.problem is None:
            yield entry.name, decoder_payload(load(entry.path))
    for name, (config, shape) in UNTRAINED.items():
        torch.manual_seed(0)
        model = VAE(config, shape)
        yield name, payload_of(model.decoder, model.likelihood, config.latent_dim, shape)


def in_node(folder: str) -> list[float]:
    """Return the milliseconds of each call in Node."""
    node, _ = compute_driver_executable()
    command = [node, str(ROOT / "benchmarks" / "decode_in_page.mjs"), folder]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    times: list[float] = json.loads(result.stdout)
    return times


def in_page(page: Page, folder: str) -> list[float]:
    """Return the milliseconds of each call in a Chromium page; nothing is served, the page's requests are answered."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            route.fulfill(
                body="<!doctype html><title>bench</title>", content_type="text/html", headers=ISOLATED
            )
        elif path.startswith("/case/"):
            route.fulfill(path=Path(folder) / Path(path).name, headers=ISOLATED)
        else:
            route.fulfill(path=ROOT / path[1:], content_type="text/javascript", headers=ISOLATED)

    page.route("**/*", answer)
    page.goto(f"{SITE}/")
    times: list[float] = page.evaluate(
        """async () => {
            const { measure } = await import("/benchmarks/decode_in_page.mjs");
            const w = new Float32Array(await (await fetch("/case/w.f32")).arrayBuffer());
            return measure(await (await fetch("/case/program.json")).json(), w);
        }"""
    )
    return times


def _summary(place: str, times: list[float]) -> dict[str, Any]:
    return {
        f"{place} median": round(statistics.median(times), 3),
        f"{place} p95": round(percentile(times, 0.95), 3),
    }


if __name__ == "__main__":
    main()
