"""A mistake, predicted, trained and seen beside the right model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

Settle = Callable[[Page], None]
Screenshot = Callable[[Page, str], Path]


@pytest.mark.parametrize(
    ("name", "choice", "differs"),
    [
        ("thousand", "better ordered", "The setting that differs"),
        ("constant", "Nothing: a constant has no gradient", "The line that differs"),
        ("rate", "is as many times faster", "learning_rate: 0.008 in the right model, 1 in the broken one"),
    ],
)
def test_a_broken_model_trains_beside_the_right_one_once_it_is_predicted(
    page: Page, settle: Settle, screenshot: Screenshot, name: str, choice: str, differs: str
) -> None:
    page.goto(f"/lab?breakage={name}")
    settle(page)
    expect(page.get_by_role("button", name="Train the right and the broken one")).to_have_count(0)
    page.get_by_role("radiogroup").get_by_text(choice).click()
    page.get_by_role("button", name="See what happens").click()
    expect(page.get_by_text(differs)).to_be_visible()
    page.get_by_role("button", name="Train the right and the broken one").click()
    expect(page.get_by_role("button", name="Stop and measure")).to_be_visible()
    expect(page.get_by_role("button", name="Train both again")).to_be_visible(timeout=120_000)
    settle(page)
    expect(page.get_by_role("application")).to_have_count(2)
    expect(page.get_by_role("cell", name="KL, nats per image")).to_be_visible()
    if name == "constant":
        expect(page.get_by_text("The reported ELBOs are −44.2 nats apart")).to_be_visible()
    screenshot(page, f"lab-{name}")
