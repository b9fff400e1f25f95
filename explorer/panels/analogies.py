"""Analogies of images: a is to b as c is to what the model makes of c + b - a."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, state
from explorer.figures.pixels import data_uri, picture
from explorer.figures.strips import strip
from explorer.frame import guarded
from explorer.panels import ends
from vae_core.datasets import as_float
from vae_core.latent import analogy, nearest_codes

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

BEGIN = {"a": 0.0, "b": 0.35, "c": 1.0}
"""Where in the list of classes each of the three begins."""
NEAREST = 6


@st.fragment
@guarded
def draw(trained: TrainedModel) -> None:
    """Draw the choice of three images and what the fourth would be."""
    st.markdown("**Analogy.** a is to b as c is to …")
    codes = ends.choices(trained)
    for end, share in BEGIN.items():
        state.one_end(trained.name, end, codes.labels, len(codes.mu), share)
    columns = st.columns(4)
    picked = []
    for column, end in zip(columns, BEGIN, strict=False):
        with column:
            picked.append(ends.pick(trained, end))
    z = analogy(*(end.z for end in picked))
    with columns[3]:
        st.image(data_uri(picture(trained.decode(z[None])[0], 300)), width=150, alt="c + b − a, decoded")
        st.caption("c + b − a")
        st.button("Put the cursor there", key="to-analogy", on_click=state.put_place, args=(trained.name, z))
    _draw_nearest(trained, z)


def _draw_nearest(trained: TrainedModel, z: NDArray[np.float32]) -> None:
    rows, away = nearest_codes(z, trained.latent_map.mu, NEAREST)
    found = cache.originals(trained, rows.tolist())
    images = trained.decode(trained.latent_map.mu[rows]) if found is None else as_float(found)
    named = "their copies" if found is None else ""
    st.caption("The held-out images nearest to it, and how far their codes are in units of z")
    st.image(
        strip({named: images}, [f"{distance:.2f}" for distance in away]),
        width="content",
        alt=f"The {len(rows)} held-out images nearest to the analogy",
    )
