"""A teacher and students in browsers of their own: one room, one lesson, one map, one wall."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from explorer.lessons import LESSONS

Settle = Callable[[Page], None]
Screenshot = Callable[..., Path]
Arrive = Callable[..., Page]
TUG = next(lesson for lesson in LESSONS if lesson.name == "tug")
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def code(page: Page, settle: Settle) -> str:
    """A room that the browser of `page` has opened and leads."""
    page.goto("/classroom")
    settle(page)
    page.get_by_role("button", name="Open a room").click()
    expect(page).to_have_url(re.compile("room="))
    expect(page.get_by_text("0 here · you lead.")).to_be_visible()
    found = re.search(r"room=(\w+)", page.url)
    assert found is not None
    return found[1]


@pytest.fixture
def arrive(browser: Browser, app: object, code: str, settle: Settle) -> Iterator[Arrive]:
    """Let a student join by the room's link, in a browser of their own: ``arrive("Ada")``."""
    made: list[BrowserContext] = []

    def come(nickname: str = "", viewport: dict[str, int] | None = None) -> Page:
        context = browser.new_context(
            base_url=app.url,  # type: ignore[attr-defined]
            viewport=viewport or {"width": 1280, "height": 800},  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        made.append(context)
        student = context.new_page()
        student.set_default_timeout(30_000)
        student.goto(f"/classroom?room={code}")
        settle(student)
        if nickname:
            student.get_by_label("Nickname").fill(nickname)
        student.get_by_role("button", name="Join the class").click()
        expect(student.get_by_text("your teacher leads")).to_be_visible()
        return student

    yield come
    for context in made:
        context.close()


def show(page: Page, settle: Settle, title: str) -> None:
    """Choose what the class sees."""
    page.get_by_role("combobox", name="The class sees").click()
    page.get_by_role("option", name=title, exact=True).click()
    expect(page.get_by_role("button", name="Invite")).to_be_visible()
    settle(page)


def predict(student: Page, choice: str) -> None:
    student.get_by_role("radiogroup").get_by_text(choice, exact=True).click()
    send = student.get_by_role("button", name="Send my prediction")
    expect(send).to_be_enabled()
    send.click()
    expect(student.get_by_text("Your prediction counts.")).to_be_visible()


def bars(page: Page) -> list[str]:
    return (
        page.get_by_role("list", name="Choices, and how many gave each").locator(".count").all_inner_texts()
    )


def overflow(page: Page) -> tuple[int, int]:
    """Return by how many pixels the page is wider and higher than the window."""
    across, down = page.get_by_test_id("stMain").evaluate(
        "element => [element.scrollWidth - element.clientWidth, element.scrollHeight - element.clientHeight]"
    )
    return across, down


def place(page: Page) -> str:
    """Return where the pad of a page is, once it has drawn the keys and moves before."""
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    return page.locator(".pad-readout b").first.inner_text()


def test_a_class_goes_through_a_lesson_together(
    page: Page, code: str, arrive: Arrive, settle: Settle, screenshot: Screenshot, tmp_path: Path
) -> None:
    ada, ben = arrive("Ada"), arrive()
    expect(page.get_by_text("2 here · you lead.")).to_be_visible()
    expect(ben.get_by_text("Student 2")).to_be_visible()
    show(page, settle, TUG.title)
    for one in (ada, ben):
        expect(one.get_by_role("heading", name=TUG.steps[0].title)).to_be_visible()
    page.get_by_role("button", name="Next").click()
    question = TUG.steps[1].question
    assert question is not None
    for one, choice in ((ada, question.choices[0]), (ben, question.choices[1])):
        expect(one.get_by_role("heading", name=TUG.steps[1].title)).to_be_visible()
        settle(one)
        predict(one, choice)
    expect(page.get_by_text("2 of 2 have answered.")).to_be_visible()
    assert bars(page) == ["1", "1", "0"]
    for one in (ada, ben):
        assert not bars(one)
        expect(one.get_by_text("Your answer")).to_be_visible()
    page.get_by_role("button", name="Reveal").click()
    for one, chosen in ((ada, 0), (ben, 1)):
        expect(one.locator("li.right")).to_contain_text(question.choices[question.right])
        assert bars(one) == ["1", "1", "0"]
        expect(one.locator("li.own")).to_contain_text(question.choices[chosen])
        expect(one.get_by_text("so fewer nats are spent on them")).to_be_visible()
    settle(ada)
    screenshot(ada, "class-revealed")
    screenshot(page, "class-teacher")
    page.get_by_role("button", name="Room", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Answers as CSV").click()
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert rows[1:] == [
        ["1", "Ada", "tug", "2", question.choices[0]],
        ["2", "Student 2", "tug", "2", question.choices[1]],
    ]
    assert code in download.value.suggested_filename


def test_cursors_go_where_the_teachers_goes_until_the_class_is_free(
    page: Page, code: str, arrive: Arrive, settle: Settle
) -> None:
    student = arrive("Ada")
    show(page, settle, "A map")
    for one in (page, student):
        expect(one.locator(".pad-image")).to_be_visible()
        settle(one)
    before = place(student)
    box = page.get_by_role("application").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] - 40, steps=8)
    expect(student.locator(".pad-readout b").first).not_to_have_text(before)  # while the button is down
    page.mouse.move(middle[0] + 90, middle[1] + 50, steps=8)
    page.mouse.up()
    expect(student.locator(".pad-readout b").first).to_have_text(place(page))
    page.get_by_text("Lead the maps").click()
    expect(student.get_by_text("look around as you like")).to_be_visible()
    settle(page)
    settle(student)
    led = place(student)
    page.get_by_role("application").press("Home")
    page.wait_for_timeout(1500)
    assert place(page) != led
    assert place(student) == led
    page.get_by_text("Lead the maps").click()
    expect(student.locator(".pad-readout b").first).to_have_text(place(page))


def test_the_teacher_takes_over_on_another_device_and_both_lead(
    page: Page, code: str, arrive: Arrive, somebody_else: Page, settle: Settle
) -> None:
    student = arrive("Ada")
    show(page, settle, "A map")
    page.get_by_role("button", name="Room", exact=True).click()
    page.get_by_role("button", name="Show the teacher's key").click()
    key = page.get_by_test_id("stCode").inner_text().strip()
    tablet = somebody_else
    tablet.goto(f"/classroom?room={code}")
    settle(tablet)
    tablet.get_by_text("I teach this room").click()
    tablet.get_by_role("textbox", name="The teacher's key").fill(key)
    tablet.get_by_role("textbox", name="The teacher's key").press("Enter")
    tablet.get_by_role("button", name="Lead the room from here").click()
    expect(tablet.get_by_role("combobox", name="The class sees")).to_be_visible()
    expect(tablet.locator(".pad-image")).to_be_visible()
    settle(tablet)
    for _ in range(3):
        tablet.get_by_role("application").press("ArrowUp")
    for one in (student, page):
        expect(one.locator(".pad-readout b").first).to_have_text(place(tablet))


def test_what_is_under_the_cursor_goes_to_the_wall_and_the_teacher_can_hide_it(
    page: Page, code: str, arrive: Arrive, settle: Settle
) -> None:
    ada, ben = arrive("Ada"), arrive("Ben")
    show(page, settle, "A map")
    for one in (page, ada):
        expect(one.locator(".pad-image")).to_be_visible()
        settle(one)
    for _ in range(5):
        page.get_by_role("application").press("ArrowRight")
    for one in (page, ada):
        expect(one.locator(".pad-readout b").first).to_have_text("z = (+0.50, +0.00)")
    ada.get_by_role("button", name="Pin to the wall").click()
    for one in (page, ada, ben):
        wall = one.get_by_role("list", name="The wall")
        expect(wall.get_by_text("Ada", exact=True)).to_be_visible()
        expect(wall.locator("img")).to_have_attribute("alt", re.compile(r"at \(0\.50, 0\.00\)"))
    expect(ben.get_by_role("button", name=re.compile("^(Hide|Take off)"))).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Hide:")).click()
    expect(ben.get_by_role("list", name="The wall")).to_have_count(0)
    expect(page.get_by_text("Ada · hidden")).to_be_visible()
    ada.get_by_role("button", name=re.compile("^Take off")).click()
    expect(page.get_by_role("list", name="The wall")).to_have_count(0)


def test_a_student_cannot_lead(page: Page, code: str, arrive: Arrive, settle: Settle) -> None:
    student = arrive("Eve")
    expect(student.get_by_role("combobox")).to_have_count(0)
    answered = student.evaluate(
        """code => new Promise((done) => {
            const socket = new WebSocket(`${location.origin.replace("http", "ws")}/room/${code}`);
            socket.onopen = () => socket.send(JSON.stringify({ lead: { lesson: "tug", step: 1 } }));
            socket.onmessage = ({ data }) => JSON.parse(data).error && done(JSON.parse(data).error);
            socket.onclose = ({ code }) => done(`closed ${code}`);
        })""",
        code,
    )
    assert answered
    settle(page)
    expect(page.get_by_role("combobox", name="The class sees")).to_have_count(1)
    expect(page.get_by_role("button", name="Reveal")).to_have_count(0)
    expect(student.get_by_text("Your teacher will begin in a moment.")).to_be_visible()


def test_a_lost_connection_is_a_calm_line_and_comes_back(
    page: Page, code: str, arrive: Arrive, settle: Settle
) -> None:
    student = arrive("Ada")
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    student.route_web_socket(re.compile(r"/room/\w+$"), through)
    student.reload()
    settle(student)
    expect(student.get_by_text("Ada")).to_be_visible()
    student.wait_for_timeout(500)
    sockets[-1].close(code=1011)
    lost = student.get_by_text("Not connected to the room. Trying again.").first
    expect(lost).to_be_visible()
    expect(lost).to_be_hidden()
    assert len(sockets) > 1
    show(page, settle, TUG.title)
    expect(student.get_by_role("heading", name=TUG.steps[0].title)).to_be_visible()


def test_a_phone_joins_predicts_and_leaves(
    page: Page, code: str, arrive: Arrive, settle: Settle, screenshot: Screenshot
) -> None:
    phone = arrive(viewport=PHONE)
    show(page, settle, TUG.title)
    expect(phone.get_by_role("heading", name=TUG.steps[0].title)).to_be_visible()
    settle(phone)
    assert TUG.steps[0].question is not None
    predict(phone, TUG.steps[0].question.choices[0])
    screenshot(phone, "class-phone", full_page=True)
    main = phone.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    phone.get_by_role("button", name="Leave", exact=True).click()
    expect(phone.get_by_role("button", name="Open a room")).to_be_visible()
    expect(page.get_by_text("0 here · you lead.")).to_be_visible()


def test_a_room_is_presented_by_keys_and_stays_on_other_pages(
    page: Page, code: str, arrive: Arrive, settle: Settle
) -> None:
    arrive("Ada")
    page.set_viewport_size({"width": 1024, "height": 768})
    show(page, settle, TUG.title)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Generate").click()
    expect(page.get_by_text("1 here · led")).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Classroom").click()
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_text("0 of 1 have answered.")).to_be_visible()
    assert not bars(page)
    page.keyboard.press("b")
    expect(page.locator("li.right")).to_be_visible()
    settle(page)
    assert overflow(page) == (0, 0)
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name=TUG.steps[1].title)).to_be_visible()


def test_a_projector_shows_the_invitation_and_a_map_whole(
    page: Page, code: str, settle: Settle, screenshot: Screenshot
) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"/classroom?room={code}&present=1")
    settle(page)
    expect(page.locator(".picture svg")).to_be_visible()
    assert page.locator(".code").evaluate("element => parseFloat(getComputedStyle(element).fontSize)") > 100
    page.wait_for_timeout(300)
    assert overflow(page) == (0, 0)
    screenshot(page, "class-invitation")
    page.keyboard.press("Escape")
    show(page, settle, "A map")
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.locator(".pad-image")).to_be_visible()
    settle(page)
    page.wait_for_timeout(300)
    assert overflow(page) == (0, 0)
    screenshot(page, "class-map")


def test_closing_a_room_tells_the_class(page: Page, code: str, arrive: Arrive, settle: Settle) -> None:
    student = arrive("Ada")
    page.get_by_role("button", name="Room", exact=True).click()
    page.get_by_role("button", name="Close the room").click()
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_role("button", name="Open a room")).to_be_visible()
    expect(student.get_by_text("There is no room with this code.")).to_be_visible()
