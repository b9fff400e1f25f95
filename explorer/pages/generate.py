"""Generate: the image of any place in latent space, live under sliders and pointer, and draws from the prior."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import places, state, words
from explorer.components import latent_pad
from explorer.components.pad_state import PadState
from explorer.figures.strips import strip
from explorer.frame import guarded, heading
from explorer.links import TEMPERATURE, Link

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

SAMPLES = 12
SEED = "samples.seed"


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    heading(
        "Generate",
        "Drag a slider, or the cursor on the map: the image follows.",
        words.GENERATE if trained.has_prior else words.GENERATE_AE,
    )
    _playground(trained)
    _samples(trained)


@st.fragment
@guarded
def _playground(trained: TrainedModel) -> None:
    _publish(trained, latent_pad.draw(trained, "image"))


def _publish(trained: TrainedModel, shown: PadState) -> None:
    temperature = state.number(state.TEMPERATURE, *TEMPERATURE, 1.0)
    state.publish(Link(trained.name, shown.z, temperature))


@st.fragment
@guarded
def _samples(trained: TrainedModel) -> None:
    temperature = state.number(state.TEMPERATURE, *TEMPERATURE, 1.0)
    seed = int(state.number(SEED, 0, 2**31, 0))
    images = trained.decode(places.draws(trained, SAMPLES, np.random.default_rng(seed), temperature))
    source = "the prior" if trained.has_prior else "a Gaussian fitted to the codes (there is no prior)"
    left, right = st.columns([4, 9], vertical_alignment="center")
    with left:
        st.slider("Temperature", *TEMPERATURE, step=0.05, key=state.TEMPERATURE, persist_state="session")
        st.button("Draw twelve more", on_click=state.put, args=(SEED, seed + 1), key="more")
    with right:
        st.caption(f"Twelve draws from {source}, at temperature {temperature:g}")
        st.image(strip({"": images}, [""] * SAMPLES), width="content", alt="Twelve generated images")
    _publish(trained, latent_pad.shown(trained))
