"""Whether the class changes on the way between images of a conditional model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import state
from explorer.links import KEPT

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

_KEY = "across"


def toggle(trained: TrainedModel) -> bool:
    """Draw the choice and return it; False, and nothing is drawn, for a model that is told no class."""
    if trained.conditional is None:
        return False
    if state.wish("across", trained.name) is not None:
        state.put(_KEY, False)
    elif state.get(_KEY) is None:
        state.put(_KEY, True)
    return st.toggle(
        "Change the class on the way",
        key=_KEY,
        persist_state="session",
        help="From one image's class to the other's: the vector that the decoder adds for the class is mixed linearly. "
        "Else all is drawn as the class chosen on the left.",
    )


def in_address(trained: TrainedModel, across: bool) -> str | None:
    """Return what an address says of the choice: nothing where it is as at first."""
    return None if across or trained.conditional is None else KEPT
