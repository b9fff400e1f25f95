"""What the people in a room are told when something has changed, ready to be sent."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from explorer.classroom import answers, rooms, tables
from explorer.classroom.people import STUDENT, TEACHER
from explorer.classroom.store import Store


@dataclasses.dataclass(frozen=True)
class News:
    """A room at one moment.

    Attributes
    ----------
    version : int
        Count of the changes to the room.
    texts : dict
        For the teacher and for students, the message as it is sent.
    removed : frozenset of str
        The digests of students who were removed.
    """

    version: int
    texts: dict[str, str]
    removed: frozenset[str]


def versions(store: Store, codes: Collection[str]) -> dict[str, int]:
    """Return the versions of those rooms that are there."""
    found = tables.rooms.c
    with store.reading() as connection:
        there = select(found.code, found.version).where(found.code.in_(codes), found.used > store.oldest)
        return {row.code: row.version for row in connection.execute(there)}


def of(store: Store, code: str) -> News:
    """Return what there is to tell of a room.

    Raises
    ------
    NoSuchRoomError
        If it is gone.
    """
    students = tables.students.c
    with store.reading() as connection:
        room = rooms.read(connection, store, code)
        counts = answers.counted(connection, code, room.lesson, room.step)
        removed = connection.scalars(
            select(students.who).where(students.code == code, students.removed.is_(True))
        )
        texts = {role: json.dumps(told(room, counts, role)) for role in (TEACHER, STUDENT)}
        return News(room.version, texts, frozenset(removed))


def told(room: rooms.Room, counts: dict[int, int], role: str) -> dict[str, Any]:
    """Return a message about a room, JSON-ready; students see the histogram `counts` once it is revealed."""
    about = {name: value for name, value in dataclasses.asdict(room).items() if name != "code"}
    is_shown = role == TEACHER or room.reveal
    about["answers"] = sum(counts.values())
    about["histogram"] = {str(choice): count for choice, count in counts.items()} if is_shown else None
    return {"room": about, "you": role}
