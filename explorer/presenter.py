"""Presenter mode: the view large, the sidebar out of the way, and the keys that clickers send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from explorer import state
from explorer.components import presenter_bar
from explorer.links import PRESENT

STYLE = Path(__file__).with_name("presenter.css")
_ACTS = "_presenter.acts"

Acts = Mapping[str, Callable[[], None]]


def dress() -> None:
    """Dress the page for a projector, where that is wanted; before anything is drawn."""
    state.put(_ACTS, ({}, ""))
    if state.presenting():
        st.html(STYLE)


def act_on(acts: Acts, place: str = "") -> None:
    """Say what the keys ``next``, ``back`` and ``reveal`` do on this page, and where in the lesson it is."""
    state.put(_ACTS, (acts, place))


def draw() -> None:
    """Draw the keys' bar in presenter mode, and the switch to it elsewhere; after the page."""
    if state.presenting():
        acts, place = state.get(_ACTS)
        presenter_bar.draw({**acts, "leave": leave}, place)
        return
    with st.sidebar:
        st.button(
            "Present",
            icon=":material/present_to_all:",
            type="tertiary",
            on_click=state.put,
            args=(state.PRESENT, PRESENT),
            help="For a projector: large type, no sidebar, and keys. Press ? there to see them, Escape to leave.",
            key="present-now",
        )


def leave() -> None:
    """Go back to the usual page."""
    state.put(state.PRESENT, None)
