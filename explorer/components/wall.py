"""The class's wall of favourites on a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import state

KEY = "wall"
_wall = st.components.v2.component(
    "latent_explorer.wall", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def draw(items: list[dict[str, Any]], on_act: Callable[[str, int], None]) -> None:
    """Draw the favourites; `on_act` gets ``hide``, ``show`` or ``unpin``, and a favourite's id.

    An item has its `id`, its image as `source`, the `name` of who pinned it and `words` on it, both shown as text, and
    what may be done, `act`, with the button's words, `told`; None for nothing.
    """
    _wall(key=KEY, data={"items": items}, on_act_change=lambda: _acted(on_act))


def _acted(on_act: Callable[[str, int], None]) -> None:
    sent = getattr(state.get(KEY), "act", None)
    if not isinstance(sent, dict):
        return
    kind, number = sent.get("kind"), sent.get("id")
    if kind in ("hide", "show", "unpin") and type(number) is int:
        on_act(kind, number)
