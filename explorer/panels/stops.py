"""The images that a path leads through on its way: a list to which images are added, and from which they are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import state
from explorer.figures.pixels import data_uri, picture
from explorer.links import MOST_STOPS
from explorer.panels import ends

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

NEW = "Via"


def draw(trained: TrainedModel) -> list[ends.End]:
    """Draw the list with what adds, removes and undoes; return the images in their order."""
    key, before = _keys(trained.name)
    stops = _held(trained, key)
    codes = ends.choices(trained)
    state.one_end(trained.name, NEW, codes.labels, len(codes.mu))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        with st.popover("On the way", icon=":material/add:", disabled=len(stops) >= MOST_STOPS):
            chosen = ends.pick(trained, NEW)
            st.button("Add", key="add-stop", type="primary", on_click=_change, args=(key, [*stops, chosen]))
        if state.get(before):
            st.button(
                "Undo", icon=":material/undo:", key="undo-stop", help="Undo the last change of the images on the way",
                on_click=_undo, args=(key,),
            )  # fmt: skip
    for number, stop in enumerate(stops, start=1):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            shown = trained.decode(stop.z[None])[0] if stop.image is None else stop.image
            st.image(data_uri(picture(shown, 88)), width=44, alt=f"Image {number} on the way")
            st.button(
                f"Remove {number}", icon=":material/close:", key=f"remove-stop-{number}", type="tertiary",
                on_click=_change, args=(key, [*stops[: number - 1], *stops[number:]]),
            )  # fmt: skip
            st.caption(f"{number}: {stop.words}")
    return stops


def indices(stops: list[ends.End]) -> tuple[int, ...] | None:
    """Return stops as an address names them; None without any, or where one of them is not in the data set."""
    found = tuple(stop.index for stop in stops if stop.index is not None)
    return found if found and len(found) == len(stops) else None


def _keys(model: str) -> tuple[str, str]:
    return f"_stops.{model}", f"_stops.{model}.before"


def _held(trained: TrainedModel, key: str) -> list[ends.End]:
    wanted = state.wish("via", trained.name)
    if wanted is not None:
        rows = {int(index): row for row, index in enumerate(ends.choices(trained).indices)}
        state.put(key, [ends.of_row(trained, rows[index]) for index in wanted if index in rows])
    # A model trained anew under the same name may have other dimensions.
    return [stop for stop in state.get(key, []) if len(stop.z) == trained.latent_dim][:MOST_STOPS]


def _change(key: str, stops: list[ends.End]) -> None:
    state.put(f"{key}.before", [*state.get(f"{key}.before", []), state.get(key, [])])
    state.put(key, stops)


def _undo(key: str) -> None:
    *earlier, last = state.get(f"{key}.before", [[]])
    state.put(f"{key}.before", earlier)
    state.put(key, last)
