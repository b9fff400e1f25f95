"""The choice of one end of a path: a held-out image by class and number, shown with its reconstruction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import cache, conditional, state
from explorer.figures.pixels import data_uri, picture
from vae_core.trained import LatentMap

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

DRAWS = 1000
"""Numbered draws from the prior to choose from where no image has a code."""


def choices(trained: TrainedModel) -> LatentMap:
    """Return what a path may begin or end at: codes of held-out images, or draws from the prior without an encoder."""
    if trained.has_encoder:
        return trained.latent_map
    z = np.random.default_rng(0).standard_normal((DRAWS, trained.latent_dim)).astype(np.float32)
    return LatentMap(z, None, None, np.arange(DRAWS))


def pick(trained: TrainedModel, end: str) -> int:
    """Draw the choice of end ``A`` or ``B`` with what it decodes to; return its row in :func:`choices`."""
    codes = choices(trained)
    labels = codes.labels
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if labels is not None and trained.class_names:
            present = np.unique(labels).tolist()
            label = st.selectbox(
                f"{end}: class",
                present,
                format_func=trained.class_names.__getitem__,
                key=state.end_key(trained.name, end, "class"),
            )
            rows = np.flatnonzero(labels == label)
        else:
            rows = np.arange(len(codes.mu))
        st.button(
            "",
            icon=":material/casino:",
            key=f"random.{end}",
            help=f"Another {'image' if trained.has_encoder else 'draw'} for {end}",
            on_click=_roll,
            args=(trained.name, end, len(rows)),
        )
    place = st.number_input(
        "Image number" if trained.has_encoder else f"{end}: number of the draw",
        0,
        len(rows) - 1,
        step=1,
        key=state.end_key(trained.name, end, "index"),
        help=f"Which of the {len(rows):,} held-out images of this class"
        if trained.has_encoder
        else f"Which of {DRAWS:,} draws from the prior",
    )
    row = int(rows[min(max(int(place), 0), len(rows) - 1)])
    _draw_end(trained, end, row)
    return row


def _roll(model: str, end: str, count: int) -> None:
    state.put(state.end_key(model, end, "index"), int(np.random.default_rng().integers(count)))


def _draw_end(trained: TrainedModel, end: str, row: int) -> None:
    rebuilt = data_uri(picture(trained.decode(choices(trained).mu[row][None])[0], 200))
    if not trained.has_encoder:
        st.image(rebuilt, caption=f"{end} decoded", width=88, alt=f"Image {end}")
        return
    found, told = cache.originals(trained, [row]), conditional.rebuilt(trained)
    if found is None:
        st.image(
            rebuilt,
            caption=f"{end} {told}",
            width="stretch",
            alt=f"Reconstruction of {end}",
        )
        st.caption("Its original is not shown: the data set is not on this machine.")
        return
    with st.container(horizontal=True, gap="small"):
        st.image(data_uri(picture(found[0], 200)), caption=end, width=88, alt=f"Image {end}")
        st.image(rebuilt, caption=f"{end} {told}", width=88, alt=f"Reconstruction of {end}")
