"""The tray: what is in it, in the sidebar, and the button by which any image is put there."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer import state
from explorer.components import tray as tray_in_page
from explorer.own_images.inputs import Input

TOLD = "Kept at hand on all pages, to be chosen wherever an image is. Of more than 12 the oldest makes way."


def draw() -> None:
    """Draw the tray where there is anything in it, or to bring back."""
    held = state.tray()
    if not held.items and held.before is None:
        return
    st.caption("Tray", help=TOLD)
    tray_in_page.draw(held, state.keep_tray)


def offer(chosen: Sequence[Input], key: str, label: str = "Put in the tray") -> None:
    """Draw the button that puts some images in the tray."""
    pressed = st.button(
        label,
        icon=":material/add_photo_alternate:",
        key=f"keep.{key}",
        disabled=not chosen,
        help="Kept at hand on all pages, to be chosen wherever an image is",
    )
    if pressed and chosen:
        state.keep_tray(state.tray().put(*chosen))
        st.rerun()
