"""The room that a browser is in, on every page: a line in the sidebar that brings its news."""

from __future__ import annotations

import streamlit as st

from explorer import state
from explorer.classroom import seat as seats
from explorer.components import room

_SEAT = "_classroom.seat"


def draw(is_watched: bool) -> None:
    """Draw the line for someone in a room; `is_watched` where the page shows what the class sees."""
    seat = seats.taken()
    state.put(_SEAT, seat)
    if seat is not None and seat.role is not None:
        with st.sidebar:
            room.draw(seat.room, is_watched, seats.leave)


def seat() -> seats.Seat | None:
    """Return where this browser sits, as it was when the line was drawn."""
    found = state.get(_SEAT)
    return found if isinstance(found, seats.Seat) else None
