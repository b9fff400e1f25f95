"""A line on the page with how many are in the room, as they come."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_line = st.components.v2.component(
    "latent_explorer.room_line", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def draw(name: str, students: int, words: str) -> None:
    """Say a name, which is shown as the text that it is, how many are here, and `words`."""
    _line(key="room-line", data={"name": name, "students": students, "words": words})
