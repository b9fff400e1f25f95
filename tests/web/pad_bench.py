"""A latent pad on a test page, over a randomly initialised model with three classes of points."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from playwright.sync_api import Page

from explorer.figures.sprites import sprite
from vae_core.export.weights import payload_of
from vae_core.models import VAE, VAEConfig
from vae_core.networks import NetworkConfig

OPEN = """async ({ folder, given, options, shadow, style }) => {
    const { createLatentPad } = await import("/repo/vae_core/web/latent_pad.js");
    const bytes = async (name) => (await fetch(`${folder}/${name}`)).arrayBuffer();
    const outer = document.createElement("div");
    outer.style.cssText = style;
    document.body.replaceChildren(outer);
    const host = shadow ? outer.attachShadow({ mode: "open" }).appendChild(document.createElement("div")) : outer;
    const points = {
        mu: new Float32Array(await bytes("mu.f32")),
        logvar: given.logvar ? new Float32Array(await bytes("logvar.f32")) : null,
        labels: given.labels ? new Int32Array(await bytes("labels.i32")) : null,
    };
    const decoder = {
        page: async () => ({
            program: await (await fetch(`${folder}/program.json`)).json(),
            w: new Float32Array(await bytes("w.f32")),
        }),
        atlas: async () => ({ atlas: { ...given.atlas, images: new Uint8Array(await bytes("atlas.u8")) } }),
        remote: async () => ({ remote: given.remote }),
    };
    const thumbnails = given.thumbnails && { ...given.thumbnails, rows: new Int32Array(given.thumbnails.rows) };
    Object.assign(window, { host, released: [], dragged: 0 });
    window.padOptions = {
        ...(await decoder[given.decoder]()),
        points,
        thumbnails,
        classNames: ["circle", "square", "star"],
        onRelease: (state) => window.released.push(state),
        onDrag: () => window.dragged++,
        ...options,
    };
    window.pad = createLatentPad(host, window.padOptions);
}"""


class PadBench:
    """Opens a pad, moves it, and says what its model decodes."""

    def __init__(self, page: Page, folder: Path, base: Path, latent_dim: int, count: int = 300) -> None:
        self.page, self.folder, self.latent_dim = page, folder, latent_dim
        torch.manual_seed(0)
        network = NetworkConfig(hidden=(32,), sine_features=32)
        self.model = VAE(VAEConfig(latent_dim=latent_dim, network=network), (3, 12, 12)).eval()
        self.model.requires_grad_(False)
        for weights in self.model.decoder.parameters():
            weights.mul_(2.4)
        made = payload_of(self.model.decoder, self.model.likelihood, latent_dim, (3, 12, 12))
        rng = np.random.default_rng(0)
        self.mu = rng.standard_normal((count, latent_dim)).astype(np.float32)
        self.mu[0] = 0.5
        self.labels = (np.arange(count) % 3).astype(np.int32)
        (folder / "program.json").write_text(json.dumps(made.program))
        self._write("w.f32", made.w)
        self._write("labels.i32", self.labels)
        self._write("mu.f32", self.mu)
        self._write("logvar.f32", np.full_like(self.mu, -2))
        self.address = f"/tmp/{folder.relative_to(base)}"
        self.given: dict[str, Any] = {"decoder": "page", "logvar": True, "labels": True}

    def _write(self, name: str, array: NDArray[Any]) -> None:
        array.tofile(self.folder / name)

    def use_atlas(self, images: NDArray[np.uint8], limit: float = 4) -> None:
        """Decode from images [n * n, C, H, W] instead."""
        self._write("atlas.u8", images)
        atlas = {"n": round(len(images) ** 0.5), "limit": limit, "shape": list(images.shape[1:])}
        self.given |= {"decoder": "atlas", "atlas": atlas}

    def use_host(self) -> None:
        """Let the host decode."""
        self.given |= {"decoder": "remote", "remote": {"latentDim": self.latent_dim, "shape": [3, 12, 12]}}

    def use_thumbnails(self, rows: list[int]) -> None:
        """Give these points images, each of one colour that says its row."""
        images = np.zeros((len(rows), 3, 12, 12), np.uint8)
        images[:, 0] = np.asarray(rows, np.uint8)[:, None, None]
        images[:, 1] = 100
        self.given["thumbnails"] = {"sprite": sprite(images, 4), "columns": 4, "rows": rows}

    def open(
        self, options: dict[str, Any] | None = None, shadow: bool = False, style: str = "", **state: Any
    ) -> None:
        """Make the pad with options and the state to begin with."""
        options = {"state": state} | (options or {})
        how = {"given": self.given, "options": options, "shadow": shadow, "style": style}
        self.page.evaluate(OPEN, {"folder": self.address, **how})
        self.settle()

    def settle(self, milliseconds: int = 60) -> None:
        """Wait for that time and a frame."""
        script = (
            "(wait) => new Promise((done) => setTimeout(() => requestAnimationFrame(() => done()), wait))"
        )
        self.page.evaluate(script, milliseconds)

    def until(self, holds: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until something that takes the page a moment holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"it does not come to hold within {seconds} s"
            self.settle(50)

    def state(self) -> dict[str, Any]:
        return self.page.evaluate("pad.getState()")

    def released(self) -> list[dict[str, Any]]:
        return self.page.evaluate("released")

    def image(self, selector: str = ".pad-image") -> NDArray[np.uint8]:
        """Return a canvas's pixels [H, W, 3]."""
        script = """(selector) => { const canvas = host.querySelector(selector);
            const { width, height } = canvas;
            return [height, width, [...canvas.getContext("2d").getImageData(0, 0, width, height).data]]; }"""
        height, width, data = self.page.evaluate(script, selector)
        return np.asarray(data, np.uint8).reshape(height, width, 4)[..., :3]

    def expected(self, z: list[float]) -> NDArray[np.float32]:
        """Return what PyTorch decodes at z, as bytes [H, W, 3]."""
        with torch.inference_mode():
            decoded = self.model.likelihood.mean(self.model.decode(torch.tensor([z])))
        return 255 * decoded[0].permute(1, 2, 0).numpy()

    def map_box(self) -> dict[str, float]:
        box = self.page.locator(".pad-map").bounding_box()
        assert box is not None
        return dict(box)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the page's coordinates, whole as a wheel reports them, of a share of the map's width and height."""
        box = self.map_box()
        return round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"])

    def place_of(self, x: float, y: float) -> tuple[float, float]:
        """Return the page's coordinates of a place on the plane of z1 and z2, as the map shows it at first."""
        far = np.sort(np.abs(self.mu[:, :2]).max(axis=1))
        half = 1.05 * max(3.2, float(far[int(0.999 * (len(far) - 1))]))
        box = self.map_box()
        scale = min(box["width"], box["height"]) / (2 * half)
        return box["x"] + box["width"] / 2 + x * scale, box["y"] + box["height"] / 2 - y * scale

    def drag(self, *corners: tuple[float, float]) -> None:
        """Press at the first place of the page, pass by the others, and let go at the last."""
        self.page.mouse.move(*corners[0])
        self.page.mouse.down()
        for corner in corners[1:]:
            self.page.mouse.move(*corner, steps=3)
        self.page.mouse.up()
        self.settle()

    def picture(self) -> bytes:
        """Return the map as it looks."""
        return self.page.locator(".pad-map").screenshot()
