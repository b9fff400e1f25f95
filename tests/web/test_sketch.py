"""The canvas in a real Chromium page, without Streamlit: what is drawn, what the model makes of it, what is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from vae_core.export.encoder_weights import payload_of as encoder_payload
from vae_core.export.weights import payload_of as decoder_payload
from vae_core.models import VAE, VAEConfig
from vae_core.networks import NetworkConfig

SHAPE = (1, 28, 28)
OPEN = """async ({ shape, encoder, decoder, points, plain }) => {
    const { createSketch, createSketchMemory } = await import("/repo/vae_core/web/sketch.js");
    const host = document.createElement("div");
    host.style.cssText = "width: 1000px; background: white";
    document.body.replaceChildren(host);
    const floats = (list) => Float32Array.from(list);
    window.told = [];
    window.memory ??= createSketchMemory();
    const model = !decoder ? null : {
        program: decoder.program, w: floats(decoder.w), classNames: ["0", "1", "2"],
        points: {
            mu: floats(points.mu), logvar: floats(points.mu.map(() => -4)), labels: Int32Array.from(points.labels),
        },
    };
    window.sketch = createSketch(host, {
        shape, model, plain, memory: window.memory,
        encoder: encoder && { program: encoder.program, w: floats(encoder.w) },
        onRest: (pixels) => window.told.push([...pixels]),
    });
}"""
TOUCH = """([type, id, x, y, kind, buttons, more]) => {
    const canvas = document.querySelector(".sketch-paper canvas"), box = canvas.getBoundingClientRect();
    const at = (px, py) => ({
        pointerId: id, pointerType: kind, button: 0, buttons, bubbles: true,
        clientX: box.left + px * box.width, clientY: box.top + py * box.width,
    });
    canvas.setPointerCapture = () => {};
    const event = new PointerEvent(type, at(x, y));
    // Only a page that came by https, or from this machine, has it by itself.
    const passed = (more ?? []).map(([px, py]) => new PointerEvent(type, at(px, py)));
    if (more) Object.defineProperty(event, "getCoalescedEvents", { value: () => passed });
    canvas.dispatchEvent(event);
}"""


class Bench:
    """A sketch over a random VAE, and what it told the host."""

    def __init__(self, page: Page) -> None:
        self.page = page
        torch.manual_seed(0)
        config = VAEConfig(network=NetworkConfig(hidden=(32,), sine_features=16))
        self.model = VAE(config, SHAPE).eval().requires_grad_(False)

    def open(self, **changes: Any) -> None:
        encoder = encoder_payload(self.model.encoder, 2, SHAPE)
        decoder = decoder_payload(self.model.decoder, self.model.likelihood, 2, SHAPE)
        rng = np.random.default_rng(0)
        given = {
            "shape": SHAPE,
            "encoder": {"program": encoder.program, "w": encoder.w.tolist()},
            "decoder": {"program": decoder.program, "w": decoder.w.tolist()},
            "points": {"mu": rng.standard_normal(60).tolist(), "labels": [1] * 30},
            "plain": False,
        }
        self.page.evaluate(OPEN, given | changes)

    def line(self, *places: tuple[float, float]) -> None:
        box = self.page.locator(".sketch-paper canvas").bounding_box()
        assert box is not None
        for number, (x, y) in enumerate(places):
            self.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["width"], steps=4)
            if number == 0:
                self.page.mouse.down()
        self.page.mouse.up()

    def act(
        self,
        kind: str,
        number: int,
        x: float,
        y: float,
        buttons: int = 1,
        device: str = "touch",
        more: object = None,
    ) -> None:
        self.page.evaluate(TOUCH, [f"pointer{kind}", number, x, y, device, buttons, more])

    def drawn(self) -> NDArray[np.uint8]:
        """Return the image that was told last, [28, 28]."""
        self.page.wait_for_timeout(600)
        pixels = self.page.evaluate("window.told.at(-1)")
        assert pixels is not None
        return np.array(pixels or [0] * 784, np.uint8).reshape(28, 28)

    def words(self) -> str:
        return self.page.locator(".sketch-told").inner_text()


@pytest.fixture
def bench(web_page: Page) -> Iterator[Bench]:
    """A bench on an empty page."""
    web_page.evaluate("window.memory = undefined")
    yield Bench(web_page)
    web_page.evaluate("window.sketch?.destroy()")


def test_the_place_shown_is_that_of_the_image_told(bench: Bench) -> None:
    bench.open()
    bench.line((0.3, 0.2), (0.7, 0.3), (0.4, 0.8))
    image = bench.drawn()
    assert np.count_nonzero(image) > 50
    posterior = bench.model.encode(torch.from_numpy(image[None, None].astype(np.float32) / 255))
    found = re.findall(r"[−\d.]+", bench.words().split("μ")[1])
    numbers = np.array([float(word.replace("−", "-")) for word in found])
    np.testing.assert_allclose(numbers[:2], posterior.mu.numpy()[0], atol=0.0051)
    np.testing.assert_allclose(numbers[2:], posterior.sigma.numpy()[0], atol=0.00051)
    assert bench.words().startswith("Among the 1s\n15 of the 15")


def test_the_copy_is_what_the_place_decodes_to(bench: Bench) -> None:
    bench.open()
    bench.line((0.3, 0.2), (0.7, 0.8))
    image = torch.from_numpy(bench.drawn()[None, None].astype(np.float32) / 255)
    expected = bench.model.likelihood.mean(bench.model.decode(bench.model.encode(image).mu))[0, 0]
    shown = bench.page.get_by_role("img", name="Its copy").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, k) => k % 4 === 0)"
    )
    np.testing.assert_allclose(np.array(shown).reshape(28, 28), 255 * expected.numpy(), atol=1)


def test_it_follows_while_the_pen_is_down_and_tells_once_at_rest(bench: Bench) -> None:
    bench.open()
    bench.page.wait_for_timeout(600)
    before = bench.page.evaluate("window.told.length")
    bench.act("down", 1, 0.3, 0.3)
    seen = set()
    for step in range(8):
        bench.act("move", 1, 0.3 + 0.05 * step, 0.3 + 0.03 * step**1.5)
        bench.page.wait_for_timeout(40)
        seen.add(bench.words())
    assert len(seen) > 4
    assert bench.page.evaluate("window.told.length") == before
    bench.act("up", 1, 0.6, 0.6, 0)
    bench.drawn()
    assert bench.page.evaluate("window.told.length") == before + 1


def test_a_fast_pen_leaves_no_corners_out(bench: Bench) -> None:
    bench.open()
    bench.act("down", 1, 0.2, 0.2, device="pen")
    bench.act("move", 1, 0.8, 0.8, device="pen", more=[[0.2, 0.8], [0.8, 0.8]])
    bench.act("up", 1, 0.8, 0.8, 0, device="pen")
    fast = bench.drawn()
    bench.page.get_by_role("button", name="Clear").click()
    bench.act("down", 1, 0.2, 0.2)
    for place in ((0.2, 0.8), (0.8, 0.8)):
        bench.act("move", 1, *place)
    bench.act("up", 1, 0.8, 0.8, 0)
    np.testing.assert_array_equal(bench.drawn(), fast)


def test_the_other_end_of_a_pen_and_the_eraser_take_ink_away(bench: Bench) -> None:
    bench.open()
    bench.page.get_by_role("checkbox", name="Centre it").uncheck()
    bench.line((0.2, 0.5), (0.8, 0.5))
    whole = np.count_nonzero(bench.drawn())
    bench.act("down", 1, 0.2, 0.5, 32, "pen")
    bench.act("move", 1, 0.5, 0.5, 32, "pen")
    bench.act("up", 1, 0.5, 0.5, 0, "pen")
    assert np.count_nonzero(bench.drawn()) < 0.8 * whole
    bench.page.get_by_role("button", name="Undo").click()
    assert np.count_nonzero(bench.drawn()) == whole
    bench.page.get_by_role("button", name="Eraser").click()
    bench.line((0.2, 0.5), (0.5, 0.5))
    assert np.count_nonzero(bench.drawn()) < 0.8 * whole


def test_a_second_finger_means_that_the_first_drew_nothing(bench: Bench) -> None:
    bench.open()
    bench.act("down", 1, 0.2, 0.2)
    bench.act("move", 1, 0.3, 0.3)
    bench.act("down", 2, 0.7, 0.7)
    bench.act("up", 2, 0.7, 0.7, 0)
    bench.act("up", 1, 0.3, 0.3, 0)
    assert bench.drawn().max() == 0
    expect(bench.page.get_by_text("Draw here")).to_be_visible()
    bench.act("down", 3, 0.2, 0.2)
    bench.act("move", 3, 0.6, 0.6)
    bench.act("up", 3, 0.6, 0.6, 0)
    assert bench.drawn().max() > 0


def test_centring_can_be_turned_off(bench: Bench) -> None:
    bench.open()
    bench.line((0.1, 0.1), (0.25, 0.2))
    centred = bench.drawn()
    bench.page.get_by_role("checkbox", name="Centre it").uncheck()
    plain = bench.drawn()
    assert plain[14:].max() == 0
    assert centred[14:].max() > 0


def test_what_is_drawn_goes_on_in_the_next_sketch(bench: Bench) -> None:
    bench.open()
    bench.line((0.3, 0.2), (0.7, 0.8))
    first = bench.drawn()
    bench.page.evaluate("window.sketch.destroy()")
    assert bench.page.locator(".latent-pad").count() == 0
    bench.open()
    np.testing.assert_array_equal(bench.drawn(), first)
    bench.page.get_by_role("button", name="Undo").click()
    assert bench.drawn().max() == 0


def test_without_an_encoder_the_host_answers(bench: Bench) -> None:
    bench.open(encoder=None)
    bench.line((0.3, 0.2), (0.7, 0.8))
    bench.drawn()
    assert bench.words() == ""
    answer = "({ mu: [1, -1], logvar: [-2, -2], copy: new Uint8Array(784).fill(77) })"
    bench.page.evaluate(f"window.sketch.showAnswer({answer})")
    assert "μ = 1.00, −1.00" in bench.words()
    copy = bench.page.get_by_role("img", name="Its copy")
    assert copy.evaluate("canvas => canvas.getContext('2d').getImageData(5, 5, 1, 1).data[0]") == 77


def test_a_model_without_a_map_still_has_a_copy(bench: Bench) -> None:
    bench.open(decoder=None, encoder=None)
    expect(bench.page.locator(".sketch-map")).to_be_hidden()
    expect(bench.page.get_by_role("img", name="Its copy")).to_be_visible()
    bench.line((0.3, 0.2), (0.7, 0.8))
    bench.drawn()
    bench.page.evaluate(
        "window.sketch.showAnswer({ mu: [], logvar: null, copy: new Uint8Array(784).fill(77) })"
    )
    copy = bench.page.get_by_role("img", name="Its copy")
    assert copy.evaluate("canvas => canvas.getContext('2d').getImageData(5, 5, 1, 1).data[0]") == 77


def test_a_plain_sketch_is_the_canvas_and_its_tools_alone(bench: Bench) -> None:
    bench.open(plain=True)
    expect(bench.page.locator(".sketch-map")).to_be_hidden()
    expect(bench.page.locator(".sketch-images")).to_be_hidden()
    bench.line((0.3, 0.2), (0.7, 0.8))
    assert bench.drawn().max() > 0


def test_a_wide_posterior_needs_no_lens_and_a_narrow_one_does(bench: Bench) -> None:
    for shift, is_visible in ((3.0, False), (-8.0, True)):
        last = bench.model.encoder[-1]
        assert isinstance(last, torch.nn.Linear)
        last.bias[2:] = shift
        bench.open()
        bench.line((0.3, 0.2), (0.7, 0.8))
        bench.drawn()
        expect(bench.page.locator(".sketch-lens")).to_be_visible(visible=is_visible)
