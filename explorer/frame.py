"""The frame of a page: its title, what to do in one line, its explanation, and its errors as one clear line."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

from explorer import state
from vae_core.errors import VaeCoreError

P = ParamSpec("P")


def heading(title: str, line: str, explanation: str) -> None:
    """Draw a page's title, the one line that says what to do, and its explanation folded away.

    A presenter explains, and needs the room.
    """
    if state.presenting():
        st.markdown(f"### {title}\n{line}")
        return
    head, aside = st.columns([6, 1], vertical_alignment="center")
    head.markdown(f"### {title}\n{line}")
    with aside.popover("What is this?", type="tertiary", width="stretch"):
        st.markdown(explanation)


def go(path: str) -> None:
    """Leave for another page, by its address; without the navigation, as in a test of one page, stay."""
    pages = state.get(state.PAGES, {})
    if path in pages:
        st.switch_page(pages[path])


def guarded(draw: Callable[P, None]) -> Callable[P, None]:
    """Wrap a page or a fragment so that a :class:`VaeCoreError` is shown in its place."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except VaeCoreError as error:
            st.error(str(error), icon=":material/error:")

    return drawn
