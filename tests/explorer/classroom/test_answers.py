from __future__ import annotations

import csv
import io
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from explorer import owners
from explorer.classroom import answers, bounds, people, rooms
from explorer.classroom.answers import Answer
from explorer.classroom.bounds import NotYoursError, RoomError, TooOftenError
from explorer.classroom.store import Store
from tests.explorer.classroom.conftest import Class


def test_the_first_answer_counts_and_only_once(store: Store, made: Class) -> None:
    ada, bo, _ = made.students
    assert answers.given(store, made.code, ada, "elbo", 2) is None
    assert answers.answer(store, made.code, ada, "elbo", 2, 1) == 1
    version = rooms.room(store, made.code).version
    assert answers.answer(store, made.code, ada, "elbo", 2, 1) == 1
    assert answers.answer(store, made.code, ada, "elbo", 2, 0) == 1
    assert rooms.room(store, made.code).version == version
    assert answers.answer(store, made.code, bo, "elbo", 2, 3) == 3
    assert answers.counts(store, made.code, "elbo", 2) == {1: 1, 3: 1}
    assert answers.counts(store, made.code, "elbo", 1) == answers.counts(store, made.code, "beta", 2) == {}
    assert answers.given(store, made.code, ada, "elbo", 2) == 1


def test_an_answer_is_there_for_another_server_as_soon_as_it_is_acknowledged(
    store: Store, connect: Callable[[], Store], made: Class
) -> None:
    answers.answer(store, made.code, made.students[0], "elbo", 0, 1)
    assert answers.counts(connect(), made.code, "elbo", 0) == {1: 1}


@given(
    given=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=12
    )
)
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_answers_that_come_at_the_same_time_are_each_counted_once(
    connect: Callable[[], Store], given: list[tuple[int, int, int]]
) -> None:
    """Any answers of three students to two questions, each on its own thread and through one of two servers."""
    stores = [connect(), connect()]
    teacher, students = owners.new_token(), [owners.new_token() for _ in range(3)]
    code = rooms.open_room(stores[0], teacher).code
    for who in students:
        people.join(stores[0], code, who)

    def give(at: int) -> tuple[int, int, int]:
        student, step, choice = given[at]
        return student, step, answers.answer(stores[at % 2], code, students[student], "elbo", step, choice)

    with ThreadPoolExecutor(len(given)) as pool:
        acknowledged = set(pool.map(give, range(len(given))))
    # Whoever asked twice was told the same, so there is one acknowledged choice for each student and step.
    assert len(acknowledged) == len({(student, step) for student, step, _ in given})
    assert acknowledged <= set(given)
    for step in (0, 1):
        told = [choice for _, at, choice in acknowledged if at == step]
        assert answers.counts(stores[0], code, "elbo", step) == {one: told.count(one) for one in set(told)}


def test_answers_from_several_processes_are_each_counted_once(url: str, store: Store, made: Class) -> None:
    students = [*made.students, *(owners.new_token() for _ in range(5))]
    for who in students[3:]:
        people.join(store, made.code, who)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        told = list(pool.map(_answer_all, [url] * 2, [made.code] * 2, [students] * 2, [0, 1]))
    assert told[0] == told[1]
    counts = answers.counts(store, made.code, "elbo", 0)
    assert counts == {choice: told[0].count(choice) for choice in sorted(set(told[0]))}
    assert sum(counts.values()) == len(students)


def _answer_all(url: str, code: str, students: list[str], choice: int) -> list[int]:
    """Answer for all students, as a process of its own beside another that answers for the same ones."""
    store = Store(create_engine(url, poolclass=NullPool))
    order = students if choice else students[::-1]
    # The clock of the tests stands still long ago.
    store.clock = lambda: 1e9
    given = {who: answers.answer(store, code, who, "elbo", 0, choice) for who in order}
    return [given[who] for who in students]


def test_what_is_no_answer_is_refused(store: Store, made: Class) -> None:
    attempts: list[tuple[Any, Any, Any]] = [
        ("../x", 0, 0), ("", 0, 0), ("elbo", -1, 0), ("elbo", 100, 0), ("elbo", 0, 20), ("elbo", 0, -1),
        ("elbo", True, 0), ("elbo", 0, "1"), ("elbo", 0, None), (None, 0, 0),
    ]  # fmt: skip
    for lesson, step, choice in attempts:
        with pytest.raises(RoomError):
            answers.answer(store, made.code, made.students[0], lesson, step, choice)
    assert answers.all_of(store, made.code, made.teacher) == []


def test_only_who_has_joined_can_answer(store: Store, made: Class) -> None:
    for who in (made.teacher, owners.new_token()):
        with pytest.raises(NotYoursError):
            answers.answer(store, made.code, who, "elbo", 0, 1)
        with pytest.raises(NotYoursError):
            answers.given(store, made.code, who, "elbo", 0)


def test_a_machine_that_answers_is_slowed_down_and_stopped(
    store: Store, made: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "ANSWERS", 2)
    store.acts.rate = 0
    ada, bo, _ = made.students
    for step in range(2):
        answers.answer(store, made.code, ada, "elbo", step, 1)
    with pytest.raises(RoomError, match="too much in this room"):
        answers.answer(store, made.code, ada, "elbo", 2, 1)
    while store.acts.take((made.code, ada)):
        pass
    with pytest.raises(TooOftenError):
        answers.answer(store, made.code, ada, "elbo", 1, 1)
    assert answers.answer(store, made.code, bo, "elbo", 0, 1) == 1


def test_the_teacher_reads_every_answer_and_its_student(store: Store, made: Class) -> None:
    ada, bo, _ = made.students
    answers.answer(store, made.code, bo, "elbo", 1, 0)
    answers.answer(store, made.code, ada, "elbo", 1, 2)
    answers.answer(store, made.code, ada, "beta", 0, 1)
    assert answers.all_of(store, made.code, made.teacher) == [
        Answer(1, "Ada", "beta", 0, 1), Answer(1, "Ada", "elbo", 1, 2), Answer(2, "Bo", "elbo", 1, 0)
    ]  # fmt: skip


def test_a_table_of_answers_is_read_back_and_says_words() -> None:
    given = [Answer(1, 'Ada "L", B\n', "elbo", 0, 2), Answer(12, "Zoë", "beta", 3, 0)]
    raw = answers.as_csv(given, lambda one: f"choice {one.choice}")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["student", "nickname", "lesson", "step", "answer"],
        ["1", 'Ada "L", B\n', "elbo", "1", "choice 2"],
        ["12", "Zoë", "beta", "4", "choice 0"],
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1"])
def test_no_cell_of_the_table_is_a_formula(cell: str) -> None:
    raw = answers.as_csv([Answer(1, cell, "elbo", 0, 0)], lambda one: cell)
    row = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))[1]
    assert row[1] == row[4] == f"'{cell}"
