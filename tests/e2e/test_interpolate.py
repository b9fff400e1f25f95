"""Paths between images in the browser: moved along without asking the server, chosen, routed, and taken home."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from explorer.panels.exports import FRAMES

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]

pytestmark = pytest.mark.e2e
ADDRESS = "/interpolate?model=digits-vae-2d"


def opened(page: Page, settle: Settle, address: str = ADDRESS) -> Locator:
    """Open the page; return the slider of its paths."""
    page.goto(address)
    settle(page)
    slider = page.get_by_role("slider", name="t, from A (0) to B (1)")
    expect(slider).to_be_visible()
    return slider


def pixels(image: Locator) -> NDArray[np.int64]:
    return np.asarray(Image.open(io.BytesIO(image.screenshot())).convert("L")).astype(int)


def large(page: Page, name: str) -> Locator:
    return page.get_by_role("img", name=f"{name}: the decoded image")


def test_the_slider_moves_all_images_by_the_keyboard_and_the_address_follows(
    page: Page, settle: Settle, screenshot: Screenshot
) -> None:
    slider = opened(page, settle)
    images = [large(page, name) for name in ("Straight", "Geodesic")]
    middle = [pixels(image) for image in images]
    slider.focus()
    page.keyboard.press("Home")
    for image, before in zip(images, middle, strict=True):
        expect(image).to_have_attribute("aria-label", re.compile("t = 0.00"))
        assert np.abs(pixels(image)[:190, :190] - before[:190, :190]).mean() > 2
    # Both paths begin at A.
    starts = [pixels(image)[:190, :190] for image in images]
    assert np.abs(starts[0] - starts[1]).mean() < 2
    expect(page).to_have_url(re.compile(r"[?&]t=0(&|$)"))
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"[?&]t=0.01(&|$)"))
    screenshot(page, "interpolate-paths")


def test_play_moves_in_the_page_and_pauses(page: Page, settle: Settle) -> None:
    slider = opened(page, settle)
    page.get_by_role("button", name="Play there and back").click()
    expect(slider).not_to_have_value("0.5")
    page.get_by_role("button", name="Pause").click()
    rested = slider.input_value()
    expect(page).to_have_url(re.compile(rf"[?&]t={re.escape(rested)}(&|$)"))
    assert slider.input_value() == rested


def test_a_click_on_a_strip_goes_to_its_place(page: Page, settle: Settle) -> None:
    slider = opened(page, settle)
    page.get_by_role("button", name="Straight, t = 1.00").click()
    expect(slider).to_have_value("1")
    expect(page).to_have_url(re.compile(r"[?&]t=1(&|$)"))


def test_paths_are_chosen_and_lead_through_an_image_until_that_is_undone(page: Page, settle: Settle) -> None:
    opened(page, settle)
    page.get_by_role("button", name="Arc").click()
    expect(page.get_by_role("region", name="Arc, 9 images")).to_be_visible()
    expect(page).to_have_url(re.compile("path=lerp%2Cslerp%2Cgeodesic"))
    page.get_by_role("button", name="On the way").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page).to_have_url(re.compile("via="))
    expect(page.get_by_role("img", name="Image 1 on the way")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    expect(page).not_to_have_url(re.compile("via="))


def test_an_animation_of_the_paths_is_taken_home(page: Page, settle: Settle, tmp_path: Path) -> None:
    opened(page, settle)
    page.get_by_role("button", name="Export").click()
    # Two paths side by side, with a line between them.
    size, count = (17 * 28, 8 * 28), 2 * FRAMES - 2
    with Image.open(exported(page, "GIF", tmp_path)) as picture:
        assert (picture.n_frames, picture.size) == (count, size)
    with av.open(exported(page, "MP4", tmp_path)) as film:
        frames = list(film.decode(video=0))
    assert (len(frames), (frames[0].width, frames[0].height)) == (count, size)


def exported(page: Page, kind: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Animation, {kind}").click()
    place = folder / f"digits-vae-2d-path.{kind.lower()}"
    assert waiting.value.suggested_filename == place.name
    waiting.value.save_as(place)
    return place


def test_a_square_between_four_images_is_an_address_of_its_own(
    page: Page, settle: Settle, screenshot: Screenshot
) -> None:
    opened(page, settle)
    page.get_by_role("radio", name="Two by two").click()
    expect(page.get_by_alt_text("7 by 7 images between A")).to_be_visible()
    expect(page).to_have_url(re.compile("lower="))
    screenshot(page, "interpolate-square")
    page.reload()
    settle(page)
    expect(page.get_by_alt_text("7 by 7 images between A")).to_be_visible()
