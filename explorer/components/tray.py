"""The tray on a page: small images, each of which can be taken out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import state
from explorer.figures.pixels import thumbnail
from explorer.own_images.tray import Tray

SIDE = 56
KEY = "tray"
_tray = st.components.v2.component(
    "latent_explorer.tray", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def draw(held: Tray, on_act: Callable[[Tray], None]) -> None:
    """Draw a tray; `on_act` gets the tray as the viewer has changed it."""
    items = [
        {"number": kept.number, "source": thumbnail(kept.chosen.image, SIDE), "words": kept.chosen.words}
        for kept in held.items
    ]
    data = {"items": items, "canUndo": held.before is not None}
    _tray(key=KEY, data=data, on_act_change=lambda: on_act(acted(held, _sent(state.get(KEY)))))


def acted(held: Tray, sent: object) -> Tray:
    """Return a tray after what a browser asks for; as it is where that is nothing it knows."""
    if not isinstance(sent, dict):
        return held
    kind, number = sent.get("kind"), sent.get("number")
    if kind == "remove" and type(number) is int:
        return held.without(number)
    return held.cleared() if kind == "clear" else held.undone() if kind == "undo" else held


def _sent(result: Any) -> object:
    return result.get("act") if isinstance(result, dict) else getattr(result, "act", None)
