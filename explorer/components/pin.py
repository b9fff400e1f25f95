"""A button that pins the place under a pad's cursor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from explorer import state

_pin = st.components.v2.component(
    "latent_explorer.pin", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def draw(name: str, words: str, on_pin: Callable[[object], None]) -> None:
    """Draw the button for the pad on the model that has this name in the page.

    `on_pin` gets what the browser sent, which should be numbers z [d].
    """
    key = f"pin.{name}"
    _pin(
        key=key,
        data={"name": name, "words": words},
        on_place_change=lambda: on_pin(getattr(state.get(key), "place", None)),
    )
