"""A page in touch with its classroom: a line in the sidebar, and pads that go where the teacher's goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import state
from explorer.classroom import invitation
from explorer.classroom.rooms import Room

KEY = "room-in-page"
_SCRIPTS = ("room.js", "asking.js")

_room = st.components.v2.component(
    "latent_explorer.room",
    js="\n".join(Path(__file__).with_name(name).read_text("utf-8") for name in _SCRIPTS),
)


def draw(room: Room, is_watched: bool, on_leave: Callable[[], None]) -> None:
    """Follow a room; where the page shows it (`is_watched`), the page is drawn again when it shows something else.

    Nothing that a student typed travels here.
    """
    data = {
        "address": f"room/{room.code}",
        "told": invitation.told(room.code),
        "known": {"students": room.students, "follow": room.follow},
        "shown": shown(room) if is_watched else {},
        "isWatched": is_watched,
    }
    _room(key=KEY, data=data, on_changed_change=_nothing, on_leave_change=lambda: _left(on_leave))


def shown(room: Room) -> dict[str, Any]:
    """Return what a page that shows a room depends on, by the names that the socket has for it."""
    names = ["lesson", "follow", "reveal", "wall"]
    names += ["step"] if room.lesson is not None else ["page", "model", "label"]
    return {name: getattr(room, name) for name in names}


def _left(on_leave: Callable[[], None]) -> None:
    if getattr(state.get(KEY), "leave", None):
        on_leave()


def _nothing() -> None:
    """Ask for the component's events."""
