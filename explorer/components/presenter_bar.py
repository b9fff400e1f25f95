"""Presenter mode's keys and the small bar at the foot of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from explorer import state

KEY = "presenter-bar"
_DRAWN = "_presenter.drawn"
_bar = st.components.v2.component(
    "latent_explorer.presenter_bar", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def draw(acts: Mapping[str, Callable[[], None]], place: str = "") -> None:
    """Listen to the keys for what can be done here.

    Parameters
    ----------
    acts : mapping of str to callable
        Some of ``next``, ``back``, ``reveal`` and ``leave``, and what each does.
    place : str
        Where in the lesson this is, in a word or two.
    """

    # Anything else that the bar sends has the page drawn again, and nothing more.
    def act() -> None:
        found = acts.get(str(getattr(state.get(KEY), "act", None)))
        if found is not None:
            found()

    # Another number each time, or the page would not be told that it was drawn.
    drawn = int(state.get(_DRAWN) or 0) + 1
    state.put(_DRAWN, drawn)
    data = {"place": place, "can": list(acts), "drawn": drawn}
    _bar(key=KEY, data=data, height=1, on_act_change=act)
