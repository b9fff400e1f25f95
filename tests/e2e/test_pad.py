"""The latent pad inside the app: what follows the pointer, what reaches the server, and what travels to the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, Request, WebSocket, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from vae_core.trained import TrainedModel, load

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]
READ = """canvas => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return [canvas.width, canvas.height, ...data];
}"""
WATCH = """canvas => {
    const seen = new Set(), pixels = canvas.getContext("2d");
    const look = () => {
        seen.add(pixels.getImageData(0, 0, canvas.width, canvas.height).data.join());
        window.imagesSeen = seen.size;
        window.watching = requestAnimationFrame(look);
    };
    look();
}"""


class Wire:
    """What goes between the page and the server.

    Attributes
    ----------
    reruns : list of BackMsg
        Each message that asks the server to run the script again.
    received : int
        Bytes that came from the server.
    """

    def __init__(self, page: Page) -> None:
        self.reruns: list[BackMsg] = []
        self.received = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, payload: str | bytes) -> None:
        message = BackMsg.FromString(payload if isinstance(payload, bytes) else payload.encode())
        if message.WhichOneof("type") == "rerun_script":
            self.reruns.append(message)

    def _received(self, payload: str | bytes) -> None:
        self.received += len(payload)

    def place(self) -> dict[str, Any]:
        """Return the state that the pad sent last."""
        for message in reversed(self.reruns):
            for widget in message.rerun_script.widget_states.widgets:
                if widget.WhichOneof("value") == "json_value":
                    value = json.loads(widget.json_value)
                    if isinstance(value, dict) and "place" in value:
                        return dict(value["place"])
        raise AssertionError("the pad has sent nothing")


@pytest.fixture
def wire(page: Page) -> Iterator[Wire]:
    return Wire(page)


@pytest.fixture(scope="module")
def mnist(root: Path) -> TrainedModel:
    return load(root / "checkpoints" / "mnist-vae-2d")


def opened(page: Page, settle: Settle, address: str) -> Locator:
    """Open an address and return the pad's map, once its picture is there."""
    page.goto(address)
    settle(page)
    expect(page.locator(".pad-image")).to_be_visible()
    return page.locator(".pad-map canvas").last


def pixels(page: Page) -> NDArray[np.uint8]:
    """Return the decoded image's pixels, grey [H, W]."""
    width, height, *data = page.locator(".pad-image").evaluate(READ)
    return np.asarray(data, np.uint8).reshape(height, width, 4)[..., 0]


def point(surface: Locator, x: float, y: float) -> tuple[float, float]:
    """Return the page's coordinates of a share of the map's width and height."""
    box = surface.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


@pytest.mark.parametrize("address", ["/?model=mnist-vae-2d", "/generate?model=mnist-vae-2d"])
def test_the_image_follows_a_drag_and_the_server_hears_of_it_once(
    page: Page, settle: Settle, wire: Wire, mnist: TrainedModel, address: str
) -> None:
    surface = opened(page, settle, address)
    page.mouse.move(*point(surface, 0.3, 0.6))
    page.locator(".pad-image").evaluate(WATCH)
    before = len(wire.reruns)
    page.mouse.down()
    for step in range(300):
        turn = 2 * np.pi * step / 150
        page.mouse.move(*point(surface, 0.5 - 0.2 * np.cos(turn), 0.5 + 0.1 * np.sin(turn)))
    assert len(wire.reruns) == before, "the server was asked before the viewer let go"
    page.mouse.up()
    page.wait_for_timeout(1000)
    assert len(wire.reruns) == before + 1
    assert page.evaluate("window.imagesSeen") > 40
    expected = 255 * mnist.decode(np.asarray([wire.place()["z"]], np.float32))[0, 0]
    assert np.abs(pixels(page) - expected).max() <= 2


def test_a_slider_follows_the_pointer_too(
    page: Page, settle: Settle, wire: Wire, mnist: TrainedModel, screenshot: Screenshot
) -> None:
    opened(page, settle, "/generate?model=mnist-vae-2d")
    slider = page.get_by_role("slider", name="z1", exact=True)
    page.locator(".pad-image").evaluate(WATCH)
    page.mouse.move(*point(slider, 0.5, 0.5))
    before = len(wire.reruns)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(*point(slider, 0.5 + 0.004 * step, 0.5))
    assert len(wire.reruns) == before
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"z=[12]\.\d+(%2C|,)0&"))
    assert len(wire.reruns) == before + 1
    assert page.evaluate("window.imagesSeen") > 20
    expected = 255 * mnist.decode(np.asarray([wire.place()["z"]], np.float32))[0, 0]
    assert np.abs(pixels(page) - expected).max() <= 2
    screenshot(page, "generate-moved")


def test_the_weights_travel_once(page: Page, settle: Settle, wire: Wire, mnist: TrainedModel) -> None:
    weights = 4 * sum(parameter.numel() for parameter in mnist.module.decoder.parameters())
    with page.expect_response("**/parcels/*") as fetched:
        surface = opened(page, settle, "/?model=mnist-vae-2d")
    assert len(fetched.value.body()) > weights
    again: list[Request] = []
    page.on("request", lambda request: "/parcels/" in request.url and again.append(request))
    for step in range(5):
        page.mouse.click(*point(surface, 0.3 + 0.05 * step, 0.4))
        settle(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Generate").click()
    expect(page.get_by_role("heading", name="Generate", exact=True)).to_be_visible()
    settle(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Map").click()
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    settle(page)
    expect(page.locator(".pad-image")).to_be_visible()
    assert not again
    assert wire.received < weights / 2


def test_another_page_opens_at_the_same_place(page: Page, settle: Settle, mnist: TrainedModel) -> None:
    surface = opened(page, settle, "/?model=mnist-vae-2d")
    page.mouse.click(*point(surface, 0.4, 0.3))
    expect(page).to_have_url(re.compile("z=-"))
    shown = pixels(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Generate").click()
    expect(page.get_by_role("heading", name="Generate", exact=True)).to_be_visible()
    settle(page)
    np.testing.assert_array_equal(pixels(page), shown)


def test_the_keyboard_alone_reaches_any_place(page: Page, settle: Settle) -> None:
    surface = opened(page, settle, "/?model=mnist-vae-2d&z=0,0")
    surface.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"z=0\.2(%2C|,)0\.09(&|$)"))


def test_an_address_opens_the_pad_at_its_place_to_the_pixel(
    page: Page, settle: Settle, mnist: TrainedModel
) -> None:
    opened(page, settle, "/generate?model=mnist-vae-2d&z=-0.75,1.5")
    expected = 255 * mnist.decode(np.asarray([[-0.75, 1.5]], np.float32))[0, 0]
    assert np.abs(pixels(page) - expected).max() <= 2


@pytest.mark.parametrize(
    "model", ["mnist-vae-10d", "shapes-vae-10d", "digits-ae-2d", "mnist-ae-2d", "fashion-vae-2d"]
)
def test_every_kind_of_shipped_model_decodes_as_pytorch_does(
    page: Page, settle: Settle, wire: Wire, root: Path, model: str
) -> None:
    surface = opened(page, settle, f"/?model={model}")
    page.mouse.click(*point(surface, 0.6, 0.45))
    page.wait_for_timeout(500)
    decoded = load(root / "checkpoints" / model).decode(np.asarray([wire.place()["z"]], np.float32))
    assert np.abs(pixels(page) - 255 * decoded[0, 0]).max() <= 2


def test_a_lasso_shows_the_images_behind(page: Page, settle: Settle, screenshot: Screenshot) -> None:
    surface = opened(page, settle, "/?model=digits-vae-2d")
    expect(page.get_by_text("The image nearest to each class's centre")).to_be_visible()
    surface.focus()
    page.keyboard.press("l")
    page.mouse.move(*point(surface, 0.3, 0.3))
    page.mouse.down()
    for x, y in ((0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.3, 0.35)):
        page.mouse.move(*point(surface, x, y), steps=5)
    page.mouse.up()
    expect(page.get_by_text(re.compile("images selected"))).to_be_visible()
    screenshot(page, "map-selected")
    surface.focus()
    page.keyboard.press("Escape")
    expect(page.get_by_text("The image nearest to each class's centre")).to_be_visible()


def test_a_decoder_that_the_page_cannot_run_is_shown_from_images_decoded_beforehand(
    page: Page, settle: Settle, wire: Wire, mnist: TrainedModel, foreign_app: Any
) -> None:
    surface = opened(page, settle, f"{foreign_app.url}/?model=mnist-vae-2d&z=0,0")
    expect(page.get_by_text("decoded beforehand")).to_be_visible()
    first = pixels(page)
    assert np.abs(first - 255 * mnist.decode(np.zeros((1, 2), np.float32))[0, 0]).max() <= 2
    before = len(wire.reruns)
    page.mouse.move(*point(surface, 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*point(surface, 0.7, 0.3), steps=10)
    page.wait_for_timeout(100)
    assert (pixels(page) != first).any()
    assert len(wire.reruns) == before
    page.mouse.up()


def test_with_more_dimensions_the_server_decodes_for_the_page(
    page: Page, settle: Settle, wire: Wire, root: Path, foreign_app: Any
) -> None:
    surface = opened(page, settle, f"{foreign_app.url}/?model=mnist-vae-10d")
    expect(page.get_by_text("the server decodes")).to_be_visible()
    page.mouse.click(*point(surface, 0.7, 0.4))
    page.wait_for_timeout(2000)
    z = np.asarray([wire.place()["z"]], np.float32)
    decoded = load(root / "checkpoints" / "mnist-vae-10d").decode(z)
    assert np.abs(pixels(page) - 255 * decoded[0, 0]).max() <= 2


def test_a_chosen_model_takes_the_place_of_the_one_before(page: Page, settle: Settle, root: Path) -> None:
    opened(page, settle, "/?model=mnist-vae-2d")
    page.get_by_test_id("stSidebar").get_by_role("combobox").click()
    page.get_by_role("option", name="digits-vae-2d").click()
    expect(page).to_have_url(re.compile("model=digits-vae-2d"))
    settle(page)
    expect(page.locator(".pad-image")).to_have_count(1)
    assert pixels(page).shape == (8, 8)
