"""Generate: one slider for each latent dimension, the decoded image beside them, and draws from the prior."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import places, state, words
from explorer.figures.pixels import data_uri, picture
from explorer.figures.strips import strip
from explorer.frame import guarded, heading
from explorer.links import TEMPERATURE, Link
from explorer.panels import locator

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

SAMPLES = 12
SEED = "samples.seed"


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    heading(
        "Generate",
        "Move a slider and let go: the image is what the decoder makes of that place.",
        words.GENERATE if trained.family == "vae" else words.GENERATE_AE,
    )
    limit = places.slider_limit(trained)
    _playground(trained, limit, places.dimension_order(trained))
    _samples(trained, limit)


@st.fragment
@guarded
def _playground(trained: TrainedModel, limit: float, order: tuple[tuple[int, float], ...]) -> None:
    start = places.start(trained)
    z = state.latent(trained.name, start, limit)
    left, middle, right = st.columns([4, 6, 4])
    with left:
        _buttons(trained, limit, start)
        _sliders(trained, limit, order)
    with middle:
        st.image(
            data_uri(picture(trained.decode(z[None])[0], 440)),
            width="stretch",
            alt="The decoded image",
        )
    with right:
        locator.draw(trained, z)
    _publish(trained, limit)


def _publish(trained: TrainedModel, limit: float) -> None:
    z = state.latent(trained.name, places.start(trained), limit)
    temperature = state.number(state.TEMPERATURE, *TEMPERATURE, 1.0)
    state.publish(Link(trained.name, tuple(float(value) for value in z), temperature))


def _buttons(trained: TrainedModel, limit: float, start: NDArray[np.float32]) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Random",
            help="Move the sliders to a random draw",
            on_click=_draw,
            args=(trained, limit),
            key="draw",
        )
        st.button("Reset", on_click=state.put_latent, args=(trained.name, start, limit), key="reset")


def _draw(trained: TrainedModel, limit: float) -> None:
    temperature = state.number(state.TEMPERATURE, *TEMPERATURE, 1.0)
    state.put_latent(trained.name, places.draws(trained, 1, np.random.default_rng(), temperature)[0], limit)


def _sliders(trained: TrainedModel, limit: float, order: tuple[tuple[int, float], ...]) -> None:
    first, rest = order[: places.MOST_SLIDERS], order[places.MOST_SLIDERS :]
    _slider_block(trained, limit, first)
    if rest:
        with st.expander(f"{len(rest)} more dimensions"):
            _slider_block(trained, limit, rest)


def _slider_block(trained: TrainedModel, limit: float, order: tuple[tuple[int, float], ...]) -> None:
    columns = st.columns(2) if len(order) > 4 else [st.container()]
    for place, (dimension, kl) in enumerate(order):
        told = f"Carries {kl:.2f} nats per image (its mean KL)." if trained.family == "vae" else None
        with columns[place % len(columns)]:
            st.slider(
                f"z{dimension + 1}",
                -limit,
                limit,
                step=0.01,
                key=state.z_key(trained.name, dimension),
                help=told,
                persist_state="session",
            )


@st.fragment
@guarded
def _samples(trained: TrainedModel, limit: float) -> None:
    temperature = state.number(state.TEMPERATURE, *TEMPERATURE, 1.0)
    seed = int(state.number(SEED, 0, 2**31, 0))
    images = trained.decode(places.draws(trained, SAMPLES, np.random.default_rng(seed), temperature))
    source = "the prior" if trained.family == "vae" else "a Gaussian fitted to the codes (there is no prior)"
    left, right = st.columns([4, 9], vertical_alignment="center")
    with left:
        st.slider("Temperature", *TEMPERATURE, step=0.05, key=state.TEMPERATURE, persist_state="session")
        st.button("Draw twelve more", on_click=state.put, args=(SEED, seed + 1), key="more")
    with right:
        st.caption(f"Twelve draws from {source}, at temperature {temperature:g}")
        st.image(strip({"": images}, [""] * SAMPLES), width="content", alt="Twelve generated images")
    _publish(trained, limit)
