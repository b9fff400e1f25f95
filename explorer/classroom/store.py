"""The classroom's database as the server's code uses it: one transaction a change, and who may make which."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import SQLAlchemyError

from explorer.classroom import tables
from explorer.classroom.bounds import NoSuchRoomError, NotYoursError, RoomError, read_code
from explorer.classroom.rates import Allowance

LIVES_SECONDS = 24 * 3600.0
"""How long a room is there after its teacher last used it."""


class Store:
    """A database of rooms.

    Parameters
    ----------
    engine : Engine
    clock : callable
        Seconds since 1970.

    Attributes
    ----------
    acts, guesses, openings, entries : Allowance
        What a person may do in a room; and, from one address, wrong codes and keys, new rooms, and newcomers.
        Each process of the server counts for itself.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        tables.prepare(engine)
        self.engine, self.clock = engine, clock
        # SQLite has one writer at a time, and who waits for it sleeps longer and longer; a lock wakes the next at once.
        is_file = engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[Any] = threading.Lock() if is_file else contextlib.nullcontext()
        self.acts = Allowance(burst=20, rate=5)
        self.guesses = Allowance(burst=30, rate=0.5)
        self.openings = Allowance(burst=60, rate=0.05)
        self.entries = Allowance(burst=100, rate=0.5)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Enter a connection to read from."""
        with _answering(), self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Enter a transaction; when it is left, what it did is on disk, or nothing has happened."""
        with _answering(), self._turn, self.engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def changing(self, code: str) -> Iterator[Connection]:
        """Enter a transaction that changes a room; when it is left, the change is on disk, or nothing has happened.

        Counting the change comes first: it keeps others from changing the room until the end.

        Raises
        ------
        NoSuchRoomError
            If there is none.
        """
        rooms = tables.rooms.c
        with self.writing() as connection:
            found = connection.execute(
                update(tables.rooms)
                .where(rooms.code == code, rooms.used > self.oldest)
                .values(version=rooms.version + 1)
            )
            if not found.rowcount:
                raise no_room()
            yield connection

    @contextlib.contextmanager
    def leading(self, code: str, who: str) -> Iterator[Connection]:
        """Enter such a transaction for the browser of the room's teacher; who is refused kept nobody from writing.

        Raises
        ------
        NotYoursError
            If someone else wants to.
        """
        with self.reading() as connection:
            must_lead(connection, code, who)
        with self.changing(code) as connection:
            yield connection

    @property
    def oldest(self) -> float:
        """When a room was last used that expires now."""
        return self.clock() - LIVES_SECONDS

    def code(self, sent: str, client: str = "") -> str:
        """Return the code of a room that is there, as someone at the address `client` wrote it.

        Raises
        ------
        NoSuchRoomError
            If there is none.
        TooOftenError
            If there have been too many wrong ones from that address.
        """
        if not self.guesses.has(client):
            self.guesses.spend(client, "guessing")
        rooms, code = tables.rooms.c, read_code(sent)
        with self.reading() as connection:
            there = select(rooms.code).where(rooms.code == code, rooms.used > self.oldest)
            if code is None or connection.scalar(there) is None:
                self.guesses.spend(client, "guessing")
                raise no_room(sent)
        return code


def digest(code: str, secret: str) -> str:
    """Return by which a room knows a person: nothing that another room knows, or that leads back to the secret."""
    return hmac.new(code.encode(), secret.encode(), hashlib.sha256).hexdigest()


def leads(connection: Connection, code: str, who: str) -> bool:
    """Tell whether the browser with the token `who` is a teacher's of the room."""
    found = tables.leaders.c
    mine = select(found.who).where(found.code == code, found.who == digest(code, who))
    return connection.scalar(mine) is not None


def must_lead(connection: Connection, code: str, who: str) -> None:
    """See to it that only the room's teacher goes on.

    Raises
    ------
    NotYoursError
        If someone else wants to.
    """
    if not leads(connection, code, who):
        raise NotYoursError(
            "Only the room's teacher can do that.",
            next_step="On another device, take the room over with its key.",
        )


def number_of(connection: Connection, code: str, who: str) -> int:
    """Return the number that a student has in the room.

    Raises
    ------
    NotYoursError
        If the browser with the token `who` has not joined, or was removed.
    """
    found = tables.students.c
    mine = select(found.number, found.removed).where(found.code == code, found.who == digest(code, who))
    row = connection.execute(mine).first()
    if row is None:
        raise NotYoursError("You are not in this room.", next_step="Join it with its code.")
    if row.removed:
        raise NotYoursError("The teacher has removed you from this room.")
    return int(row.number)


def no_room(sent: object = None) -> NoSuchRoomError:
    """Return the error that says that a room is not there."""
    return NoSuchRoomError(
        "There is no room with this code.",
        got=None if sent is None else str(sent)[:20],
        next_step="It was mistyped, or the room was closed or has expired. Ask the teacher.",
    )


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise RoomError(
            "The classroom's database does not answer.", next_step="Try again in a moment."
        ) from error
