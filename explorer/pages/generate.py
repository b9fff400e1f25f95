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
from explorer.own_images.inputs import Input
from explorer.panels import code_draws, lines, made_sliders, tray
from explorer.view_lines import of_map

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

SAMPLES = 12
SEED = "samples.seed"


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    if trained.is_discrete:
        heading("Generate", "Draw new maps of codes from the learned prior.", words.CODES_GENERATE)
        code_draws.draw(trained)
        return
    heading(
        "Generate",
        "Drag a slider, or the cursor on the map: the image follows.",
        (words.GENERATE if trained.has_prior else words.GENERATE_AE) + words.about_class(trained),
    )
    _playground(trained)
    if not state.presenting():
        _samples(trained)
    lines.draw(trained, of_map(trained), "generate.line")


@st.fragment
@guarded
def _playground(trained: TrainedModel) -> None:
    shown = latent_pad.draw(trained, "image", made=made_sliders.held(trained))
    _publish(trained, shown)
    if state.presenting():
        return
    made_sliders.draw(trained)
    z = np.asarray(shown.z, np.float32)
    told = ", ".join(f"{value:.2f}" for value in z[:2]).replace("-", "−") + (", …" if len(z) > 2 else "")
    tray.offer(
        [Input(trained.decode(z[None])[0], f"decoded at ({told})")], "decoded", "Put the image in the tray"
    )
    if trained.conditional is not None:
        _every_class(trained.conditional, shown)


def _every_class(told: TrainedModel, shown: PadState) -> None:
    labels = np.arange(told.classes)
    images = told.decode(np.tile(np.asarray(shown.z, np.float32), (len(labels), 1)), labels)
    st.caption("The same style, every class: the place above, decoded as each of them")
    st.image(
        strip({"": images}, [told.class_name(label) for label in labels.tolist()], side=72),
        width="content",
        alt="One place in latent space, decoded as every class",
    )


def _publish(trained: TrainedModel, shown: PadState) -> None:
    temperature = state.number(state.TEMPERATURE, *TEMPERATURE, 1.0)
    made = made_sliders.in_address(trained)
    state.publish(Link(trained.name, shown.z, temperature, label=trained.given_class, sliders=made))


@st.fragment
@guarded
def _samples(trained: TrainedModel) -> None:
    temperature = state.number(state.TEMPERATURE, *TEMPERATURE, 1.0)
    seed = int(state.number(SEED, 0, 2**31, 0))
    images = trained.decode(places.draws(trained, SAMPLES, np.random.default_rng(seed), temperature))
    told = "" if trained.given_class is None else f" as class {trained.class_name(trained.given_class)}"
    source = "the prior" if trained.has_prior else "a Gaussian fitted to the codes (there is no prior)"
    left, right = st.columns([4, 9], vertical_alignment="center")
    with left:
        st.slider("Temperature", *TEMPERATURE, step=0.05, key=state.TEMPERATURE, persist_state="session")
        st.button("Draw twelve more", on_click=state.put, args=(SEED, seed + 1), key="more")
    with right:
        st.caption(f"Twelve draws{told} from {source}, at temperature {temperature:g}")
        st.image(strip({"": images}, [""] * SAMPLES), width="content", alt="Twelve generated images")
    _publish(trained, latent_pad.shown(trained))
