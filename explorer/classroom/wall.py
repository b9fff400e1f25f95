"""The wall of favourite images: places in a model's latent space, never pixels, so that each can be decoded again."""

from __future__ import annotations

import dataclasses

from sqlalchemy import Connection, delete, func, insert, select, update

from explorer.classroom import bounds, tables
from explorer.classroom.bounds import NotYoursError, RoomError
from explorer.classroom.store import Store, leads, number_of


@dataclasses.dataclass(frozen=True)
class Favourite:
    """An image on the wall.

    Attributes
    ----------
    id : int
    student : int
        The number of the student in the room.
    nickname : str
    model : str
    z : tuple of float
        [d].
    label : int or None
        The class that a conditional model draws.
    hidden : bool
        Whether only the teacher and the student still see it.
    """

    id: int
    student: int
    nickname: str
    model: str
    z: tuple[float, ...]
    label: int | None
    hidden: bool


def pin(store: Store, code: str, who: str, model: str, z: object, label: int | None = None) -> int:
    """Put a student's favourite on the wall; return its id.

    Raises
    ------
    NotYoursError
        If the browser has not joined.
    RoomError
        If the student has six there already, or a value does not fit.
    TooOftenError
        If it pins faster than a person can.
    """
    place, name = bounds.read_place(z), bounds.read_name("model", model)
    if label is not None:
        label = bounds.read_number("class", label, 1000)
    store.acts.spend((code, who), "pinning")
    found = tables.favourites
    with store.reading() as connection:
        number_of(connection, code, who)
    with store.changing(code) as connection:
        number = number_of(connection, code, who)
        mine = select(func.count()).where(found.c.code == code, found.c.number == number)
        if (connection.scalar(mine) or 0) >= bounds.FAVOURITES:
            raise RoomError(
                "Your part of the wall is full.",
                allowed=f"{bounds.FAVOURITES} favourites",
                next_step="Take one of yours off first.",
            )
        values = {"code": code, "number": number, "model": name, "z": bounds.written(place), "label": label}
        made = connection.execute(insert(found).values(values | {"hidden": False}))
        _note_change(connection, code)
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def unpin(store: Store, code: str, who: str, favourite: int) -> None:
    """Take a favourite of one's own off the wall.

    Raises
    ------
    NotYoursError
        If it is somebody else's, or gone.
    """
    store.acts.spend((code, who), "unpinning")
    found = tables.favourites.c
    with store.changing(code) as connection:
        number = number_of(connection, code, who)
        mine = (found.id == favourite, found.code == code, found.number == number)
        if not connection.execute(delete(tables.favourites).where(*mine)).rowcount:
            raise NotYoursError(
                "That is not a favourite of yours.", next_step="Reload the page and look again."
            )
        _note_change(connection, code)


def hide(store: Store, code: str, who: str, favourite: int, hidden: bool = True) -> None:
    """Hide a favourite from the class, or show it again.

    Raises
    ------
    NotYoursError
        If someone else than the teacher wants to.
    """
    found = tables.favourites.c
    with store.leading(code, who) as connection:
        connection.execute(
            update(tables.favourites)
            .where(found.id == favourite, found.code == code)
            .values(hidden=bounds.read_switch("hidden", hidden))
        )
        _note_change(connection, code)


def wall(store: Store, code: str, who: str) -> list[Favourite]:
    """Return the favourites that somebody in the room may see, newest first.

    Raises
    ------
    NotYoursError
        If the browser is not in the room.
    """
    found, students = tables.favourites.c, tables.students.c
    columns = (found.id, found.number, students.nickname, found.model, found.z, found.label, found.hidden)
    with store.reading() as connection:
        me = None if leads(connection, code, who) else number_of(connection, code, who)
        rows = connection.execute(
            select(*columns)
            .join_from(tables.favourites, tables.students)
            .where(found.code == code)
            .order_by(found.id.desc())
        ).all()
    seen = [row for row in rows if me is None or not row.hidden or row.number == me]
    return [
        Favourite(
            row.id, row.number, row.nickname, row.model, bounds.read_back(row.z) or (), row.label, row.hidden
        )
        for row in seen
    ]


def _note_change(connection: Connection, code: str) -> None:
    rooms = tables.rooms
    connection.execute(update(rooms).where(rooms.c.code == code).values(wall=rooms.c.version))
