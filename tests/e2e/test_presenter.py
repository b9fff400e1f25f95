"""Presenter mode on a projector, by the keys that clickers send."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer.lessons import LESSONS
from explorer.lessons.records import Lesson

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]
OVERFLOW = (
    """element => [element.scrollWidth - element.clientWidth, element.scrollHeight - element.clientHeight]"""
)


@pytest.fixture
def projector(page: Page) -> Page:
    page.set_viewport_size({"width": 1024, "height": 768})
    return page


def nothing_overflows(page: Page) -> None:
    page.wait_for_timeout(300)  # pads and pictures take their size
    across, down = page.get_by_test_id("stMain").evaluate(OVERFLOW)
    assert across <= 0, "the page scrolls sideways"
    assert down <= 0, "the page scrolls down"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_is_presented_by_keys_alone_and_nothing_overflows(
    lesson: Lesson, projector: Page, settle: Settle
) -> None:
    page = projector
    page.goto(f"/lessons?lesson={lesson.name}&step=1&present=1")
    for number, step in enumerate(lesson.steps, 1):
        expect(page.get_by_role("heading", name=step.title)).to_be_visible()
        expect(page.get_by_text(f"{number} of {len(lesson.steps)}")).to_be_visible()
        expect(page).to_have_url(re.compile(f"step={number}.*present=1"))
        settle(page)
        nothing_overflows(page)
        expect(page.get_by_test_id("stSidebar")).to_be_hidden()
        if step.question is not None:
            expect(page.locator("li.right")).to_have_count(0)
            page.keyboard.press("b")
            expect(page.locator("li.right")).to_contain_text(step.question.choices[step.question.right])
            settle(page)
            nothing_overflows(page)
        page.keyboard.press("PageDown" if number % 2 else "ArrowRight")
    page.keyboard.press("PageUp")
    expect(page.get_by_role("heading", name=lesson.steps[-2].title)).to_be_visible()


@pytest.mark.parametrize("path", ["", "generate"], ids=["map", "generate"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pad_fills_the_screen_with_larger_type(
    projector: Page, settle: Settle, screenshot: Screenshot, path: str, scheme: str
) -> None:
    page = projector
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"/{path}?present=1")
    settle(page)
    expect(page.locator(".pad-image")).to_be_visible()
    nothing_overflows(page)
    size = page.locator(".pad-readout").evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    assert size > 21
    screenshot(page, f"present-{path or 'map'}-{scheme}")


def test_escape_leaves_also_from_the_map_and_a_question_mark_lists_the_keys(
    projector: Page, settle: Settle
) -> None:
    page = projector
    page.goto("/lessons?lesson=points&step=2&present=1")
    settle(page)
    expect(page.get_by_role("button", name="Leave presenter mode")).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys of presenter mode")
    expect(sheet).to_contain_text("Page Down")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    surface = page.get_by_role("application")
    surface.click()  # selects what is there
    page.keyboard.press("Home")
    page.keyboard.press("Escape")  # the selection goes
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    settle(page)
    expect(page.get_by_role("heading", name=LESSONS[0].steps[1].title)).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))


def test_arrows_on_the_map_move_its_cursor_and_not_the_slide(projector: Page, settle: Settle) -> None:
    page = projector
    page.goto("/lessons?lesson=points&step=2&present=1")
    settle(page)
    expect(page.get_by_text("2 of 4")).to_be_visible()
    expect(page.locator(".pad-readout b")).to_contain_text("z = (")
    before = page.locator(".pad-readout b").inner_text()
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pad-readout b")).not_to_have_text(before)
    expect(page.get_by_text("2 of 4")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(page.get_by_text("3 of 4")).to_be_visible()


def test_presenter_mode_begins_in_the_sidebar_and_stays_from_page_to_page(
    projector: Page, settle: Settle
) -> None:
    page = projector
    page.goto("/")
    settle(page)
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page).to_have_url(re.compile("present=1"))
    page.get_by_role("button", name="Leave presenter mode").click()
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
