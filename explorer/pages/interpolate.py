"""Interpolate: two held-out images, their reconstructions, and the decoded path between their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import applies, state, words
from explorer.figures.pixels import data_uri, picture
from explorer.figures.strips import strip
from explorer.frame import guarded, heading
from explorer.links import STEPS, Link
from explorer.panels import code_paths, ends, locator
from vae_core.latent import lerp, slerp

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

PATHS = {"lerp": lerp, "slerp": slerp}
PATH_NAMES = {"lerp": "Straight", "slerp": "Arc"}
FINE = 101


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    if trained.is_discrete:
        heading(
            "Interpolate",
            "Choose two images, then move from one to the other in two ways.",
            words.CODES_INTERPOLATE,
        )
        code_paths.draw(trained)
        return
    told = applies.why_not("images", trained)
    heading(
        "Interpolate",
        told or "Choose two images, then move along the path between their codes.",
        words.INTERPOLATE + words.about_class(trained),
    )
    _between(trained)


@st.fragment
@guarded
def _between(trained: TrainedModel) -> None:
    codes = ends.choices(trained)
    state.pair(trained.name, codes.labels, codes.indices)
    first, middle, last = st.columns([3, 4, 3])
    t = state.number(state.T, 0.0, 1.0, 0.5)
    steps = int(state.number(state.STEPS, *STEPS, 9))
    kind = state.choose(state.PATH, list(PATHS), "lerp")
    with first:
        a = ends.pick(trained, "A")
        st.segmented_control(
            "Path",
            list(PATHS),
            format_func=PATH_NAMES.__getitem__,
            key=state.PATH,
            required=True,
            persist_state="session",
        )
    with last:
        b = ends.pick(trained, "B")
        st.number_input("Images in the strip", *STEPS, step=1, key=state.STEPS, persist_state="session")
    path = PATHS[kind](a.z, b.z, FINE)
    with middle:
        here = path[round(t * (FINE - 1))]
        st.image(
            data_uri(picture(trained.decode(here[None])[0], 440)),
            width="stretch",
            alt=f"The decoded image at t = {t:.2f}",
        )
        st.slider("t, from A (0) to B (1)", 0.0, 1.0, step=0.01, key=state.T, persist_state="session")
    film, chart = st.columns([7, 2], vertical_alignment="center")
    with film:
        _film(trained, PATHS[kind](a.z, b.z, steps), steps)
    with chart:
        locator.draw(trained, here, path)
    link = Link(trained.name, pair=ends.pair(a, b), t=t, steps=steps, path=kind, label=trained.given_class)
    state.publish(link)


def _film(trained: TrainedModel, path: NDArray[np.float32], steps: int) -> None:
    times = [f"t = {i / (steps - 1):.2f}" for i in range(steps)]
    st.image(
        strip({"": trained.decode(path)}, times, side=100),
        width="content",
        alt=f"The path from A to B in {steps} images",
    )
