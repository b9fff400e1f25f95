"""Draw: an image of the user's own, drawn, uploaded or pasted, and where the model puts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import applies, state, words
from explorer.components import sketch
from explorer.frame import go, guarded, heading
from explorer.links import Link
from explorer.own_images import uploads
from explorer.own_images.inputs import Input
from explorer.panels import lines, own_images, tray
from explorer.view_lines import of_map
from vae_core.datasets import as_float

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

CANVAS = "page"


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    state.publish(Link(trained.name, label=trained.given_class))
    if (reason := applies.why_not("own images", trained)) is not None:
        heading("Draw", reason, words.DRAW)
        return
    heading("Draw", "Draw on the black square: its place on the map and its copy follow the pen.", words.DRAW)
    _canvas(trained)
    own_images.draw(trained)
    lines.draw(trained, [*of_map(trained)[:2], "class_votes"], "draw.line")


@st.fragment
@guarded
def _canvas(trained: TrainedModel) -> None:
    found = sketch.draw(trained, CANVAS)
    if found.pasted or found.refused:
        own_images.add(
            [uploads.pasted(content, trained.image_shape) for content in found.pasted], found.refused
        )
        st.rerun()
    chosen = drawn(trained, CANVAS)
    with st.container(horizontal=True, gap="small"):
        tray.offer([] if chosen is None else [chosen], "drawing")
        pressed = st.button(
            "Interpolate from it", icon=":material/linear_scale:", key="from-drawing", disabled=chosen is None
        )
    if pressed and chosen is not None:
        held = state.tray().put(chosen)
        state.keep_tray(held)
        state.put_end("A", held.items[-1].number)
        go("interpolate")


def drawn(trained: TrainedModel, name: str) -> Input | None:
    """Return what was drawn last on a canvas, as an input; None where nothing was."""
    held = sketch.drawing(trained, name)
    return None if held is None else Input(as_float(held[np.newaxis]), "your drawing")
