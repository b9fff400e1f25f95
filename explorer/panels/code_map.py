"""Map of a model with discrete codes: one image's codes, to be swapped for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import state
from explorer.components import code_map
from explorer.frame import guarded
from explorer.links import Link

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel


@st.fragment
@guarded
def draw(trained: TrainedModel) -> None:
    """Draw the choice of a held-out image, its codes, and the book."""
    codes = trained.latent_map
    count = len(codes.mu)
    if count == 0:
        st.info("No held-out images were kept with this model.", icon=":material/grid_view:")
        return
    key = f"code-row.{trained.name}"
    row = int(state.number(key, 0, count - 1, 0))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.number_input(
            "Held-out image", 0, count - 1, step=1, key=key, persist_state="session", width=150,
            help=f"One of {count:,} test images",
        )  # fmt: skip
        st.button("Another", icon=":material/casino:", on_click=_roll, args=(key, count), key="another-image")
        if codes.labels is not None:
            st.caption(f"Class {trained.class_name(int(codes.labels[row]))}")
    code_map.draw(trained, row)
    shown = code_map.book(trained)
    st.caption(
        f"Of {trained.codebook_size} codes {shown.used} are used by the held-out images; their perplexity is "
        f"{shown.perplexity:.1f}: so many would do if all were used alike. A code's patch is the mean of the decoded "
        "images where it stands, with half a place around it. Near vectors have near colours."
    )
    state.publish(Link(trained.name))


def _roll(key: str, count: int) -> None:
    state.put(key, int(np.random.default_rng().integers(count)))
