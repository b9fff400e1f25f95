"""Interpolate between two images: which paths, through which images, and the view of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import applies, paths, state
from explorer.components import path_player
from explorer.frame import guarded
from explorer.links import STEPS, UNSURE, Link
from explorer.own_images.inputs import Input
from explorer.panels import across, ends, exports, stops, tray
from explorer.paths import Route

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
        changes = across.toggle(trained)
        a = ends.pick(trained, "A", changes)
        b = ends.pick(trained, "B", changes)
        between = stops.draw(trained)
    leads = [a, *between, b]
    labels = tuple(end.label for end in leads if end.label is not None) if changes else ()
    route = Route(trained, np.stack([end.z for end in leads]).astype(np.float32), labels)
    with main:
        kinds, steps, route = _settings(route)
        t = path_player.draw(route, kinds, steps)
        _offer_for_tray(route, kinds, t)
    state.publish(
        Link(
            trained.name, pair=ends.pair(a, b), via=stops.indices(between), t=t, steps=steps, path=tuple(kinds),
            unsure=UNSURE if route.unsure else None, label=trained.given_class,
            across=across.in_address(trained, changes),
        )
    )  # fmt: skip


def _offer_for_tray(route: Route, kinds: list[str], t: float) -> None:
    """Draw the button that puts what is shown at t on each path in the tray."""
    if not kinds:
        return
    here = np.stack([paths.measured(route, kind).codes[round(t * (paths.FINE - 1))] for kind in kinds])
    named = zip(route.decoder.decode(here), kinds, strict=True)
    found = [Input(image, f"{paths.NAMES[kind].lower()} path at t = {t:.2f}") for image, kind in named]
    tray.offer(found, "path", "Put the images at t in the tray")


def _settings(route: Route) -> tuple[list[str], int, Route]:
    """Draw the settings over the view; return the kinds of paths, the images in a strip, and the route so measured."""
    trained = route.trained
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
        unsure = not reason and route.across is None and st.toggle(
            "Uncertainty", key=_UNSURE_KEY, persist_state="session",
            help="Lengths count how the pixels' standard deviation changes too, and it grows away from the data: "
            "geodesics then keep to where images were encoded.",
        )  # fmt: skip
        route = dataclasses.replace(route, unsure=unsure)
        found = [paths.measured(route, kind) for kind in kinds]
        exports.offer(trained, lambda n: [route.decoder.decode(path.at(n)) for path in found], steps)
    if reason:
        st.caption(reason)
    return kinds, steps, route
