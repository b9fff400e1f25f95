"""How many students are here: each process of the server says how many it knows of, as long as it lives."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import delete, func, insert, select

from explorer.classroom import tables
from explorer.classroom.store import Store

AGAIN_SECONDS, FRESH_SECONDS = 10.0, 30.0
"""How often a process says it again, and how long it is believed."""


def note(store: Store, process: str, here: Mapping[str, int]) -> None:
    """Have a process say how many students are here, by the codes of their rooms."""
    found, rooms = tables.presence.c, tables.rooms.c
    with store.writing() as connection:
        connection.execute(delete(tables.presence).where(found.process == process, found.code.in_(here)))
        there = connection.scalars(select(rooms.code).where(rooms.code.in_(here))).all()
        rows = [
            {"code": code, "process": process, "students": here[code], "at": store.clock()}
            for code in there
            if here[code]
        ]
        if rows:
            connection.execute(insert(tables.presence), rows)


def total(store: Store, codes: Collection[str]) -> dict[str, int]:
    """Return how many students are in those rooms; one with pages at two processes counts twice."""
    found = tables.presence.c
    with store.reading() as connection:
        rows = connection.execute(
            select(found.code, func.sum(found.students))
            .where(found.code.in_(codes), found.at > store.clock() - FRESH_SECONDS)
            .group_by(found.code)
        )
        return dict.fromkeys(codes, 0) | {code: int(students) for code, students in rows}
