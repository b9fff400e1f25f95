"""Images of one's own, brought in the browser: looked at, kept, trained on, and seen on the map with their classes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.e2e.conftest import RunningApp

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]
EDGE = 40


def drawing(kind: str, rng: np.random.Generator) -> bytes:
    """Return a shape of any size and place as a PNG file."""
    picture = Image.new("L", (EDGE, EDGE))
    half = rng.uniform(7, 13)
    x, y = rng.uniform(half + 1, EDGE - half - 1, 2)
    draw = ImageDraw.Draw(picture)
    if kind == "circles":
        draw.ellipse((x - half, y - half, x + half, y + half), fill=255)
    elif kind == "squares":
        draw.rectangle((x - half, y - half, x + half, y + half), fill=190)
    else:
        draw.polygon([(x - half, y + half), (x + half, y + half), (x, y - half)], fill=120)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """A ZIP of three class folders, and of two files that are no images."""
    rng = np.random.default_rng(0)
    path = tmp_path / "my-shapes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for kind in ("circles", "squares", "triangles"):
            for number in range(60):
                archive.writestr(f"my-shapes/{kind}/{number}.png", drawing(kind, rng))
        archive.writestr("my-shapes/circles/notes.txt", "nothing to see")
        archive.writestr("__MACOSX/circles/._0.png", "x")
    return path


def choose_own(page: Page, settle: Settle) -> None:
    page.goto("/train")
    settle(page)
    page.get_by_role("combobox", name=re.compile("Data")).click()
    page.get_by_role("option", name="Your own…").click()
    expect(page.get_by_text("Bring images of your own")).to_be_visible()
    settle(page)


def upload(page: Page, path: Path, settle: Settle) -> None:
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text(path.name)).to_be_visible()
    settle(page)


def test_images_are_brought_kept_trained_on_and_seen_on_the_map(
    page: Page, shapes: Path, settle: Settle, screenshot: Screenshot, somebody_else: Page
) -> None:
    choose_own(page, settle)
    screenshot(page, "own-data-empty")
    upload(page, shapes, settle)
    expect(page.get_by_text("A few of them, as the model will see them")).to_be_visible()
    screenshot(page, "own-data-preview")
    page.get_by_role("button", name="Read the images").click()
    expect(page.get_by_text("180 images of 28 × 28, grey")).to_be_visible()
    expect(page.get_by_role("img", name="circles 60, squares 60, triangles 60")).to_be_visible()
    page.get_by_text("Skipped: 1 file").click()
    expect(page.get_by_text("It is not a PNG or JPEG image.")).to_be_visible()
    screenshot(page, "own-data-summary")
    page.get_by_role("button", name="Keep as data set").click()
    expect(page.get_by_text("144 images to learn from")).to_be_visible()
    settle(page)
    screenshot(page, "own-data-kept")
    seconds = page.get_by_role("spinbutton", name="Time in seconds")
    seconds.fill("3")
    seconds.press("Enter")
    settle(page)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("textbox", name="Keep it under a name")).to_be_visible()
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("It is now the model on the other pages")).to_be_visible()
    page.get_by_role("link", name="Map").click()
    settle(page)
    for kind in ("circles", "squares", "triangles"):
        expect(page.locator(".pad-legend").get_by_role("button", name=kind)).to_be_visible()
    screenshot(page, "own-data-map")
    somebody_else.goto("/train")
    settle(somebody_else)
    somebody_else.get_by_role("combobox", name=re.compile("Data")).click()
    expect(somebody_else.get_by_role("option", name="Your own…")).to_be_visible()
    expect(somebody_else.get_by_role("option", name=re.compile("my-shapes"))).to_have_count(0)


def test_an_archive_made_to_do_harm_gets_one_line(
    page: Page, app: RunningApp, tmp_path: Path, settle: Settle, screenshot: Screenshot
) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cats/1.png", bytes(60_000_000))
    choose_own(page, settle)
    upload(page, path, settle)
    told = page.get_by_test_id("stAlert")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("claims to hold far more than images that were packed")
    expect(page.get_by_role("button", name="Read the images")).to_have_count(0)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    assert "Traceback" not in app.log.read_text(errors="replace")
    screenshot(page, "own-data-refused")


def test_a_set_is_deleted_after_a_question(page: Page, shapes: Path, settle: Settle) -> None:
    choose_own(page, settle)
    upload(page, shapes, settle)
    page.get_by_role("button", name="Read the images").click()
    page.get_by_role("button", name="Keep as data set").click()
    expect(page.get_by_text("144 images to learn from")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Digits 8x8").first).to_be_visible()
    settle(page)
    page.get_by_role("combobox", name=re.compile("Data")).click()
    expect(page.get_by_role("option", name="Your own…")).to_be_visible()
    expect(page.get_by_role("option", name=re.compile("my-shapes"))).to_have_count(0)
