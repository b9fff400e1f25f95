"""The small map that shows where a path lies among the codes of held-out images."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import planes
from explorer.figures import locator
from explorer.panels import ends

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

MOST_DOTS = 500


def draw(trained: TrainedModel, here: NDArray[np.float32], path: NDArray[np.float32]) -> None:
    """Draw place `here` [d] on a path [n, d], whose ends are called A and B."""
    view, behind = _backdrop(trained)
    st.image(
        locator.locator(behind, _flat(view, here[None])[0], _flat(view, path)),
        width="stretch",
        alt="Where the path from A to B runs among held-out images",
    )


# The same for every place on one model, and for many latent dimensions more work than all the rest of a rerun.
@functools.lru_cache(maxsize=8)
def _backdrop(trained: TrainedModel) -> tuple[planes.View, locator.Backdrop]:
    codes = ends.choices(trained)
    view = planes.view_of(codes.mu, codes.labels, "axes" if trained.latent_dim <= 2 else "pca", (0, 1))
    rows = planes.spread_rows(len(codes.mu), MOST_DOTS)
    labels = None if codes.labels is None else codes.labels[rows]
    return view, locator.backdrop(view.points[rows], labels, view.titles)


def _flat(view: planes.View, z: NDArray[np.float32]) -> NDArray[np.float32]:
    if view.plane is not None:
        return view.plane.project(z)
    middle = np.full(len(z), np.median(view.points[:, 1]), np.float32)
    return np.stack([z[:, 0], middle], axis=1)
