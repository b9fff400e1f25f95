"""Interpolate between four images: a square of mixtures, each by how near it is to the corners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import state
from explorer.figures.pixels import data_uri, picture
from explorer.figures.tiles import spaced
from explorer.frame import guarded
from explorer.links import Link
from explorer.panels import across, ends, exports
from vae_core.across_classes import AcrossClasses
from vae_core.latent import bilinear, tile

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

SIDES = (3, 11)
_SIDE_KEY = "square-side"


@st.fragment
@guarded
def draw(trained: TrainedModel) -> None:
    """Draw the choice of four images around the grid between them."""
    codes = ends.choices(trained)
    state.pair(trained.name, codes.labels, codes.indices)
    state.lower(trained.name, codes.labels, codes.indices)
    left, middle, right = st.columns([3, 4.6, 3], gap="small")
    with middle:
        changes = across.toggle(trained)
    with left:
        a, c = (ends.pick(trained, end, changes) for end in "AC")
    with right:
        b, d = (ends.pick(trained, end, changes) for end in "BD")
    n = int(state.number(_SIDE_KEY, *SIDES, 7))
    grid = bilinear(np.stack([a.z, b.z, c.z, d.z]), n)
    labels = tuple(end.label for end in (a, b, c, d) if end.label is not None)
    if changes and trained.conditional is not None:
        shares = bilinear(np.eye(4), n).reshape(n * n, 4)
        decoded = AcrossClasses(trained.conditional, labels).decode_mixed(grid.reshape(n * n, -1), shares)
    else:
        decoded = trained.decode(grid.reshape(n * n, -1))
    rows = decoded.reshape(n, n, *trained.image_shape)
    with middle:
        alt = f"{n} by {n} images between A at the top left, B at the top right, C and D below"
        st.image(data_uri(picture(tile(spaced(rows)), 640)), width="stretch", alt=alt)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            st.number_input(
                "Images on a side", *SIDES, step=1, key=_SIDE_KEY, persist_state="session", width=140
            )
            exports.offer_sheet(trained, rows)
        st.caption(
            "A and B above, C and D below; along rows and columns the codes are mixed evenly and straight."
        )
    kept = across.in_address(trained, changes)
    state.publish(
        Link(
            trained.name, pair=ends.pair(a, b), lower=ends.pair(c, d), label=trained.given_class, across=kept
        )
    )
