"""The people in a room: a number and a nickname each, and a digest of the token in their browser's cookie."""

from __future__ import annotations

import dataclasses

from sqlalchemy import delete, insert, select, update

from explorer.classroom import bounds, tables
from explorer.classroom.bounds import NotYoursError, RoomError
from explorer.classroom.store import Store, digest, leads, must_lead, number_of

TEACHER, STUDENT = "teacher", "student"


@dataclasses.dataclass(frozen=True)
class Student:
    """Someone who joined: a number from 1 in the order of joining, and a nickname, which may be ``Student 7``."""

    number: int
    nickname: str


def role(store: Store, code: str, who: str) -> str | None:
    """Return ``teacher``, ``student``, or None for someone who is not in the room."""
    with store.reading() as connection:
        if leads(connection, code, who):
            return TEACHER
        try:
            number_of(connection, code, who)
        except NotYoursError:
            return None
        return STUDENT


def join(store: Store, code: str, who: str, nickname: str = "", client: str = "") -> Student:
    """Let the browser with the token `who` in, or give a student who is in already another nickname.

    A nickname that somebody else has gets a number.

    Raises
    ------
    NotYoursError
        If the teacher has removed this student.
    TooOftenError
        If too many have joined from the address `client` in a short time.
    RoomError
        If the nickname can't be taken, the room is full, or the browser is the teacher's.
    """
    wish = bounds.read_nickname(nickname)
    store.acts.spend((code, who), "joining")
    store.entries.spend(client, "joining")
    found, name = tables.students.c, digest(code, who)
    with store.changing(code) as connection:
        if leads(connection, code, who):
            raise RoomError(
                "You lead this room.", next_step="Join it from another browser to see it as a student."
            )
        rows = connection.execute(
            select(found.number, found.who, found.nickname).where(found.code == code)
        ).all()
        mine = next((row.number for row in rows if row.who == name), None)
        taken = {row.nickname for row in rows if row.who != name}
        if mine is not None:
            number_of(connection, code, who)
            kept = _free(wish or f"Student {mine}", taken)
            connection.execute(
                update(tables.students).where(found.code == code, found.number == mine).values(nickname=kept)
            )
            return Student(mine, kept)
        if len(rows) >= bounds.STUDENTS:
            raise RoomError("This room is full.", allowed=f"{bounds.STUDENTS} students")
        number = max((row.number for row in rows), default=0) + 1
        kept = _free(wish or f"Student {number}", taken)
        connection.execute(
            insert(tables.students).values(code=code, number=number, who=name, nickname=kept, removed=False)
        )
        return Student(number, kept)


def myself(store: Store, code: str, who: str) -> Student:
    """Return the student that a browser is in a room.

    Raises
    ------
    NotYoursError
        If it has not joined, or was removed.
    """
    found = tables.students.c
    with store.reading() as connection:
        number = number_of(connection, code, who)
        name = connection.scalar(select(found.nickname).where(found.code == code, found.number == number))
    return Student(number, name or "")


def students(store: Store, code: str, who: str) -> list[Student]:
    """Return everybody in the room, to its teacher.

    Raises
    ------
    NotYoursError
        To anybody else.
    """
    found = tables.students.c
    with store.reading() as connection:
        must_lead(connection, code, who)
        rows = connection.execute(
            select(found.number, found.nickname)
            .where(found.code == code, found.removed.is_(False))
            .order_by(found.number)
        )
        return [Student(row.number, row.nickname) for row in rows]


def remove(store: Store, code: str, who: str, number: int) -> None:
    """Take a student out of the room with all that is the student's; the same browser can't join again.

    Raises
    ------
    NotYoursError
        If someone else than the teacher wants to.
    """
    with store.leading(code, who) as connection:
        for table in (tables.answers, tables.favourites):
            connection.execute(delete(table).where(table.c.code == code, table.c.number == number))
        found = tables.students.c
        connection.execute(
            update(tables.students)
            .where(found.code == code, found.number == number)
            .values(removed=True, nickname=f"Student {number}")
        )
        rooms = tables.rooms
        connection.execute(update(rooms).where(rooms.c.code == code).values(wall=rooms.c.version))


def _free(wish: str, taken: set[str]) -> str:
    """Return a nickname like `wish` that can't be taken for one of those, whatever its case."""
    known = {name.casefold() for name in taken}
    if wish.casefold() not in known:
        return wish
    stem = wish[: bounds.NICKNAME_LENGTH - 4].rstrip()
    return next(name for k in range(2, 1000) if (name := f"{stem} {k}").casefold() not in known)
