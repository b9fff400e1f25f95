"""The sliders that a viewer has made of directions, each with a way to remove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import state

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel


def draw(trained: TrainedModel) -> None:
    """Draw the list; nothing where none was made."""
    made = state.ways(trained.name, trained.latent_dim)
    if not made:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Sliders you made:", width="content")
        for way in made:
            st.button(
                way.name,
                icon=":material/close:",
                key=f"remove.{trained.name}.{way.name}",
                help=f"Remove the slider {way.name}",
                on_click=state.keep_ways,
                args=(trained.name, tuple(other for other in made if other != way)),
            )
