"""Three paths between the same two codes: straight, on the arc, and the shortest by what is seen."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.figures.strips import strip
from vae_core.latent import geodesic, length, lerp, slerp, start_graph

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

CLASSES = (1, 0)
SHOWN = 9
FINE = 33


def three(models: Sequence[TrainedModel]) -> None:
    """Show the images along each path from one class's mean code to another's, and the paths' lengths."""
    st.image(picture(models[0]), width="content", alt="Images along three paths, a row each")
    st.markdown(table(models[0]))


def picture(trained: TrainedModel) -> str:
    """Return the images along each path, a row each, as a data address."""
    found = between(trained)
    images = {name: trained.decode(path[:: (FINE - 1) // (SHOWN - 1)]) for name, (path, _) in found.items()}
    return strip(images, [""] * SHOWN, side=64)


def table(trained: TrainedModel) -> str:
    """Return the paths' lengths as a table."""
    lines = ["| | length of its images' way, in L2 distance of pixels |", "|---|---|"]
    lines += [f"| {name} | {far:.1f} |" for name, (_, far) in between(trained).items()]
    return "\n".join(lines)


@functools.lru_cache(maxsize=4)
def between(trained: TrainedModel) -> dict[str, tuple[NDArray[np.float32], float]]:
    """Return each path [FINE, d] and its length, by its name."""
    surface = trained.surface()
    codes = trained.latent_map
    labels = np.zeros(len(codes.mu), np.int64) if codes.labels is None else codes.labels
    a, b = (codes.mu[labels == label].mean(axis=0) for label in CLASSES)
    shortest = geodesic(surface, a, b, graph=start_graph(surface, codes.mu), n=FINE).path
    paths = {"straight": lerp(a, b, FINE), "arc": slerp(a, b, FINE), "geodesic": shortest}
    return {name: (path, length(surface, path)) for name, path in paths.items()}
