"""An image of the user's own as an end of a path: out of the tray, drawn there and then, or uploaded."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import state
from explorer.components import sketch
from explorer.own_images import inputs, uploads
from explorer.own_images.inputs import Input
from vae_core.datasets import as_float

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

DRAW, UPLOAD = "Draw", "Upload"
SOURCES = (state.TRAY_SOURCE, DRAW, UPLOAD)


def pick(trained: TrainedModel, end: str, source: str) -> Input | None:
    """Draw the choice of an end from one of `SOURCES`; return None as long as nothing is chosen."""
    if source == DRAW:
        return _drawn(trained, end)
    return _uploaded(trained, end) if source == UPLOAD else _from_tray(end)


def _from_tray(end: str) -> Input | None:
    held = state.tray()
    if not held.items:
        st.caption(
            "The tray is empty. *Put in the tray* on Draw, Map and Generate fills it. Until then, a test image:"
        )
        return None
    named = {kept.number: kept.chosen.words for kept in held.items}
    key = state.tray_key(end)
    if state.get(key) not in named:
        state.put(key, held.items[-1].number)
    number = st.selectbox(
        f"{end}: image in the tray",
        list(named),
        format_func=named.__getitem__,
        key=key,
        persist_state="session",
    )
    return held.find(number)


def _drawn(trained: TrainedModel, end: str) -> Input | None:
    found = sketch.draw(trained, f"end-{end}", plain=True).drawing
    if found is None:
        st.caption("Nothing is drawn yet; until then, a test image:")
        return None
    return Input(as_float(found[np.newaxis]), f"your drawing {end}")


def _uploaded(trained: TrainedModel, end: str) -> Input | None:
    key = f"_end_file.{end}"
    file = st.file_uploader(
        f"{end}: PNG, JPEG or NPZ",
        uploads.KINDS,
        key=f"end.{end}.file",
        max_upload_size=uploads.MOST_BYTES // 10**6,
    )
    held: tuple[str, uploads.Received] | None = state.get(key)
    if file is not None and (held is None or held[0] != file.file_id):
        held = (file.file_id, uploads.receive(file.name, file.getvalue(), trained.image_shape))
        state.put(key, held)
    if held is None or (held[1].line and not held[1].chosen):
        if held is not None:
            st.error(held[1].line, icon=":material/error:")
        st.caption("Until there is one, a test image:")
        return None
    return _adjusted(trained, end, held[1].chosen[0], held[0])


def _adjusted(trained: TrainedModel, end: str, chosen: Input, file: str) -> Input:
    """Draw what is done to a file's image, to be undone."""
    centred = chosen.centred
    with st.container(horizontal=True):
        inverted = st.checkbox("Invert", chosen.inverted, key=f"end.{end}.inverted.{file}")
        if trained.image_shape[0] == 1:
            centred = st.checkbox("Centre it", chosen.centred, key=f"end.{end}.centred.{file}")
    chosen = dataclasses.replace(chosen, inverted=inverted, centred=centred)
    told = inputs.told(chosen)
    st.caption(f"{chosen.words}: {told or 'taken as it is'}")
    return chosen
