"""The sliders that a viewer has made of directions, each with a way to remove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import state
from explorer.directions import sliders
from explorer.directions.sliders import Slider

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel


def held(trained: TrainedModel) -> tuple[Slider, ...]:
    """Return the viewer's own sliders on a model, with those that the address asks for."""
    kept = state.sliders(trained.name, trained.latent_dim)
    wanted = state.wish("sliders", trained.name)
    if wanted:
        for slider in sliders.read(wanted, trained):
            kept = sliders.added(kept, slider)
        state.keep_sliders(trained.name, kept)
    return kept


def in_address(trained: TrainedModel) -> tuple[str, ...] | None:
    """Return the viewer's own sliders as an address has them; None where there are none."""
    return sliders.write(state.sliders(trained.name, trained.latent_dim)) or None


def draw(trained: TrainedModel) -> None:
    """Draw the list; nothing where none was made."""
    made = held(trained)
    if not made:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Sliders you made:", width="content")
        for slider in made:
            st.button(
                slider.name,
                icon=":material/close:",
                key=f"remove.{trained.name}.{slider.name}",
                help=f"Remove the slider {slider.name}",
                on_click=state.keep_sliders,
                args=(trained.name, tuple(other for other in made if other is not slider)),
            )
