"""The choice of the two groups of a direction: a class of held-out images, or what is selected on the map."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import state
from explorer.figures.strips import strip
from explorer.frame import go

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel


@dataclasses.dataclass(frozen=True, eq=False)
class Group:
    """Rows [N] of a model's map, and what they are in a word or three."""

    rows: NDArray[np.int64]
    words: str


def pick(trained: TrainedModel, group: str) -> Group | None:
    """Draw the choice of group ``A`` or ``B``; return it, or None where there is nothing to choose yet."""
    codes, key = trained.latent_map, state.group_key(trained.name, group)
    selected = state.selected_group(trained.name, group, len(codes.mu))
    named = (
        {}
        if codes.labels is None
        else {str(c): f"class {trained.class_name(c)}" for c in np.unique(codes.labels)}
    )
    if len(selected):
        named[state.SELECTED] = f"{len(selected):,} selected"
    if not named:
        st.markdown(f"**Group {group}**: select images on the map with a lasso.")
        return None
    options = list(named)
    state.choose(key, options, options[-1 if group == "A" and len(options) > 1 else 0])
    chosen = st.selectbox(
        f"Group {group}", options, format_func=named.__getitem__, key=key, persist_state="session"
    )
    if chosen == state.SELECTED or codes.labels is None:
        return Group(selected, named[chosen])
    return Group(np.flatnonzero(codes.labels == int(chosen)), named[chosen])


def draw_means(trained: TrainedModel, a: Group, b: Group) -> None:
    """Draw what the two groups' mean codes decode to, with the number of images in each."""
    mu = trained.latent_map.mu
    means = np.stack([mu[group.rows].mean(axis=0) for group in (a, b)])
    st.image(
        strip({"": trained.decode(means)}, [f"A: {len(a.rows):,}", f"B: {len(b.rows):,}"], side=72),
        width="content",
        alt="The means of groups A and B, decoded",
    )


def offer(trained: TrainedModel, rows: NDArray[np.int64]) -> None:
    """Draw the buttons that make selected rows a group, and what the groups are."""
    held = {group: state.selected_group(trained.name, group, len(trained.latent_map.mu)) for group in "AB"}
    for group in "AB":
        st.button(
            f"Use as group {group}",
            key=f"as-group.{group}",
            help="One end of a direction: see Directions",
            on_click=state.put_group,
            args=(trained.name, group, rows),
        )
    told = [f"{group}: {len(chosen):,} images" for group, chosen in held.items() if len(chosen)]
    if told:
        st.caption(" · ".join(told), width="content")


def offer_direction(trained: TrainedModel) -> None:
    """Draw the way to Directions, once both groups were selected."""
    count = len(trained.latent_map.mu)
    if all(len(state.selected_group(trained.name, group, count)) for group in "AB") and st.button(
        "See the direction", key="to-directions"
    ):
        go("directions")
