"""A model with discrete codes in the browser: its codes are swapped by clicks, and its image follows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import RunningApp
from vae_core.config import DataConfig
from vae_core.datasets import load_dataset
from vae_core.models import VQVAEConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import save_measured
from vae_core.training import TrainingRun

Settle = Callable[[Page], None]
NAME = "digits-vqvae"
CENTRE = "Row 3, column 3"

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def coded(app: RunningApp) -> Iterator[str]:
    """The name of a small VQ-VAE of digits on the app's shared shelf."""
    training = TrainingConfig(epochs=20.0, seconds=None, batch_size=64, late_batch_size=64)
    config = RunConfig(DataConfig("digits"), VQVAEConfig(codes=16, channels=8, prior_layers=1), training)
    run = TrainingRun(config, load_dataset("digits"))
    for _ in run.events():
        pass
    save_measured(run, app.runs / NAME)
    yield NAME
    shutil.rmtree(app.runs / NAME)


def test_a_swapped_code_changes_the_image_until_it_is_undone(page: Page, coded: str, settle: Settle) -> None:
    page.goto(f"/?model={coded}")
    settle(page)
    cell = page.get_by_role("button", name=CENTRE)
    own = cell.get_attribute("aria-label") or ""
    image = page.get_by_alt_text("With your codes")
    before = image.get_attribute("src") or ""
    assert before == page.get_by_alt_text("Its copy").get_attribute("src")

    cell.click()
    codes = page.locator(".palette button")
    expect(codes).to_have_count(16)
    # The likeliest code of all is seldom in the middle, and a swap for itself would change nothing.
    other = codes.nth(0) if codes.nth(0).get_attribute("aria-pressed") == "false" else codes.nth(1)
    other.click()
    expect(page.get_by_text("1 swapped")).to_be_visible()
    expect(cell).not_to_have_attribute("aria-label", own)
    expect(image).not_to_have_attribute("src", before)

    page.get_by_role("button", name="Undo").click()
    expect(image).to_have_attribute("src", before)
    expect(cell).to_have_attribute("aria-label", own)
    expect(page.get_by_text("0 swapped")).to_be_visible()


def test_codes_are_reached_by_the_keyboard(page: Page, coded: str, settle: Settle) -> None:
    page.goto(f"/?model={coded}")
    settle(page)
    page.get_by_role("button", name=CENTRE).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Row 3, column 4")).to_be_focused()
    page.locator(".palette button[aria-pressed='false']").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 swapped")).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_text("0 swapped")).to_be_visible()


def test_its_other_pages_open(page: Page, coded: str, settle: Settle) -> None:
    for path, shown in (
        ("generate", "Forty generated images"),
        ("interpolate", "Both paths from A to B"),
        ("replay", ""),
        ("measure", ""),
    ):
        page.goto(f"/{path}?model={coded}")
        settle(page)
        if shown:
            expect(page.get_by_alt_text(shown).first).to_be_visible()
