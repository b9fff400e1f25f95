"""Presenter mode's keys and the small bar at the foot of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from explorer import state

KEY = "presenter-bar"
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

    def act() -> None:
        found = acts.get(str(getattr(state.get(KEY), "act", None)))
        if found is not None:
            found()

    _bar(key=KEY, data={"place": place, "can": list(acts)}, height=1, on_act_change=act)
