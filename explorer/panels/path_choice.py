"""Interpolate between two images: which paths, through which images, and the view of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import applies, paths, state
from explorer.components import path_player
from explorer.frame import guarded
from explorer.links import STEPS, UNSURE, Link
from explorer.own_images.inputs import Input
from explorer.panels import ends, exports, stops, tray

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

_UNSURE_KEY = "unsure"


@st.fragment
@guarded
def draw(trained: TrainedModel) -> None:
    """Draw the choice of images and paths beside the view of them."""
    codes = ends.choices(trained)
    state.pair(trained.name, codes.labels, codes.indices)
    aside, main = st.columns([3, 7.2], gap="small")
    with aside:
        a = ends.pick(trained, "A")
        b = ends.pick(trained, "B")
        between = stops.draw(trained)
    route = np.stack([a.z, *(stop.z for stop in between), b.z]).astype(np.float32)
    with main:
        kinds, steps, unsure = _settings(trained, route)
        t = path_player.draw(trained, kinds, route, steps, unsure)
        _offer_for_tray(trained, {kind: paths.measured(trained, kind, route, unsure) for kind in kinds}, t)
    state.publish(
        Link(
            trained.name, pair=ends.pair(a, b), via=stops.indices(between), t=t, steps=steps, path=tuple(kinds),
            unsure=UNSURE if unsure else None, label=trained.given_class,
        )
    )  # fmt: skip


def _offer_for_tray(trained: TrainedModel, ways: dict[str, paths.MeasuredPath], t: float) -> None:
    """Draw the button that puts what is shown at t on each path in the tray."""
    if not ways:
        return
    here = np.stack([way.codes[round(t * (paths.FINE - 1))] for way in ways.values()])
    named = zip(trained.decode(here), ways, strict=True)
    found = [Input(image, f"{paths.NAMES[kind].lower()} path at t = {t:.2f}") for image, kind in named]
    tray.offer(found, "path", "Put the images at t in the tray")


def _settings(trained: TrainedModel, route: NDArray[np.float32]) -> tuple[list[str], int, bool]:
    """Draw the settings over the view; return the kinds of paths, the images in a strip, and whether to be unsure."""
    reason = applies.why_not("geodesic", trained)
    offered = ["lerp"] if reason else list(paths.NAMES)
    kinds = state.several(state.PATH, offered, ["lerp"] if reason else ["lerp", "geodesic"], trained.name)
    steps = int(state.number(state.STEPS, *STEPS, 9))
    if state.wish("unsure", trained.name):
        state.put(_UNSURE_KEY, True)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.segmented_control(
            "Paths", offered, format_func=paths.NAMES.__getitem__, key=state.PATH, selection_mode="multi",
            persist_state="session",
        )  # fmt: skip
        st.number_input(
            "Images in a strip", *STEPS, step=1, key=state.STEPS, persist_state="session", width=124
        )
        unsure = not reason and st.toggle(
            "Uncertainty", key=_UNSURE_KEY, persist_state="session",
            help="Lengths count how the pixels' standard deviation changes too, and it grows away from the data: "
            "geodesics then keep to where images were encoded.",
        )  # fmt: skip
        exports.offer(trained, [paths.measured(trained, kind, route, unsure) for kind in kinds], steps)
    if reason:
        st.caption(reason)
    return kinds, steps, unsure
