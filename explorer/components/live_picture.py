"""A picture of a model in training that has no map to show: copies of held-out images, and draws from its prior."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import cache
from explorer.figures.strips import strip
from vae_core.datasets import as_float

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

ALT = "Held-out images, their copies, and draws from the prior, as the model makes them now"
SHOWN = 10

_live_picture = st.components.v2.component(
    "latent_explorer.live_picture", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def draw_live(name: str) -> None:
    """Draw the picture of the run of that name, as it comes."""
    _live_picture(key=f"picture.{name}", data={"name": name, "alt": ALT})


def picture(trained: TrainedModel) -> str:
    """Return images, their copies and as many draws, a row each, as a data address."""
    rows = {}
    replay = trained.replay
    copied = np.arange(SHOWN) if replay is None else replay.copied[:SHOWN]
    # Who watches a run may see its data, and this is drawn where nobody's session is known.
    here = cache.available(trained.config.data.name)
    found = cache.held_out(trained, copied) if here else None
    if found is not None:
        rows = {"image": as_float(found), "its copy": trained.reconstruct(found)}
    rows["drawn"] = trained.sample(len(copied), np.random.default_rng(0))[1]
    return strip(rows, [""] * len(copied), side=84)
