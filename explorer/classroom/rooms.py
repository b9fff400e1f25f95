"""Rooms: a teacher opens and leads one, and it is gone a day after the teacher last used it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from explorer.classroom import bounds, tables
from explorer.classroom.bounds import NotYoursError, RoomError
from explorer.classroom.store import Store, digest, leads, no_room

USED_EVERY_SECONDS = 60.0
_READ: dict[str, Callable[[Any], Any]] = {
    "lesson": lambda sent: bounds.read_name("lesson", sent),
    "step": lambda sent: bounds.read_number("step", sent, bounds.STEPS),
    "model": lambda sent: bounds.read_name("model", sent),
    "page": bounds.read_page,
    "z": bounds.read_place,
    "label": lambda sent: bounds.read_number("class", sent, 1000),
    "follow": lambda sent: bounds.read_switch("follow", sent),
    "reveal": lambda sent: bounds.read_switch("reveal", sent),
}
_SWITCHES = ("follow", "reveal")


@dataclasses.dataclass(frozen=True)
class Room:
    """A room as everybody in it may know it.

    Attributes
    ----------
    code : str
    version, led, wall : int
        Count of the changes to the room, and that count at the teacher's last move and at the wall's last change.
    lesson : str or None
    step : int or None
        Of the lesson, from 0.
    model, page : str or None
    z : tuple of float or None
        Where the teacher's pad is, [d].
    label : int or None
        The class that a conditional model draws there.
    follow : bool
        Whether the class's pads go where the teacher's goes.
    reveal : bool
        Whether the class is shown the histogram of its answers to this step.
    students : int
    """

    code: str
    version: int
    led: int
    wall: int
    lesson: str | None
    step: int | None
    model: str | None
    page: str | None
    z: tuple[float, ...] | None
    label: int | None
    follow: bool
    reveal: bool
    students: int


def open_room(store: Store, who: str, client: str = "") -> Room:
    """Open a room that the browser with the token `who` leads.

    Raises
    ------
    TooOftenError
        If too many were opened from the address `client` in a short time.
    RoomError
        If there are too many rooms on this server.
    """
    store.openings.spend(client, "opening of rooms")
    expire(store)
    rooms = tables.rooms
    with store.reading() as connection:
        if (connection.scalar(select(func.count()).select_from(rooms)) or 0) >= bounds.ROOMS:
            raise RoomError("This server has no place for another room.", next_step="Try again later.")
        while connection.scalar(select(rooms.c.code).where(rooms.c.code == (code := bounds.new_code()))):
            pass
    with store.writing() as connection:
        values = {"version": 1, "led": 1, "wall": 1, "follow": True, "reveal": False, "used": store.clock()}
        connection.execute(
            insert(rooms).values(code=code, key_digest=digest(code, _key(code, who)), **values)
        )
        connection.execute(insert(tables.leaders).values(code=code, who=digest(code, who)))
    return room(store, code)


def room(store: Store, code: str) -> Room:
    """Return a room; for a code that someone typed see :meth:`Store.code` first.

    Raises
    ------
    NoSuchRoomError
        If there is none.
    """
    with store.reading() as connection:
        return read(connection, store, code)


def read(connection: Connection, store: Store, code: str) -> Room:
    """Do as :func:`room` does, within a transaction."""
    rooms, students = tables.rooms.c, tables.students.c
    joined = select(func.count()).where(students.code == rooms.code, students.removed.is_(False))
    columns = [rooms[field.name] for field in dataclasses.fields(Room) if field.name != "students"]
    found = connection.execute(
        select(*columns, joined.scalar_subquery().label("students")).where(
            rooms.code == code, rooms.used > store.oldest
        )
    ).first()
    if found is None:
        raise no_room(code)
    held = dict(found._mapping)
    return Room(**held | {"z": bounds.read_back(held["z"])})


def led_by(store: Store, who: str) -> list[Room]:
    """Return the rooms that a browser leads, the one used last first."""
    rooms, found = tables.rooms.c, tables.leaders.c
    with store.reading() as connection:
        codes = connection.scalars(
            select(rooms.code).where(rooms.used > store.oldest).order_by(rooms.used.desc())
        )
        # A room knows its teacher by a digest of its own, so all of them have to be asked.
        digests = {digest(code, who): code for code in codes}
        mine = set(connection.scalars(select(found.who).where(found.who.in_(digests))))
        return [read(connection, store, code) for name, code in digests.items() if name in mine]


def lead(store: Store, code: str, who: str, **changes: Any) -> Room:
    """Change where the class is: any of `lesson`, `step`, `model`, `page`, `z`, `label`, `follow` and `reveal`.

    None takes away what was there. Another lesson or step hides the histogram, another model the place.

    Raises
    ------
    NotYoursError
        If someone else than the teacher wants to.
    RoomError
        If a value does not fit.
    """
    values = checked(changes)
    if (place := values.get("z")) is not None:
        values["z"] = bounds.written(place)
    with store.leading(code, who) as connection:
        before = read(connection, store, code)
        if values.keys() & {"lesson", "step"} and (before.lesson, before.step) != (
            values.get("lesson", before.lesson),
            values.get("step", before.step),
        ):
            values.setdefault("reveal", False)
        if values.get("model", before.model) != before.model:
            values = {"z": None, "label": None} | values
        connection.execute(
            update(tables.rooms)
            .where(tables.rooms.c.code == code)
            .values(led=before.version, used=store.clock(), **values)
        )
        return read(connection, store, code)


def used(store: Store, code: str, who: str) -> None:
    """Note that the teacher is in the room, so that it does not expire; once a minute is enough."""
    rooms = tables.rooms.c
    with store.writing() as connection:
        if leads(connection, code, who):
            now = store.clock()
            connection.execute(
                update(tables.rooms)
                .where(rooms.code == code, rooms.used > store.oldest, rooms.used < now - USED_EVERY_SECONDS)
                .values(used=now)
            )


def key(store: Store, code: str, who: str) -> str | None:
    """Return the key that makes another device a teacher's, to the browser that opened the room; else None."""
    found, made = tables.rooms.c, _key(code, who)
    with store.reading() as connection:
        kept = connection.scalar(select(found.key_digest).where(found.code == code))
    return made if kept is not None and hmac.compare_digest(kept, digest(code, made)) else None


def take_over(store: Store, code: str, who: str, sent: str, client: str = "") -> Room:
    """Make the browser with the token `who` one of the teacher's, with the room's key as it was typed.

    Raises
    ------
    NotYoursError
        If it is another key.
    TooOftenError
        If too many wrong ones came from the address `client`.
    RoomError
        If four devices lead the room already.
    """
    found, name = tables.leaders.c, digest(code, who)
    with store.changing(code) as connection:
        kept = connection.scalar(select(tables.rooms.c.key_digest).where(tables.rooms.c.code == code)) or ""
        typed = "".join(sent[:100].split()).replace("-", "").upper()
        if not hmac.compare_digest(kept, digest(code, typed)):
            store.guesses.spend(client, "guessing")
            raise NotYoursError(
                "That is not the key of this room.", next_step="Compare it with the teacher's page."
            )
        names = set(connection.scalars(select(found.who).where(found.code == code)))
        if name not in names and len(names) >= bounds.LEADERS:
            raise RoomError("This room is led from too many devices.", allowed=bounds.LEADERS)
        if name not in names:
            connection.execute(insert(tables.leaders).values(code=code, who=name))
        return read(connection, store, code)


def close(store: Store, code: str, who: str) -> None:
    """Delete a room and all that is in it, at once.

    Raises
    ------
    NotYoursError
        If someone else than the teacher wants to.
    """
    with store.leading(code, who) as connection:
        connection.execute(delete(tables.rooms).where(tables.rooms.c.code == code))


def expire(store: Store) -> int:
    """Delete the rooms that their teachers have not used for a day; return how many."""
    with store.writing() as connection:
        return connection.execute(delete(tables.rooms).where(tables.rooms.c.used <= store.oldest)).rowcount


def checked(changes: dict[str, Any]) -> dict[str, Any]:
    """Return what :func:`lead` would take of some changes.

    Raises
    ------
    RoomError
        If a value does not fit, or there is no such thing to change.
    """
    unknown = sorted(changes.keys() - _READ.keys())
    if unknown:
        raise RoomError(
            "A room has no such thing to lead.", got=", ".join(unknown)[:60], allowed=", ".join(_READ)
        )
    return {
        name: None if sent is None and name not in _SWITCHES else _READ[name](sent)
        for name, sent in changes.items()
    }


def _key(code: str, who: str) -> str:
    # It follows from the teacher's token, so that the teacher's page can show it again, and is kept nowhere.
    raw = hmac.new(who.encode(), f"key of {code}".encode(), hashlib.sha256).digest()
    return base64.b32encode(raw)[:20].decode()
