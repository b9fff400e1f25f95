"""Map: where the held-out images lie, what is behind a dot, and what the decoder makes of each place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import streamlit as st

from explorer import planes, state, words
from explorer.figures import scatter, theme, tiles
from explorer.frame import guarded, heading
from explorer.links import Link
from explorer.panels import selection
from vae_core.latent import tile

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

T = TypeVar("T")

MOST_DOTS = 5_000
HEIGHT = 410
CONTROL = 56  # pixels of the control above the grid, which the map takes where it has none itself
TILES = 15
KINDS = {"pca": "PCA plane", "axes": "Two axes"}
SPACINGS = {
    planes.PRIOR: f"Decoded at the prior's quantiles: a tile is 1/{TILES**2} of it",
    planes.CODES: "Decoded at the codes' own quantiles",
    planes.EVEN: "Decoded at even steps over the codes' range",
}


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    heading(
        "Map",
        "Click a dot or drag a box to see the images behind it; click a class to hide it.",
        words.MAP if trained.family == "vae" else words.MAP_AE,
    )
    left, right = st.columns(2)
    with left:
        kind, axes = _choose_plane(trained)
    codes = trained.latent_map
    view = planes.view_of(codes.mu, codes.labels, kind, axes)
    flat = trained.latent_dim <= 2
    state.publish(
        Link(trained.name, plane=None if flat else kind, axes=None if flat or kind == "pca" else axes)
    )
    with right:
        _draw_grid(trained, view, _choose_spacing(trained))
    _draw_dots(trained, view, left)


def _choose_plane(trained: TrainedModel) -> tuple[str, tuple[int, int]]:
    d = trained.latent_dim
    if d <= 2:
        return "axes", (0, 1)
    used = planes.usage(trained.latent_map.mu, trained.latent_map.logvar)
    first_two = np.sort(np.argsort(-used)[:2])
    axes = state.axes(trained.name, d, (int(first_two[0]), int(first_two[1])))
    state.choose(state.PLANE, list(KINDS), "pca")
    first, second, third = st.columns([4, 3, 3])
    with first:
        kind = _select("Plane", list(KINDS), KINDS.__getitem__, state.PLANE)
    if kind != "axes":
        return "pca", axes
    with second:
        x = _select("Axis to the right", range(d), lambda i: f"z{i + 1} →", f"axis.{trained.name}.x")
    with third:
        y = _select("Axis upwards", range(d), lambda i: f"z{i + 1} ↑", f"axis.{trained.name}.y")
    return "axes", (x, y if y != x else (x + 1) % d)


def _select(label: str, options: Sequence[T], words_of: Callable[[T], str], key: str) -> T:
    return st.selectbox(
        label, options, format_func=words_of, key=key, persist_state="session", label_visibility="collapsed"
    )


def _choose_spacing(trained: TrainedModel) -> str:
    options = [planes.PRIOR if trained.family == "vae" else planes.CODES, planes.EVEN]
    state.choose("spacing", options, options[0])
    return st.selectbox(
        "Where the grid is decoded",
        options,
        format_func=SPACINGS.__getitem__,
        key="spacing",
        persist_state="session",
        label_visibility="collapsed",
    )


def _draw_grid(trained: TrainedModel, view: planes.View, spacing: str) -> None:
    z, columns, rows = planes.grid(view, spacing, TILES)
    decoded = tiles.spaced(trained.decode(z.reshape(-1, z.shape[-1])))
    tiled = tile(decoded.reshape(*z.shape[:2], *decoded.shape[1:]))
    st.plotly_chart(
        tiles.decoded_grid(tiled, columns, rows, view.titles, HEIGHT),
        config=theme.HOVER_ONLY,
        key="decoded-grid",
        alt=f"Images decoded on a grid of {z.shape[1]} by {z.shape[0]} places of the map, same way up as the map",
    )


@st.fragment
@guarded
def _draw_dots(trained: TrainedModel, view: planes.View, place: Any) -> None:
    codes = trained.latent_map
    rows = planes.spread_rows(len(codes.mu), MOST_DOTS)
    height = HEIGHT + (CONTROL if trained.latent_dim <= 2 else 0)
    labels = None if codes.labels is None else codes.labels[rows]
    with place:
        chart = st.plotly_chart(
            scatter.latent_map(
                view.points[rows], labels, trained.class_names, view.titles, height, names=rows
            ),
            config=theme.INTERACTIVE,
            key=f"map-{trained.name}-{'-'.join(view.titles)}",
            on_select="rerun",
            alt="Held-out images as dots in latent space, coloured by class",
        )
    if view.note:
        st.caption(view.note)
    selection.draw(trained, view, selection.selected_rows(chart, len(codes.mu)))
