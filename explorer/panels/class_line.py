"""The room that a browser is in, on every page: a line in the sidebar that brings its news.

Few servers have a class, and the others need not wait for a database's library to start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import state

if TYPE_CHECKING:
    from explorer.classroom.seat import Seat

_SEAT = "_classroom.seat"


def draw(is_watched: bool) -> None:
    """Draw the line for someone in a room; `is_watched` where the page shows what the class sees."""
    state.put(_SEAT, None)
    if not state.get(state.ROOM):
        return
    from explorer.classroom import seat as seats
    from explorer.components import room

    found = seats.taken()
    state.put(_SEAT, found)
    if found is not None and found.role is not None:
        with st.sidebar:
            room.draw(found.room, is_watched, seats.leave)


def seat() -> Seat | None:
    """Return where this browser sits, as it was when the line was drawn."""
    found: Seat | None = state.get(_SEAT)
    return found
