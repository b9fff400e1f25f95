from __future__ import annotations

import pytest

from explorer import owners
from explorer.classroom import answers, bounds, people, rooms, wall
from explorer.classroom.bounds import NoSuchRoomError, NotYoursError, RoomError, TooOftenError
from explorer.classroom.store import Store
from tests.explorer.classroom.conftest import Class


def test_students_join_with_a_nickname_or_without_and_are_numbered(store: Store, made: Class) -> None:
    found = people.students(store, made.code, made.teacher)
    assert [(one.number, one.nickname) for one in found] == [(1, "Ada"), (2, "Bo"), (3, "Student 3")]
    assert people.myself(store, made.code, made.students[1]) == found[1]


def test_a_browser_is_one_student_however_often_it_joins(store: Store, made: Class) -> None:
    again = people.join(store, made.code, made.students[0], "Ada Lovelace")
    assert (again.number, again.nickname) == (1, "Ada Lovelace")
    assert rooms.room(store, made.code).students == 3


def test_nobody_takes_the_nickname_of_somebody_else(store: Store, made: Class) -> None:
    for wish, kept in (("Ada", "Ada 2"), ("ADA", "ADA 3"), ("Bo", "Bo 2"), ("Student 3", "Student 3 2")):
        assert people.join(store, made.code, owners.new_token(), wish).nickname == kept


def test_a_long_nickname_that_is_taken_stays_within_its_length(store: Store, made: Class) -> None:
    names = [people.join(store, made.code, owners.new_token(), "x" * 24).nickname for _ in range(12)]
    assert len(set(names)) == 12
    assert max(map(len, names)) <= bounds.NICKNAME_LENGTH


def test_a_nickname_that_is_refused_lets_nobody_in(store: Store, made: Class) -> None:
    with pytest.raises(RoomError, match="nickname"):
        people.join(store, made.code, owners.new_token(), "<script>")
    assert rooms.room(store, made.code).students == 3


def test_everybody_has_one_part_in_a_room(store: Store, made: Class) -> None:
    assert people.role(store, made.code, made.teacher) == people.TEACHER
    assert people.role(store, made.code, made.students[0]) == people.STUDENT
    assert people.role(store, made.code, owners.new_token()) is None
    with pytest.raises(RoomError, match="You lead this room"):
        people.join(store, made.code, made.teacher, "Ada")
    with pytest.raises(NotYoursError, match="not in this room"):
        people.myself(store, made.code, made.teacher)


def test_a_student_of_one_room_is_nobody_in_another(store: Store, made: Class) -> None:
    other = rooms.open_room(store, owners.new_token())
    assert people.role(store, other.code, made.students[0]) is None
    with pytest.raises(NotYoursError):
        answers.answer(store, other.code, made.students[0], "elbo", 0, 1)


def test_there_is_no_joining_what_is_not_there(store: Store) -> None:
    with pytest.raises(NoSuchRoomError):
        people.join(store, bounds.new_code(), owners.new_token(), "Ada")


def test_a_full_room_takes_nobody_more(store: Store, made: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "STUDENTS", 3)
    with pytest.raises(RoomError, match=r"full\. Allowed: 3 students"):
        people.join(store, made.code, owners.new_token())
    assert people.join(store, made.code, made.students[2], "Cy").nickname == "Cy"


def test_newcomers_from_one_address_are_slowed_down(store: Store, made: Class) -> None:
    store.entries.rate, store.entries.burst = 0, 3
    for _ in range(3):
        people.join(store, made.code, owners.new_token(), client="10.0.0.1")
    with pytest.raises(TooOftenError):
        people.join(store, made.code, owners.new_token(), client="10.0.0.1")
    people.join(store, made.code, owners.new_token(), client="10.0.0.2")


def test_a_student_who_was_removed_leaves_nothing_behind_and_stays_out(store: Store, made: Class) -> None:
    student = made.students[0]
    answers.answer(store, made.code, student, "elbo", 0, 1)
    wall.pin(store, made.code, student, "m", (1.0,))
    before = rooms.room(store, made.code)
    people.remove(store, made.code, made.teacher, 1)
    after = rooms.room(store, made.code)
    assert after.students == 2
    assert after.wall > before.wall
    assert [one.nickname for one in people.students(store, made.code, made.teacher)] == ["Bo", "Student 3"]
    assert answers.counts(store, made.code, "elbo", 0) == {}
    assert wall.wall(store, made.code, made.teacher) == []
    assert people.role(store, made.code, student) is None
    for attempt in (
        lambda: people.join(store, made.code, student, "Ada"),
        lambda: answers.answer(store, made.code, student, "elbo", 0, 1),
        lambda: wall.pin(store, made.code, student, "m", (1.0,)),
        lambda: wall.wall(store, made.code, student),
    ):
        with pytest.raises(NotYoursError, match="removed"):
            attempt()
    assert people.join(store, made.code, owners.new_token(), "Dee").number == 4
