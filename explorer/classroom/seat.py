"""Where this browser sits: in the room that its session or its address names, as its teacher or as a student."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer import state
from explorer.classroom import connection, people, rooms
from explorer.classroom.bounds import NoSuchRoomError, RoomError, TooOftenError
from explorer.classroom.rooms import Room
from explorer.classroom.store import Store

PROBLEM = "classroom.problem"
_KNOWN = "_classroom.known"


@dataclasses.dataclass(frozen=True)
class Seat:
    """A browser in a room.

    Attributes
    ----------
    store : Store
    who : str
        The browser's token.
    room : Room
        As it is now.
    role : str or None
        ``teacher``, ``student``, or None for someone who has not joined yet.
    """

    store: Store
    who: str
    room: Room
    role: str | None

    @property
    def code(self) -> str:
        """The room's code."""
        return self.room.code

    @property
    def leads(self) -> bool:
        """Whether this is the teacher."""
        return self.role == people.TEACHER


def client() -> str:
    """Return the address that this browser comes from, as far as it is known."""
    return st.context.ip_address or ""


def taken() -> Seat | None:
    """Return where this browser sits, None in no room.

    A room that is gone is forgotten, and what went wrong is left for :func:`problem`.
    """
    named = state.get(state.ROOM)
    if not named:
        return None
    try:
        store, who = connection.store(), state.token()
        # Somebody else's wrong guesses from the same address must not put anybody out who is in.
        if named != state.get(_KNOWN):
            enter(store.code(str(named), client()))
        code = str(state.get(state.ROOM))
        return Seat(store, who, rooms.room(store, code), people.role(store, code, who))
    except (NoSuchRoomError, TooOftenError) as error:
        leave()
        state.put(PROBLEM, str(error))
    except RoomError as error:
        state.put(PROBLEM, str(error))
    return None


def enter(code: str) -> None:
    """Sit down in a room, by its code as the store has it."""
    state.put(state.ROOM, code)
    state.put(_KNOWN, code)


def leave() -> None:
    """Leave the room; what was answered there stays."""
    state.put(state.ROOM, None)


def attempt(act: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """Do something in a callback, which has no place of its own on the page to say what went wrong."""
    try:
        return act(*args, **more)
    except RoomError as error:
        state.put(PROBLEM, str(error))
        return None


def problem() -> str | None:
    """Return, once, what went wrong."""
    found = state.get(PROBLEM)
    state.put(PROBLEM, None)
    return None if found is None else str(found)
