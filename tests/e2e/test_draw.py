"""Images of the user's own in the browser: drawn with the pointer, kept in the tray, uploaded, refused."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import RunningApp
from tests.e2e.test_pad import Wire

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]
THREE = [
    (0.35, 0.25), (0.5, 0.18), (0.63, 0.25), (0.62, 0.38), (0.47, 0.47), (0.63, 0.55), (0.66, 0.7), (0.52, 0.82),
    (0.34, 0.75),
]  # fmt: skip

pytestmark = pytest.mark.e2e


@pytest.fixture
def wire(page: Page) -> Wire:
    return Wire(page)


def opened(page: Page, settle: Settle, address: str = "/draw?model=mnist-vae-2d") -> Locator:
    """Open the page and return the canvas."""
    page.goto(address)
    settle(page)
    canvas = page.get_by_role("application", name="Canvas")
    expect(canvas).to_be_visible()
    return canvas


def draw(page: Page, canvas: Locator, places: list[tuple[float, float]]) -> None:
    """Draw a line through places, shares of the canvas, with the pointer."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=5)
    page.mouse.up()


def png(paint: Callable[[ImageDraw.ImageDraw], object], size: int = 120, paper: int = 255) -> bytes:
    picture = Image.new("L", (size, size), paper)
    paint(ImageDraw.Draw(picture))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def seven() -> bytes:
    """A seven as a scan: dark on light."""
    return png(lambda pen: pen.line([(30, 30), (88, 30), (52, 95)], fill=25, width=10, joint="curve"))


def upload(page: Page, scope: Locator, *files: tuple[str, bytes]) -> None:
    scope.locator('input[type="file"]').set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files]
    )


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=f"{label[0]}: {option.lower()}").click()


def test_a_drawn_three_lies_among_the_threes_while_the_server_hears_of_it_at_rest(
    page: Page, settle: Settle, wire: Wire, screenshot: Screenshot
) -> None:
    canvas = opened(page, settle)
    before = len(wire.reruns)
    copy = page.get_by_role("img", name="Its copy")
    blank = copy.evaluate("canvas => canvas.toDataURL()")
    box = canvas.bounding_box()
    assert box is not None
    draw(page, canvas, THREE)
    told = page.locator(".sketch-told")
    expect(told).to_contain_text("Among the 3s")
    assert copy.evaluate("canvas => canvas.toDataURL()") != blank
    expect(page.get_by_role("button", name="Put in the tray").first).to_be_enabled()
    settle(page)
    assert len(wire.reruns) - before <= 2
    expect(page.locator(".sketch-lens")).to_be_visible()
    screenshot(page, "draw-three")


def test_the_drawing_goes_to_the_tray_and_from_there_to_an_uploaded_image(
    page: Page, settle: Settle, screenshot: Screenshot
) -> None:
    draw(page, opened(page, settle), THREE)
    page.get_by_role("button", name="Put in the tray").first.click()
    tray = page.get_by_role("list", name="Images in the tray")
    expect(tray.get_by_role("listitem")).to_have_count(1)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Interpolate").click()
    expect(page.get_by_role("heading", name="Interpolate", exact=True)).to_be_visible()
    settle(page)
    expect(tray.get_by_role("listitem")).to_have_count(1)
    choose(page, "A comes from", "Tray")
    expect(page.get_by_role("combobox", name="A: image in the tray")).to_be_visible()
    choose(page, "B comes from", "Upload")
    upload(page, page.locator(".st-key-end-B-file"), ("seven.png", seven()))
    expect(page.get_by_text("seven.png: inverted, fitted and centred")).to_be_visible()
    settle(page)
    expect(page).not_to_have_url(re.compile("pair="))
    expect(page.get_by_alt_text("Image A", exact=True)).to_be_visible()
    expect(page.get_by_alt_text("Image B", exact=True)).to_be_visible()
    screenshot(page, "interpolate-own")


def test_a_drawing_stays_over_a_change_of_page_and_is_taken_back_and_cleared(
    page: Page, settle: Settle
) -> None:
    canvas = opened(page, settle)
    draw(page, canvas, THREE)
    draw(page, canvas, [(0.1, 0.9), (0.9, 0.9)])
    seen = page.get_by_role("img", name="The model sees")
    pixels = lambda: seen.evaluate("canvas => canvas.toDataURL()")  # noqa: E731
    both = pixels()
    page.get_by_role("button", name="Undo (Ctrl+Z)").click()
    expect(page.locator(".sketch-told")).to_contain_text("Among the 3s")
    three = pixels()
    assert three != both
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()
    page.keyboard.press("Control+z")
    settle(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Map").click()
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    settle(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Draw").click()
    expect(page.locator(".sketch-told")).to_contain_text("Among the 3s")
    assert pixels() == three
    page.get_by_role("button", name="Clear (Delete)").click()
    expect(page.get_by_text("Draw here")).to_be_visible()
    expect(page.locator(".sketch-told")).to_have_text("")
    expect(page.get_by_role("button", name="Put in the tray").first).to_be_disabled()


def test_a_line_is_drawn_by_the_keyboard(page: Page, settle: Settle) -> None:
    canvas = opened(page, settle)
    canvas.focus()
    for _ in range(9):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    for _ in range(18):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".sketch-told")).to_contain_text("Among the 1s")
    page.keyboard.press("Delete")
    expect(page.get_by_text("Draw here")).to_be_visible()


def test_files_of_all_kinds_are_shown_or_refused_in_one_line_each(
    page: Page, settle: Settle, screenshot: Screenshot
) -> None:
    opened(page, settle)
    many = io.BytesIO()
    np.savez_compressed(many, images=np.zeros((2, 28, 28), np.uint8))
    upload(
        page,
        page.locator(".st-key-own-files"),
        ("seven.png", seven()),
        ("two.npz", many.getvalue()),
        ("script.png", b"<script>alert(1)</script>"),
        ("huge.png", png(lambda pen: None, 2100)),
        ("bomb.npz", b"PK\x03\x04" + bytes(50)),
    )
    expect(page.get_by_text("script.png: it is not a PNG or JPEG image.")).to_be_visible()
    expect(page.get_by_text("huge.png: the image is too large")).to_be_visible()
    expect(page.get_by_text("bomb.npz is not a readable NPZ file.")).to_be_visible()
    settle(page)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_alt_text("seven.png, its copy")).to_be_visible()
    expect(page.get_by_text("Among the 7s")).to_be_visible()
    expect(page.get_by_alt_text("two.npz, 2, its copy")).to_be_visible()
    before = page.get_by_alt_text("seven.png, as seen").get_attribute("src") or ""
    page.get_by_text("Invert", exact=True).first.click()
    expect(page.get_by_alt_text("seven.png, as seen")).not_to_have_attribute("src", before)
    screenshot(page, "draw-files", full_page=True)


PASTE = """(bytes) => {
    const given = new DataTransfer();
    given.items.add(new File([Uint8Array.from(bytes)], "any.png", { type: "image/png" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true }));
}"""


@pytest.mark.parametrize("content", [seven(), b"no image at all"], ids=["image", "none"])
def test_an_image_is_pasted_or_refused(page: Page, settle: Settle, content: bytes) -> None:
    opened(page, settle)
    page.evaluate(PASTE, list(content))
    if content.startswith(b"\x89PNG"):
        expect(page.get_by_alt_text("pasted image, its copy")).to_be_visible()
    else:
        expect(page.get_by_text("pasted image: it is not a PNG or JPEG image.")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_tray_gives_back_what_was_taken_out(page: Page, settle: Settle) -> None:
    canvas = opened(page, settle)
    draw(page, canvas, THREE)
    put = page.get_by_role("button", name="Put in the tray").first
    tray = page.get_by_role("list", name="Images in the tray").get_by_role("listitem")
    for count in (1, 2):
        put.click()
        expect(tray).to_have_count(count)
    tray.first.hover()
    tray.first.get_by_role("button").click()
    expect(tray).to_have_count(1)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(tray).to_have_count(2)
    page.get_by_role("button", name="Empty").click()
    expect(tray).to_have_count(0)


def test_the_map_opens_without_the_encoder(page: Page, settle: Settle) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/parcels/" in request.url else None)
    page.goto("/?model=mnist-vae-2d")
    settle(page)
    expect(page.locator(".pad-image")).to_be_visible()
    assert len(asked) == 1
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Draw").click()
    expect(page.get_by_role("application", name="Canvas")).to_be_visible()
    assert len(asked) == 2


COPY = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
    .filter((_, k) => k % 4 !== 3).reduce((a, b) => a + b, 0)"""


def expect_a_copy(page: Page) -> None:
    """Wait until the image beside the map shows something."""
    copy = page.get_by_role("img", name="Its copy")
    for _ in range(100):
        if copy.evaluate(COPY) > 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError("there is no copy")


def test_a_model_that_the_page_cannot_run_answers_from_the_server(
    page: Page, settle: Settle, foreign_app: RunningApp
) -> None:
    canvas = opened(page, settle, f"{foreign_app.url}/draw?model=mnist-vae-10d")
    draw(page, canvas, THREE)
    expect_a_copy(page)
    expect(page.locator(".sketch-told")).to_contain_text("Among the 3s")


@pytest.mark.parametrize(
    "name", ["mnist-vqvae", "mnist-cvae-2d", "mnist-ae-2d", "mnist-gan-2d", "shapes-vae-10d"]
)
def test_every_kind_of_model_can_be_drawn_for_or_says_why_not(page: Page, settle: Settle, name: str) -> None:
    page.goto(f"/draw?model={name}")
    settle(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    if name == "mnist-gan-2d":
        expect(page.get_by_text("has no encoder: no image")).to_be_visible()
        return
    draw(page, page.get_by_role("application", name="Canvas"), THREE)
    expect(page.get_by_role("button", name="Put in the tray").first).to_be_enabled()
    expect_a_copy(page)
