"""A server killed in the middle of training: the run is there after the next start, and goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from vae_core.checkpoint import read_counters
from vae_core.listing import ModelEntry, catalogue

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]


def steps(page: Page) -> int:
    line = page.locator(".run-line")
    expect(line).to_contain_text(re.compile(r"step \d"))
    return int(re.search(r"step ([\d,]+)", line.inner_text())[1].replace(",", ""))  # type: ignore[index]


def own_runs(folder: Path) -> list[ModelEntry]:
    return [entry for owner in (folder / ".own").iterdir() for entry in catalogue(owner)]


def test_a_run_outlives_the_server_that_was_killed(
    browser: Browser,
    serve: Callable[..., object],
    tmp_path: Path,
    train_endlessly: Callable[..., None],
    settle: Settle,
    screenshot: Screenshot,
) -> None:
    page = browser.new_page()
    with serve(tmp_path) as running:  # type: ignore[attr-defined]
        train_endlessly(page, running.url)
        page.wait_for_timeout(4000)
        running.process.kill()
        running.process.wait()
        runs = running.runs
    (entry,) = own_runs(runs)
    saved = read_counters(entry.path)
    assert saved is not None
    assert saved["step"] > 0
    with serve(tmp_path) as running:  # type: ignore[attr-defined]
        page.goto(f"{running.url}/runs")
        settle(page)
        expect(page.get_by_text(f"interrupted at step {saved['step']:,}")).to_be_visible()
        screenshot(page, "runs-interrupted")
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        page.wait_for_timeout(1500)
        assert steps(page) > saved["step"]
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_role("textbox", name="Keep it under a name")).to_be_visible()
    page.close()


def test_a_deleted_run_comes_back(
    browser: Browser,
    serve: Callable[..., object],
    tmp_path: Path,
    train_endlessly: Callable[..., None],
    settle: Settle,
) -> None:
    page = browser.new_page()
    with serve(tmp_path) as running:  # type: ignore[attr-defined]
        train_endlessly(page, running.url)
        page.wait_for_timeout(1500)
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_role("button", name="New run")).to_be_visible()
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Runs").click()
        expect(page.get_by_text("digits-8x8-1")).to_be_visible()
        (place,) = (entry.path for entry in own_runs(running.runs))
        page.locator(".st-key-runs-row-digits-8x8-1").get_by_test_id("stPopover").click()
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_text("Deleted digits-8x8-1.")).to_be_visible()
        assert not place.exists()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Deleted digits-8x8-1.")).to_have_count(0)
        expect(page.locator(".st-key-runs-row-digits-8x8-1")).to_be_visible()
        assert place.is_dir()
    page.close()
