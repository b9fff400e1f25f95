"""Directions: from one group of images to another, as a slider that works at once, and how sure that direction is."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import applies, links, state, words
from explorer.components import latent_pad
from explorer.directions import sliders
from explorer.directions.sliders import Recipe, Slider
from explorer.frame import go, guarded, heading
from explorer.links import Link
from explorer.panels import analogies, ends, groups, lines, made_sliders
from explorer.panels.groups import Group
from explorer.view_lines import DIRECTIONS
from vae_core.errors import VaeCoreError
from vae_core.latent import Confidence, confidence

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

UNITS = {"means": "±1 at the means", "latent": "units of z"}
RESAMPLES = 200
_UNITS = "direction.units"


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    told = applies.why_not("directions", trained)
    heading(
        "Directions",
        "Choose two groups of images: the slider goes from one to the other.",
        words.DIRECTIONS + words.about_class(trained),
    )
    if told is not None:
        st.info(told, icon=":material/explore_off:")
        return
    _make(trained)
    analogies.draw(trained)
    lines.draw(trained, DIRECTIONS, "directions.line")


@st.fragment
@guarded
def _make(trained: TrainedModel) -> None:
    groups.absorb(trained)
    if trained.given_class is not None:
        st.caption(
            f"A direction of z, of which the class is no part: it changes the style, here of class "
            f"{trained.class_name(trained.given_class)}."
        )
    first, second, means, certainty, how = st.columns([3, 3, 4, 3, 4])
    with first:
        a = groups.pick(trained, "A")
    with second:
        b = groups.pick(trained, "B")
    with how:
        others, unit = _how(trained)
    made: Slider | None = None
    if a is not None and b is not None:
        with means:
            groups.draw_means(trained, a, b)
        made = _made(trained, a, b, others, unit)
        with certainty:
            if min(len(a.rows), len(b.rows)) < 2:
                st.caption("How sure it is can't be told from one image.")
            _draw_sure(_sure(trained, a.rows.tobytes(), b.rows.tobytes(), _vectors(others)))
    shown = latent_pad.draw(trained, "image", made=() if made is None else (made,))
    state.publish(_link(trained, shown.z, groups.in_address(a, b), others, unit))
    if len(shown.selection):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"{shown.selected:,} selected on the map:", width="content")
            groups.offer(trained, shown)
    if made is not None:
        _keep(trained, made)
    made_sliders.draw(trained)
    with st.expander("Begin at an image"):
        _begin(trained)


def _how(trained: TrainedModel) -> tuple[list[Slider], str]:
    held = {slider.name: slider for slider in made_sliders.held(trained)}
    if (asked := state.wish("units", trained.name)) is not None:
        state.put(_UNITS, asked)
    state.choose(_UNITS, list(UNITS), "means")
    unit = st.selectbox(
        "The slider counts",
        list(UNITS),
        format_func=UNITS.__getitem__,
        key=_UNITS,
        persist_state="session",
    )
    chosen: list[str] = []
    unchanged = state.wish("unchanged", trained.name)
    if held:
        key = f"direction.others.{trained.name}"
        if unchanged is not None:
            state.put(key, [name for number, name in enumerate(reversed(held)) if number in unchanged])
        chosen = st.multiselect(
            "Leave unchanged",
            list(held),
            key=key,
            help="The part of the direction along these sliders is taken off (Gram–Schmidt), so that moving along it "
            "does not move them.",
        )
    return [held[name] for name in chosen], unit


def _link(
    trained: TrainedModel, z: tuple[float, ...], both: tuple[str, str] | None, others: list[Slider], unit: str
) -> Link:
    held = state.sliders(trained.name, trained.latent_dim)
    return Link(
        trained.name,
        z,
        label=trained.given_class,
        groups=both,
        units=None if unit == links.UNITS[0] else unit,
        unchanged=tuple(number for number, one in enumerate(reversed(held)) if one in others) or None,
        sliders=made_sliders.in_address(trained),
    )


def _made(trained: TrainedModel, a: Group, b: Group, others: list[Slider], unit: str) -> Slider | None:
    recipe = Recipe(a.chosen, b.chosen, unit == "latent", tuple(others))
    try:
        return sliders.made(trained, recipe, f"{b.words} → {a.words}")
    except VaeCoreError as error:
        st.warning(str(error), icon=":material/explore_off:")
        return None


def _draw_sure(sure: Confidence | None) -> None:
    if sure is not None:
        told = f"±{sure.cone:.1f}°" if sure.cone < 10 else f"±{sure.cone:.0f}°"
        st.metric("How sure", told, help=words.SURE.format(apart=f"{sure.apart:.0%}"))


def _keep(trained: TrainedModel, made: Slider) -> None:
    name, button, _ = st.columns([4, 4, 5], vertical_alignment="bottom")
    chosen = name.text_input(
        "Name", made.name, max_chars=sliders.LONGEST_NAME, key=f"direction.name.{made.name}"
    )
    if button.button("Make me a slider", type="primary", key="make-slider"):
        held = state.sliders(trained.name, trained.latent_dim)
        state.keep_sliders(trained.name, sliders.added(held, sliders.renamed(made, chosen)))
        go("generate")


def _begin(trained: TrainedModel) -> None:
    codes = ends.choices(trained)
    state.one_end(trained.name, "Image", codes.labels, len(codes.mu))
    chosen = ends.pick(trained, "Image")
    st.button(
        "Put the cursor on its code", on_click=state.put_place, args=(trained.name, chosen.z), key="to-image"
    )


def _vectors(others: Sequence[Slider]) -> tuple[tuple[float, ...], ...]:
    return tuple(other.vector for other in others)


# The same for every place of the slider.
@functools.lru_cache(maxsize=32)
def _sure(
    trained: TrainedModel, a: bytes, b: bytes, others: tuple[tuple[float, ...], ...]
) -> Confidence | None:
    first, second = (trained.latent_map.mu[np.frombuffer(rows, np.int64)] for rows in (a, b))
    try:
        return confidence(first, second, np.random.default_rng(0), others=others, resamples=RESAMPLES)
    except VaeCoreError:
        return None  # the way itself says why, or there is a group of one image
