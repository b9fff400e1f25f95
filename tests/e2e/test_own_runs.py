"""A run belongs to its browser: it outlives a closed tab, and nobody else sees it unless it is shared."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]
COOKIE = "latent-explorer-owner"


def steps(page: Page) -> int:
    line = page.locator(".run-line")
    expect(line).to_contain_text(re.compile(r"step \d"))
    return int(re.search(r"step ([\d,]+)", line.inner_text())[1].replace(",", ""))  # type: ignore[index]


def tokens(context: BrowserContext) -> list[str]:
    return [str(cookie.get("value")) for cookie in context.cookies() if cookie.get("name") == COOKIE]


def stop(page: Page) -> None:
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="New run")).to_be_visible()


def visit(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def test_a_closed_tab_does_not_lose_a_run(
    page: Page, context: BrowserContext, train_endlessly: Callable[..., None], settle: Settle
) -> None:
    tab = context.new_page()
    train_endlessly(tab)
    before = steps(tab)
    tab.close()
    page.goto("/train")
    settle(page)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    now = steps(page)
    assert now > before
    expect(page.locator(".run-line")).not_to_contain_text(f"step {now:,} ")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.reload()
    settle(page)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    stop(page)


def test_the_cookie_is_a_random_number_for_this_site_alone(
    page: Page, context: BrowserContext, settle: Settle
) -> None:
    page.goto("/")
    settle(page)
    page.wait_for_function("name => document.cookie.includes(name)", arg=COOKIE)
    (cookie,) = (cookie for cookie in context.cookies() if cookie.get("name") == COOKIE)
    assert re.fullmatch("[0-9a-f]{32}", str(cookie.get("value")))
    assert (cookie.get("sameSite"), cookie.get("path")) == ("Strict", "/")
    page.reload()
    settle(page)
    assert tokens(context) == [cookie.get("value")]


def test_a_cookie_that_is_no_token_is_replaced(
    page: Page, context: BrowserContext, settle: Settle, app: object
) -> None:
    context.add_cookies([{"name": COOKIE, "value": "..%2F..%2Fetc", "url": app.url}])  # type: ignore[attr-defined]
    page.goto("/")
    settle(page)
    page.wait_for_function("name => new RegExp(`${name}=[0-9a-f]{32}`).test(document.cookie)", arg=COOKIE)


def test_two_tabs_opened_at_the_same_moment_have_one_owner(
    page: Page, context: BrowserContext, settle: Settle
) -> None:
    other = context.new_page()
    for tab in (other, page):
        tab.goto("/train", wait_until="commit")
    for tab in (page, other):
        settle(tab)
        expect(tab.get_by_role("button", name="Start")).to_be_visible()
    seconds = page.get_by_role("spinbutton", name="Time in seconds")
    seconds.fill("600")
    seconds.press("Enter")
    settle(page)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    other.reload()
    settle(other)
    expect(other.get_by_role("button", name="Pause")).to_be_visible()
    other.close()
    stop(page)


def test_nobody_else_sees_a_run_until_it_is_shared(
    page: Page,
    somebody_else: Page,
    train_endlessly: Callable[..., None],
    settle: Settle,
    screenshot: Screenshot,
) -> None:
    train_endlessly(page)
    stop(page)
    name = page.get_by_role("textbox", name="Keep it under a name").input_value()
    visit(page, "Runs")
    row = f".st-key-runs-row-{name}"
    expect(page.locator(row)).to_be_visible()
    screenshot(page, "runs-own")

    somebody_else.goto("/runs")
    settle(somebody_else)
    expect(somebody_else.get_by_text("Nothing here yet")).to_be_visible()
    somebody_else.goto(f"/?model={name}")
    settle(somebody_else)
    expect(somebody_else.get_by_text(f"There is no model called {name} here")).to_be_visible()

    page.locator(row).get_by_test_id("stPopover").click()
    page.get_by_role("button", name="Share").click()
    expect(page.locator(row).get_by_role("button", name="Take back")).to_be_visible()
    screenshot(page, "runs-shared")

    somebody_else.goto(f"/?model={name}")
    settle(somebody_else)
    expect(somebody_else.get_by_text(f"There is no model called {name} here")).to_have_count(0)
    expect(somebody_else.get_by_role("combobox", name="Model")).to_have_value(name)
    visit(somebody_else, "Runs")
    theirs = somebody_else.locator(row)
    expect(theirs.get_by_text("shared by somebody else")).to_be_visible()
    expect(theirs.get_by_role("button")).to_have_count(1)  # Open

    page.locator(row).get_by_role("button", name="Take back").click()
    expect(page.locator(row).get_by_test_id("stPopover")).to_be_visible()
    expect(theirs).to_have_count(0)
