"""Images of the user's own from files or the clipboard: what was done to each, what the model sees and makes of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from explorer import state
from explorer.figures.pixels import thumbnail
from explorer.frame import guarded
from explorer.own_images import inputs, uploads
from explorer.own_images.inputs import Input
from explorer.own_images.uploads import Received
from explorer.panels import tray

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

HELD = "_own_images"
LINES = "_own_lines"
TAKEN = "_own_taken"
MOST = 12
SIDE = 84


@st.fragment
@guarded
def draw(trained: TrainedModel) -> None:
    """Draw the place for files, and what became of those that came."""
    _take(trained)
    refused, notes = state.get(LINES, ((), ()))
    if refused:
        st.error("  \n".join(refused), icon=":material/error:")
    for note in notes:
        st.caption(note)
    held: tuple[Input, ...] = state.get(HELD, ())
    for place, chosen in enumerate(held):
        _draw_one(trained, place, chosen)


def add(received: Sequence[Received], refused: int = 0) -> None:
    """Take in files that came; those that are refused leave a line each."""
    new = tuple(chosen for one in received for chosen in one.chosen)
    lines = [one.line for one in received if one.line and not one.chosen]
    notes = [one.line for one in received if one.line and one.chosen]
    if refused:
        lines.append(f"{refused} pasted images were not taken: at most 4 at once, 8 MB each, PNG or JPEG.")
    state.put(HELD, (*new, *state.get(HELD, ()))[:MOST])
    state.put(LINES, (tuple(lines), tuple(notes)))


def _take(trained: TrainedModel) -> None:
    files = st.file_uploader(
        "Images of your own: PNG, JPEG or NPZ, several at once. Or paste one with Ctrl+V.",
        uploads.KINDS,
        accept_multiple_files=True,
        key="own-files",
        max_upload_size=uploads.MOST_BYTES // 10**6,
    )
    taken: frozenset[str] = state.get(TAKEN, frozenset())
    fresh = [file for file in files if file.file_id not in taken]
    if fresh:
        add([uploads.receive(file.name, file.getvalue(), trained.image_shape) for file in fresh])
    state.put(TAKEN, frozenset(file.file_id for file in files))


def _draw_one(trained: TrainedModel, place: int, chosen: Input) -> None:
    found = inputs.seen(chosen, trained)
    copy = trained.decode(found.mu[None])[0]
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        for title, image in (
            ("as it came", chosen.image),
            ("as seen", found.image),
            ("its copy", copy),
        ):
            st.image(thumbnail(image, SIDE), caption=title, width=SIDE, alt=f"{chosen.words}, {title}")
        told, where = inputs.told(chosen), inputs.among(trained, found.mu)
        with st.container(width=330):
            st.markdown(f"**{chosen.words}**" + (f"  \n{where[0].upper()}{where[1:]}" if where else ""))
            st.caption(f"{told[0].upper()}{told[1:]}" if told else "Taken as it is")
            with st.container(horizontal=True):
                _switch("Invert", place, "inverted")
                if trained.image_shape[0] == 1:
                    _switch("Centre it", place, "centred")
        tray.offer([chosen], f"own.{place}")
        st.button(
            "",
            icon=":material/close:",
            key=f"drop.{place}",
            help=f"Put {chosen.words} away",
            on_click=_drop,
            args=(place,),
        )


def _switch(label: str, place: int, name: str) -> None:
    held: tuple[Input, ...] = state.get(HELD, ())
    key = f"own.{place}.{name}"
    state.put(key, getattr(held[place], name))
    st.checkbox(label, key=key, on_change=_set, args=(place, name, key))


def _set(place: int, name: str, key: str) -> None:
    held = list(state.get(HELD, ()))
    held[place] = dataclasses.replace(held[place], **{name: bool(state.get(key))})
    state.put(HELD, tuple(held))


def _drop(place: int) -> None:
    held = state.get(HELD, ())
    state.put(HELD, (*held[:place], *held[place + 1 :]))
