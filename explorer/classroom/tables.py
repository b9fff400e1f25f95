"""The tables of the classroom, in SQLite or PostgreSQL; deleting a room deletes all that hangs on it."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from explorer.classroom.bounds import RoomError

VERSION = 1
TRIES = 5

_all = MetaData()

schema = Table("classroom_schema", _all, Column("version", Integer, primary_key=True))

rooms = Table(
    "classroom_rooms",
    _all,
    Column("code", String(16), primary_key=True),
    Column("key_digest", String(64), nullable=False),
    Column("used", Float, nullable=False, index=True),
    # Counts every change; `led` and `wall` are its values at the teacher's last move and the wall's last change.
    Column("version", Integer, nullable=False),
    Column("led", Integer, nullable=False),
    Column("wall", Integer, nullable=False),
    Column("lesson", String(60)),
    Column("step", Integer),
    Column("model", String(60)),
    Column("page", String(60)),
    Column("z", Text),
    Column("label", Integer),
    Column("follow", Boolean, nullable=False),
    Column("reveal", Boolean, nullable=False),
)


def _room() -> Column[str]:
    return Column("code", ForeignKey(rooms.c.code, ondelete="CASCADE"), primary_key=True)


def _student() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["code", "number"], [students.c.code, students.c.number], ondelete="CASCADE")


leaders = Table("classroom_leaders", _all, _room(), Column("who", String(64), primary_key=True))

students = Table(
    "classroom_students",
    _all,
    _room(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("who", String(64), nullable=False, index=True),
    Column("nickname", String(64), nullable=False),
    Column("removed", Boolean, nullable=False),
)

# How many students each process of the server has on its line, and when it last said so.
presence = Table(
    "classroom_presence",
    _all,
    _room(),
    Column("process", String(16), primary_key=True),
    Column("students", Integer, nullable=False),
    Column("at", Float, nullable=False),
)

answers = Table(
    "classroom_answers",
    _all,
    # The primary key is what makes an answer count once.
    Column("code", String(16), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("lesson", String(60), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("choice", Integer, nullable=False),
    _student(),
)

favourites = Table(
    "classroom_favourites",
    _all,
    Column("id", Integer, primary_key=True),
    Column("code", String(16), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("model", String(60), nullable=False),
    Column("z", Text, nullable=False),
    Column("label", Integer),
    Column("hidden", Boolean, nullable=False),
    _student(),
)


def prepare(engine: Engine) -> None:
    """Make the tables where there are none, and have SQLite write ahead and flush each commit to disk.

    Raises
    ------
    RoomError
        If the database can't be reached, or was made by another version of the app.
    """
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _settle_sqlite):
        event.listen(engine, "connect", _settle_sqlite)
    found = _made(engine)
    if found != VERSION:
        raise RoomError(
            "The classroom's database is of another version of this app.",
            got=f"version {found}",
            allowed=f"version {VERSION}",
            next_step="Give VAE_DATABASE_URL another database, or delete the old one's tables.",
        )


def _made(engine: Engine) -> int:
    # Two servers may start at the same moment, and the slower one then finds what it was about to make.
    for left in reversed(range(TRIES)):
        try:
            with engine.begin() as connection:
                _all.create_all(connection)
                if (found := connection.scalar(select(schema.c.version))) is None:
                    connection.execute(insert(schema).values(version=VERSION))
                return found or VERSION
        except (IntegrityError, OperationalError, ProgrammingError) as error:
            if not left:
                raise RoomError(
                    "The classroom's database does not answer.",
                    got=str(error.orig).strip().split("\n")[0],
                    next_step="See docs/classroom.md on VAE_DATABASE_URL.",
                ) from error
            time.sleep(0.1)
    raise AssertionError


def _settle_sqlite(connection: Any, _record: object) -> None:
    assert isinstance(connection, sqlite3.Connection)
    for setting in (
        "journal_mode=WAL",  # readers don't wait for writers
        "synchronous=FULL",  # what was acknowledged is on disk
        "foreign_keys=ON",
        "secure_delete=ON",  # a nickname that was deleted is not left in the file
    ):
        connection.execute(f"PRAGMA {setting}")
