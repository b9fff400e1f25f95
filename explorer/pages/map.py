"""Map: where the held-out images lie, what is behind a point, and what the decoder makes of each place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import applies, planes, state, words
from explorer.components import latent_pad
from explorer.components.pad_state import PadState
from explorer.figures import tiles
from explorer.frame import guarded, heading
from explorer.links import Link
from explorer.panels import code_map, lines, selection
from explorer.view_lines import of_map
from vae_core.latent import tile

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

HEIGHT = 410
TILES = 15
SPACINGS = {
    planes.PRIOR: f"At the prior's quantiles: a tile is 1/{TILES**2} of it",
    planes.CODES: "At the codes' own quantiles",
    planes.EVEN: "At even steps over the codes' range",
}


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    if trained.is_discrete:
        heading("Map", "Click a cell, then a code from the book: see what changes in the image.", words.CODES)
        code_map.draw(trained)
        return
    told = "Drag over the map: the image follows."
    if trained.has_encoder:
        told += " Click a point, or draw a box or a lasso, to see what is behind."
    heading(
        "Map",
        told,
        (words.MAP if trained.has_prior else words.MAP_AE) + words.about_class(trained),
    )
    _explore(trained)
    if not state.presenting():
        _grid(trained)
    lines.draw(trained, of_map(trained), "map.line")


@st.fragment
@guarded
def _explore(trained: TrainedModel) -> None:
    before = latent_pad.shown(trained)
    shown = latent_pad.draw(trained, "map")
    state.publish(_link(trained, shown))
    if shown.plane != before.plane:
        st.rerun()  # the grid below lies on the same plane
    view = _view(trained, shown)
    if state.presenting():
        return
    if view.note:
        st.caption(view.note)
    told = applies.why_not("points", trained)
    if told is not None:
        st.info(told, icon=":material/grid_on:")
        return
    selection.draw(trained, view, shown)


def _link(trained: TrainedModel, shown: PadState) -> Link:
    if trained.latent_dim <= 2:
        return Link(trained.name, shown.z, label=trained.given_class, heat=shown.heat)
    plane = "axes" if shown.axes else "pca"
    return Link(
        trained.name, shown.z, plane=plane, axes=shown.axes, label=trained.given_class, heat=shown.heat
    )


def _view(trained: TrainedModel, shown: PadState) -> planes.View:
    codes = trained.latent_map
    return planes.view_of(codes.mu, codes.labels, "axes" if shown.axes else "pca", shown.axes or (0, 1))


@st.fragment
@guarded
def _grid(trained: TrainedModel) -> None:
    view = _view(trained, latent_pad.shown(trained))
    options = [planes.PRIOR if trained.has_prior else planes.CODES, planes.EVEN][
        : 2 if trained.has_encoder else 1
    ]
    state.choose("spacing", options, options[0])
    left, right = st.columns([5, 4], vertical_alignment="center")
    with right:
        st.markdown(words.GRID)
        spacing = st.radio(
            "Where the grid is decoded",
            options,
            format_func=SPACINGS.__getitem__,
            key="spacing",
            persist_state="session",
        )
    z, columns, rows = planes.grid(view, spacing, TILES)
    decoded = tiles.spaced(trained.decode(z.reshape(-1, z.shape[-1])))
    tiled = tile(decoded.reshape(*z.shape[:2], *decoded.shape[1:]))
    left.image(
        tiles.decoded_grid(tiled, columns, rows, view.titles, HEIGHT),
        width="content",
        alt=f"Images decoded on a grid of {z.shape[1]} by {z.shape[0]} places of the map, same way up as the map",
    )
