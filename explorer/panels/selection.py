"""What is behind some dots of the map: their images, rebuilt and original, and where to take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, conditional, planes, state
from explorer.components.pad_state import PadState
from explorer.figures.strips import strip
from explorer.frame import go
from explorer.own_images.inputs import Input
from explorer.panels import ends, groups, tray
from vae_core.datasets import as_float

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

MOST_SHOWN = 12


def draw(trained: TrainedModel, view: planes.View, seen: PadState) -> None:
    """Draw the images behind what is selected on the map, or behind one typical row of each class if nothing is."""
    chosen, count = np.asarray(seen.selection, np.int64), seen.selected
    if len(chosen) == 0:
        rows = planes.central_rows(view.points, trained.latent_map.labels, MOST_SHOWN)
        _draw_images(trained, rows, "The image nearest to each class's centre")
        return
    _offer(trained, chosen, seen)
    shown = chosen[planes.spread_rows(len(chosen), MOST_SHOWN)]
    told = "1 image selected" if count == 1 else f"{count:,} images selected"
    _draw_images(trained, shown, told + (f", {len(shown)} shown" if len(shown) < count else ""))


def _offer(trained: TrainedModel, chosen: NDArray[np.int64], seen: PadState) -> None:
    codes = trained.latent_map
    with st.container(horizontal=True, gap="small"):
        if len(chosen) == 1 and st.button("Open its place in Generate", key="to-generate"):
            state.put_place(trained.name, codes.mu[chosen[0]])
            go("generate")
        if len(chosen) == 2 and st.button("Interpolate between the two", key="to-interpolate"):
            state.put_pair(trained.name, codes.labels, (int(chosen[0]), int(chosen[1])))
            go("interpolate")
        groups.offer(trained, seen)
        groups.offer_direction(trained)
        _offer_for_tray(trained, chosen[planes.spread_rows(len(chosen), MOST_SHOWN)])


def _offer_for_tray(trained: TrainedModel, rows: NDArray[np.int64]) -> None:
    found = [ends.of_row(trained, int(row)) for row in rows]
    images = [Input(end.image, end.words) for end in found if end.image is not None]
    if images:
        tray.offer(images, "selected")
    copies = trained.decode(np.stack([end.z for end in found]))
    named = [Input(copy, f"copy of {end.words}") for copy, end in zip(copies, found, strict=True)]
    tray.offer(named, "copies", "Put copies in the tray" if images else "Put in the tray")


def _draw_images(trained: TrainedModel, rows: NDArray[np.int64], title: str) -> None:
    codes = trained.latent_map
    named, told = {}, conditional.rebuilt(trained)
    found = cache.originals(trained, rows.tolist())
    if found is not None:
        named["original"] = as_float(found)
    named[told] = trained.decode(codes.mu[rows])
    labels = [""] * len(rows)
    if codes.labels is not None and trained.class_names:
        labels = [trained.class_names[label] for label in codes.labels[rows]]
    absent = "" if found is not None else " · originals are not shown: this data set is not on this machine"
    st.caption(title + absent)
    above = told if found is None else f"originals above, {told} below"
    st.image(strip(named, labels), width="content", alt=f"{title}: {above}")
