"""Interpolate: paths between two images and through others, or a square between four, decoded on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import applies, state, words
from explorer.frame import heading
from explorer.panels import code_paths, ends, lines, path_choice, square
from explorer.view_lines import of_paths

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

VIEWS = {"paths": "Paths", "square": "Two by two"}
LINES = {
    "paths": "Choose two images, then move along the paths between their codes.",
    "square": "Choose four images; the grid between them mixes their codes.",
}
_VIEW_KEY = "interpolate-view"


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    if trained.is_discrete:
        told = applies.why_not("geodesic", trained)
        heading(
            "Interpolate",
            f"Choose two images, then move from one to the other in two ways. {told}",
            words.CODES_INTERPOLATE,
        )
        code_paths.draw(trained)
        lines.draw(trained, ["rate", "perplexity"], "interpolate.line")
        return
    view = _view(trained)
    told = applies.why_not("images", trained)
    heading("Interpolate", told or LINES[view], words.INTERPOLATE + words.about_class(trained))
    if not len(ends.choices(trained).mu):
        st.info("No held-out images were kept with this model.", icon=":material/linear_scale:")
        return
    st.segmented_control(
        "View",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        key=_VIEW_KEY,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    if view == "square":
        square.draw(trained)
        lines.draw(trained, ["lerp"], "square.line")
    else:
        path_choice.draw(trained)
        lines.draw(trained, of_paths(trained), "interpolate.line")


def _view(trained: TrainedModel) -> str:
    """Return which of `VIEWS` is shown: the square where the address names four images, else the one chosen last."""
    if state.asks("lower", trained.name):
        state.put(_VIEW_KEY, "square")
    return state.choose(_VIEW_KEY, list(VIEWS), "paths")
