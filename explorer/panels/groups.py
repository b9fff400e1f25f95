"""The choice of the two groups of a direction: a class of held-out images, or what is selected on the map."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import state
from explorer.components.pad_state import PadState
from explorer.directions import groups
from explorer.directions.groups import Chosen, OfClass, Rows
from explorer.figures.strips import strip
from explorer.frame import go

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel


@dataclasses.dataclass(frozen=True, eq=False)
class Group:
    """What a group is of, its rows [N] of the model's map, and what they are in a word or three."""

    chosen: Chosen
    rows: NDArray[np.int64]
    words: str


def absorb(trained: TrainedModel) -> None:
    """Take over the groups that the address asks for, where they fit the model; before :func:`pick`."""
    wanted = state.wish("groups", trained.name)
    for group, text in zip("AB", wanted or (), strict=False):
        chosen = groups.read(text)
        if chosen is None or not len(groups.rows(chosen, trained)):
            continue
        if isinstance(chosen, OfClass):
            state.put(state.group_key(trained.name, group), str(chosen.label))
        else:
            state.put_group(trained.name, group, chosen)


def pick(trained: TrainedModel, group: str) -> Group | None:
    """Draw the choice of group ``A`` or ``B``; return it, or None where there is nothing to choose yet."""
    codes, key = trained.latent_map, state.group_key(trained.name, group)
    selected = _selected(trained, group)
    named = (
        {}
        if codes.labels is None
        else {str(c): f"class {trained.class_name(c)}" for c in np.unique(codes.labels)}
    )
    if selected is not None:
        named[state.SELECTED] = selected.words
    if not named:
        st.markdown(f"**Group {group}**: select images on the map with a lasso.")
        return None
    options = list(named)
    state.choose(key, options, options[-1 if group == "A" and len(options) > 1 else 0])
    chosen = st.selectbox(
        f"Group {group}", options, format_func=named.__getitem__, key=key, persist_state="session"
    )
    if chosen == state.SELECTED:
        return selected
    told = OfClass(int(chosen))
    return Group(told, groups.rows(told, trained), named[chosen])


def draw_means(trained: TrainedModel, a: Group, b: Group) -> None:
    """Draw what the two groups' mean codes decode to, with the number of images in each."""
    mu = trained.latent_map.mu
    means = np.stack([mu[group.rows].mean(axis=0) for group in (a, b)])
    st.image(
        strip({"": trained.decode(means)}, [f"A: {len(a.rows):,}", f"B: {len(b.rows):,}"], side=72),
        width="content",
        alt="The means of groups A and B, decoded",
    )


def offer(trained: TrainedModel, shown: PadState) -> None:
    """Draw the buttons that make what is selected on the map a group, and what the groups are."""
    chosen = shown.lasso or Rows(shown.selection)
    for group in "AB":
        st.button(
            f"Use as group {group}",
            key=f"as-group.{group}",
            help="One end of a direction: see Directions",
            on_click=state.put_group,
            args=(trained.name, group, chosen),
        )
    held = {group: _selected(trained, group) for group in "AB"}
    told = [f"{name}: {len(group.rows):,} images" for name, group in held.items() if group is not None]
    if told:
        st.caption(" · ".join(told), width="content")


def offer_direction(trained: TrainedModel) -> None:
    """Draw the way to Directions, once both groups were selected."""
    both = all(_selected(trained, group) is not None for group in "AB")
    if both and st.button("See the direction", key="to-directions"):
        go("directions")


def in_address(a: Group | None, b: Group | None) -> tuple[str, str] | None:
    """Return both groups as an address has them; None where there is none or no room."""
    if a is None or b is None:
        return None
    first, second = groups.write(a.chosen), groups.write(b.chosen)
    return None if first is None or second is None else (first, second)


def _selected(trained: TrainedModel, group: str) -> Group | None:
    chosen = state.selected_group(trained.name, group)
    rows = groups.rows(chosen, trained) if chosen is not None else np.zeros(0, np.int64)
    return None if chosen is None or not len(rows) else Group(chosen, rows, f"{len(rows):,} selected")
