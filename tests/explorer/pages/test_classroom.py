from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.classroom import answers, bounds, connection, people, rooms, wall
from explorer.classroom import seat as seats
from explorer.classroom.seat import Seat
from explorer.lessons import LESSONS
from explorer.panels import class_room

TEACHER, ADA, BOB = "a" * 32, "b" * 32, "c" * 32
SHIPPED = Path(__file__).parents[3] / "checkpoints"
TUG = next(lesson for lesson in LESSONS if lesson.name == "tug")
Enter = Callable[..., AppTest]


@pytest.fixture
def enter(open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> Enter:
    """Open the classroom, with the models that are shipped: ``enter(ADA, room=code)``."""
    monkeypatch.setenv("VAE_MODELS_DIR", str(SHIPPED))
    return lambda token, **address: open_page("classroom", token=token, **address)


@pytest.fixture
def code(enter: Enter) -> str:
    """A room that has been opened on the page."""
    page = enter(TEACHER)
    page.button(key="classroom.open").click().run()
    assert not page.exception
    (room,) = rooms.led_by(connection.store(), TEACHER)
    return room.code


def texts(page: AppTest) -> str:
    return "\n".join(element.value for element in (*page.markdown, *page.caption, *page.error))


def seat(code: str, who: str) -> Seat:
    store = connection.store()
    return Seat(store, who, rooms.room(store, code), people.role(store, code, who))


def test_without_a_room_the_page_offers_to_join_and_to_open_one(enter: Enter) -> None:
    page = enter(ADA)
    assert not page.exception
    assert not page.error
    assert page.text_input(key="classroom.code")
    assert page.button(key="classroom.open")


@pytest.mark.parametrize("sent", ["BCDF2G", "nonsense", "bcd f2g"])
def test_a_room_that_is_not_there_is_one_line_and_the_door_stays_open(enter: Enter, sent: str) -> None:
    page = enter(ADA, room=sent)
    assert not page.exception
    assert len(page.error) == 1
    assert "There is no room with this code." in page.error[0].value
    page.run()
    assert not page.error
    assert "room" not in page.query_params


def test_a_code_is_taken_as_it_is_read_out(enter: Enter, code: str) -> None:
    page = enter(ADA)
    page.text_input(key="classroom.code").set_value(f"{code[:3]}-{code[3:]}".lower())
    page.button[[b.label for b in page.button].index("Join")].click().run()
    assert not page.error
    assert "Welcome" in texts(page)
    assert people.myself(connection.store(), code, ADA).nickname == "Student 1"


def test_a_link_asks_for_a_nickname_at_most(enter: Enter, code: str) -> None:
    page = enter(ADA, room=code)
    assert people.role(connection.store(), code, ADA) is None
    page.text_input(key="classroom.nickname").set_value("Zoë 🐱")
    page.button[[b.label for b in page.button].index("Join the class")].click().run()
    assert people.myself(connection.store(), code, ADA).nickname == "Zoë 🐱"


def test_a_nickname_that_could_be_markup_is_refused_in_a_line(enter: Enter, code: str) -> None:
    page = enter(ADA, room=code)
    page.text_input(key="classroom.nickname").set_value("<b>*Ada*</b>")
    page.button[[b.label for b in page.button].index("Join the class")].click().run()
    assert "That nickname can't be shown." in page.error[0].value
    assert people.role(connection.store(), code, ADA) is None


def test_a_full_room_says_so(enter: Enter, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "STUDENTS", 1)
    people.join(connection.store(), code, BOB)
    page = enter(ADA, room=code)
    page.button[[b.label for b in page.button].index("Join the class")].click().run()
    assert "This room is full." in page.error[0].value


def test_a_room_that_has_expired_is_gone_for_students_and_teacher(
    enter: Enter, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = connection.store()
    people.join(store, code, ADA)
    now = store.clock()
    monkeypatch.setattr(store, "clock", lambda: now + 25 * 3600)
    for who in (TEACHER, ADA):
        page = enter(who, room=code)
        assert not page.exception
        assert "There is no room with this code." in page.error[0].value


def test_a_student_who_was_removed_cannot_come_back(enter: Enter, code: str) -> None:
    store = connection.store()
    people.join(store, code, ADA)
    people.remove(store, code, TEACHER, 1)
    page = enter(ADA, room=code)
    page.button[[b.label for b in page.button].index("Join the class")].click().run()
    assert "removed" in page.error[0].value


def test_the_class_goes_where_the_teacher_goes_and_is_told_when_it_is_revealed(
    enter: Enter, code: str
) -> None:
    store = connection.store()
    people.join(store, code, ADA)
    teacher = enter(TEACHER, room=code)
    teacher.selectbox(key="class.shown").set_value("tug").run()
    teacher.button(key="class.next").click().run()
    room = rooms.room(store, code)
    assert (room.lesson, room.step, room.reveal) == ("tug", 1, False)
    step = TUG.steps[1]
    student = enter(ADA, room=code)
    assert step.title in texts(student)
    assert step.after not in texts(student)
    assert student.button(key="class.send").disabled
    student.radio(key="class.predict.tug.1").set_value(2).run()
    student.button(key="class.send").click().run()
    assert answers.given(store, code, ADA, "tug", 1) == 2
    assert step.after not in texts(student)
    teacher.button(key="class.reveal").click().run()
    student.run()
    assert step.after in texts(student)
    assert not student.exception
    assert not teacher.exception


def test_a_late_student_cannot_answer_what_was_revealed(enter: Enter, code: str) -> None:
    store = connection.store()
    rooms.lead(store, code, TEACHER, lesson="tug", step=0, reveal=True)
    people.join(store, code, ADA)
    page = enter(ADA, room=code)
    assert not page.radio
    assert TUG.steps[0].after in texts(page)


def test_a_student_has_nothing_to_lead_with(enter: Enter, code: str) -> None:
    people.join(connection.store(), code, ADA)
    rooms.lead(connection.store(), code, TEACHER, lesson="tug", step=0)
    page = enter(ADA, room=code)
    keys = {button.key for button in page.button}
    assert not keys & {"class.next", "class.reveal", "class.close", "class.show-key"}
    assert not page.selectbox


def test_the_teachers_key_is_shown_on_request_only_and_leads_from_another_device(
    enter: Enter, code: str
) -> None:
    key = rooms.key(connection.store(), code, TEACHER)
    page = enter(TEACHER, room=code)
    assert not page.get("code")
    page.button(key="class.show-key").click().run()
    assert [shown.value for shown in page.code] == [key]
    page.button(key="class.hide-key").click().run()
    assert not page.get("code")
    other = enter(BOB, room=code)
    other.text_input(key="classroom.key").set_value("WRONG")
    other.button(key="classroom.take").click().run()
    assert "That is not the key of this room." in other.error[0].value
    other.text_input(key="classroom.key").set_value(key)
    other.button(key="classroom.take").click().run()
    assert other.selectbox(key="class.shown")


def test_presenting_shows_no_key_and_no_bars_before_they_are_revealed(enter: Enter, code: str) -> None:
    rooms.lead(connection.store(), code, TEACHER, lesson="tug", step=1)
    page = enter(TEACHER, room=code, present="1")
    assert not page.exception
    assert "Only you see" not in texts(page)
    assert not page.selectbox
    assert TUG.steps[1].slide in texts(page)


def test_closing_takes_a_second_click_and_everybody_is_told(enter: Enter, code: str) -> None:
    people.join(connection.store(), code, ADA)
    student, page = enter(ADA, room=code), enter(TEACHER, room=code)
    page.button(key="class.closing").click().run()
    assert rooms.room(connection.store(), code)
    page.button(key="class.close").click().run()
    assert not page.exception
    assert page.button(key="classroom.open")
    student.run()
    assert "There is no room with this code." in student.error[0].value


def test_leaving_is_one_click_and_answers_stay(enter: Enter, code: str) -> None:
    store = connection.store()
    people.join(store, code, ADA)
    rooms.lead(store, code, TEACHER, lesson="tug", step=0)
    answers.answer(store, code, ADA, "tug", 0, 1)
    page = enter(ADA, room=code)
    page.button(key="classroom.leave").click().run()
    assert page.button(key="classroom.open")
    assert "room" not in page.query_params
    assert answers.counts(store, code, "tug", 0) == {1: 1}


def test_a_room_stays_with_one_from_page_to_page(
    open_page: Callable[..., AppTest], enter: Enter, code: str
) -> None:
    page = open_page("generate", token=TEACHER, room=code)
    assert not page.exception
    assert page.query_params["room"] in (code, [code])


def test_a_map_is_shown_with_a_model_that_the_teacher_chooses(enter: Enter, code: str) -> None:
    page = enter(TEACHER, room=code)
    page.selectbox(key="class.shown").set_value("map").run()
    page.selectbox(key="class.model").set_value("digits-vae-2d").run()
    assert not page.exception
    assert rooms.room(connection.store(), code).model == "digits-vae-2d"
    people.join(connection.store(), code, ADA)
    student = enter(ADA, room=code)
    assert not student.exception
    assert "_pad.digits-vae-2d" in student.session_state


def test_a_model_that_only_the_teacher_has_is_said_in_a_line(enter: Enter, code: str) -> None:
    rooms.lead(connection.store(), code, TEACHER, page="map", model="teachers-own")
    people.join(connection.store(), code, ADA)
    page = enter(ADA, room=code)
    assert not page.exception
    assert "teachers-own" in page.info[0].value


def test_answers_are_a_table_with_the_choices_in_words(code: str) -> None:
    store = connection.store()
    people.join(store, code, ADA, "Ada")
    answers.answer(store, code, ADA, "tug", 1, 0)
    rows = list(csv.reader(io.StringIO(class_room.as_csv(seat(code, TEACHER)).decode("utf-8-sig"))))
    assert rows[1:] == [["1", "Ada", "tug", "2", "The KL falls, the other rises"]]


def test_the_wall_shows_pins_of_models_that_are_here(enter: Enter, code: str) -> None:
    store = connection.store()
    people.join(store, code, ADA, "Ada")
    wall.pin(store, code, ADA, "digits-vae-2d", [0.5, -0.5])
    wall.pin(store, code, ADA, "gone", [0.5])
    wall.pin(store, code, ADA, "mnist-cvae-2d", [0.0, 0.0], 3)
    page = enter(TEACHER, room=code)
    assert not page.exception
    assert "The wall" in texts(page)
    assert "1 more are of models that are not here." in texts(page)


def test_a_step_that_a_lesson_does_not_have_is_its_last(enter: Enter, code: str) -> None:
    rooms.lead(connection.store(), code, TEACHER, lesson="tug", step=90)
    page = enter(TEACHER, room=code)
    assert not page.exception
    assert TUG.steps[-1].slide in texts(page)


def test_a_lesson_that_is_not_there_is_no_lesson(enter: Enter, code: str) -> None:
    rooms.lead(connection.store(), code, TEACHER, lesson="no-such-lesson", step=0)
    for who in (TEACHER, ADA):
        page = enter(who, room=code)
        assert not page.exception
        assert not page.error


def test_wrong_guesses_of_others_put_nobody_out_who_is_in(
    enter: Enter, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats, "client", lambda: "10.0.0.1")
    store = connection.store()
    people.join(store, code, ADA)
    student = enter(ADA, room=code)
    while store.guesses.has("10.0.0.1"):
        store.guesses.spend("10.0.0.1", "guessing")
    student.run()
    assert not student.error
    assert "Welcome" in texts(student)
    assert len(enter(BOB, room=code).error) == 1
