"""What students predict: the first answer to a step counts, and what was acknowledged is on disk."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable, Iterable

from sqlalchemy import Connection, func, insert, select

from explorer.classroom import bounds, tables
from explorer.classroom.bounds import RoomError
from explorer.classroom.store import Store, must_lead, number_of

HEAD = ("student", "nickname", "lesson", "step", "answer")
_FORMULA = "=+-@\t\r＝＋－＠"


@dataclasses.dataclass(frozen=True)
class Answer:
    """One student's answer: the choice's number, from 0, in a step, from 0, of a lesson."""

    student: int
    nickname: str
    lesson: str
    step: int
    choice: int


def answer(store: Store, code: str, who: str, lesson: str, step: int, choice: int) -> int:
    """Keep a student's answer and return the choice that counts: this one, or the one that was there first.

    When this returns, the answer is on disk.

    Raises
    ------
    NotYoursError
        If the browser has not joined.
    TooOftenError
        If it answers faster than a person can.
    RoomError
        If a value does not fit.
    """
    lesson, step = bounds.read_name("lesson", lesson), bounds.read_number("step", step, bounds.STEPS)
    choice = bounds.read_number("choice", choice, bounds.CHOICES)
    store.acts.spend((code, who), "answering")
    with store.reading() as connection:
        number = number_of(connection, code, who)
        given = _given(connection, code, number, lesson, step)
    if given is not None:
        return given
    found = tables.answers.c
    with store.changing(code) as connection:
        number = number_of(connection, code, who)
        if (given := _given(connection, code, number, lesson, step)) is not None:
            return given
        count = select(func.count()).where(found.code == code, found.number == number)
        if (connection.scalar(count) or 0) >= bounds.ANSWERS:
            raise RoomError("You have answered too much in this room.", allowed=f"{bounds.ANSWERS} answers")
        values = {"code": code, "number": number, "lesson": lesson, "step": step, "choice": choice}
        connection.execute(insert(tables.answers).values(values))
    return choice


def given(store: Store, code: str, who: str, lesson: str, step: int) -> int | None:
    """Return what a student has answered to a step, None before that.

    Raises
    ------
    NotYoursError
        If the browser has not joined.
    """
    with store.reading() as connection:
        return _given(connection, code, number_of(connection, code, who), lesson, step)


def counts(store: Store, code: str, lesson: str, step: int) -> dict[int, int]:
    """Return how many students have chosen what in a step, by the number of the choice."""
    with store.reading() as connection:
        return counted(connection, code, lesson, step)


def counted(connection: Connection, code: str, lesson: str | None, step: int | None) -> dict[int, int]:
    """Do as :func:`counts` does, within a transaction; nothing for no step."""
    found = tables.answers.c
    rows = connection.execute(
        select(found.choice, func.count())
        .where(found.code == code, found.lesson == lesson, found.step == step)
        .group_by(found.choice)
        .order_by(found.choice)
    )
    return {int(choice): int(count) for choice, count in rows}


def all_of(store: Store, code: str, who: str) -> list[Answer]:
    """Return every answer in a room, by lesson, step and student, to its teacher.

    Raises
    ------
    NotYoursError
        To anybody else.
    """
    found, students = tables.answers.c, tables.students.c
    with store.reading() as connection:
        must_lead(connection, code, who)
        rows = connection.execute(
            select(found.number, students.nickname, found.lesson, found.step, found.choice)
            .join_from(tables.answers, tables.students)
            .where(found.code == code)
            .order_by(found.lesson, found.step, found.number)
        )
        return [Answer(*row) for row in rows]


def as_csv(
    given: Iterable[Answer], words: Callable[[Answer], str] = lambda one: str(one.choice + 1)
) -> bytes:
    """Return answers as a table that spreadsheets open, steps counted from 1, the choices in `words`.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    table.writerow(HEAD)
    for one in given:
        table.writerow([one.student, _tame(one.nickname), _tame(one.lesson), one.step + 1, _tame(words(one))])
    # With the mark by which spreadsheets tell UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _tame(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ")[:1] in tuple(_FORMULA) else cell


def _given(connection: Connection, code: str, number: int, lesson: str, step: int) -> int | None:
    found = tables.answers.c
    mine = select(found.choice).where(
        found.code == code, found.number == number, found.lesson == lesson, found.step == step
    )
    choice = connection.scalar(mine)
    return None if choice is None else int(choice)
