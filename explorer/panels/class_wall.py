"""The wall of a class's favourite images, decoded again from their places."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from explorer import cache, shelf
from explorer.classroom import people, wall
from explorer.classroom.seat import Seat, attempt
from explorer.classroom.wall import Favourite
from explorer.components import wall as wall_in_page
from explorer.figures.pixels import thumbnail
from vae_core.errors import VaeCoreError

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

SIDE = 112


def draw(seat: Seat) -> None:
    """Draw the wall, with what the viewer may do."""
    found = wall.wall(seat.store, seat.code, seat.who)
    if not found:
        if seat.leads:
            st.caption("The wall is empty: students pin the image under their cursor to it.")
        return
    st.markdown("#### The wall")
    me = None if seat.leads else people.myself(seat.store, seat.code, seat.who).number
    entries = {entry.name: entry for entry in shelf.mine().entries() if entry.problem is None}
    items = []
    for one in found:
        image = _image(cache.model(entries[one.model]), one.z, one.label) if one.model in entries else None
        if image is not None:
            items.append({"source": image} | _item(one, me))
    if len(items) < len(found):
        st.caption(f"{len(found) - len(items)} more are of models that are not here.")

    def act(kind: str, number: int) -> None:
        if kind == "unpin":
            attempt(wall.unpin, seat.store, seat.code, seat.who, number)
        else:
            attempt(wall.hide, seat.store, seat.code, seat.who, number, kind == "hide")

    wall_in_page.draw(items, act)


def _item(one: Favourite, me: int | None) -> dict[str, Any]:
    told = {"hide": "Hide", "show": "Show again", "unpin": "Take off"}
    act = "unpin" if one.student == me else None
    if me is None:
        act = "show" if one.hidden else "hide"
    words = f"{one.model} at ({', '.join(f'{value:.2f}' for value in one.z[:3])})".replace("-0.00", "0.00")
    name = one.nickname + (" · hidden" if one.hidden else "")
    return {"id": one.id, "name": name, "words": words, "act": act, "told": told.get(act or "")}


@functools.lru_cache(maxsize=1500)
def _image(trained: TrainedModel, z: tuple[float, ...], label: int | None) -> str | None:
    """Return a place's image as an address; None where it is no place of this model."""
    if len(z) != trained.latent_dim:
        return None
    try:
        told = np.full(1, label or 0, np.int64) if trained.is_conditional else None
        return thumbnail(trained.decode(np.asarray([z], np.float32), told)[0], SIDE)
    except VaeCoreError:
        return None
