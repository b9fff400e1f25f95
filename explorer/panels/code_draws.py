"""Draws from the learned prior of a model with discrete codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import state
from explorer.figures import tiles
from explorer.figures.pixels import data_uri, picture
from explorer.frame import guarded
from explorer.links import TEMPERATURE, Link
from vae_core.latent import tile

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

ROWS, COLUMNS = 5, 8
SEED = "samples.seed"


@st.fragment
@guarded
def draw(trained: TrainedModel) -> None:
    """Draw forty images, with the temperature and the seed that decide them."""
    temperature = state.number(state.TEMPERATURE, *TEMPERATURE, 1.0)
    seed = int(state.number(SEED, 0, 2**31, 0))
    left, right = st.columns([3, 9], gap="medium")
    with left:
        st.slider("Temperature", *TEMPERATURE, step=0.05, key=state.TEMPERATURE, persist_state="session")
        st.number_input("Seed", 0, 2**31, step=1, key=SEED, persist_state="session")
        st.button(
            "Draw forty more", icon=":material/casino:", on_click=state.put, args=(SEED, seed + 1), key="more"
        )
        st.caption(
            "Codes are drawn one place after the other, row by row, each given those before it. A temperature below "
            "1 keeps to likely codes, at 0 to the likeliest."
        )
    images = trained.sample(ROWS * COLUMNS, np.random.default_rng(seed), temperature)[1]
    shown = tiles.spaced(images)
    with right:
        st.image(
            data_uri(picture(tile(shown.reshape(ROWS, COLUMNS, *shown.shape[1:])), 440)),
            width="stretch",
            alt="Forty generated images",
        )
        st.caption(
            f"Forty draws from the learned prior over codes, at temperature {temperature:g}, seed {seed}"
        )
    state.publish(Link(trained.name, temperature=temperature))
