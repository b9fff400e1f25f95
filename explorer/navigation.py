"""The page list, the model picker common to all pages, and the way from one to the other."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from explorer import cache, conditional, presenter, shelf, state, words
from explorer.components import latent_pad, owner_cookie
from explorer.frame import guarded
from explorer.pages import (
    classroom,
    compare,
    directions,
    generate,
    interpolate,
    lab,
    lessons,
    map,
    measure,
    replay,
    runs,
    train,
)
from explorer.pages import (
    draw as draw_page,
)
from explorer.panels import class_line, tray
from explorer.training import desk
from vae_core.datasets import title_of
from vae_core.errors import VaeCoreError

if TYPE_CHECKING:
    from vae_core.listing import ModelEntry
    from vae_core.trained import TrainedModel

SIDEBAR_PIXELS = 236
_PICKED, _ASKED = "_picked_model", "_asked_model"
SWITCH_SECONDS = 0.0005
CLASSROOM = "classroom"


@dataclasses.dataclass(frozen=True)
class PageEntry:
    """One page: its address, its title and icon, and how it is drawn with the chosen model, or without one.

    `offers_model` tells whether it shows a model of the user's choice.
    """

    path: str
    title: str
    icon: str
    show: Callable[[TrainedModel], None] | None = None
    show_without_model: Callable[[], None] | None = None
    offers_model: bool = True


PAGES = (
    PageEntry("map", "Map", ":material/scatter_plot:", map.show),
    PageEntry("draw", "Draw", ":material/draw:", draw_page.show),
    PageEntry("generate", "Generate", ":material/tune:", generate.show),
    PageEntry("interpolate", "Interpolate", ":material/linear_scale:", interpolate.show),
    PageEntry("directions", "Directions", ":material/explore:", directions.show),
    PageEntry("compare", "Compare", ":material/compare:", show_without_model=compare.show),
    PageEntry("replay", "Replay", ":material/history:", replay.show),
    PageEntry("measure", "Measure", ":material/straighten:", measure.show),
    PageEntry("lessons", "Lessons", ":material/school:", show_without_model=lessons.show, offers_model=False),
    PageEntry(
        CLASSROOM, "Classroom", ":material/groups:", show_without_model=classroom.show, offers_model=False
    ),
    PageEntry("lab", "Break it", ":material/experiment:", show_without_model=lab.show, offers_model=False),
    PageEntry("runs", "Runs", ":material/inventory_2:", show_without_model=runs.show, offers_model=False),
    PageEntry(
        "train", "Train", ":material/model_training:", show_without_model=train.show, offers_model=False
    ),
)


def run() -> None:
    """Draw the whole app: what streamlit_app.py calls on every rerun."""
    _settle_once()
    st.set_page_config("Latent-space explorer", _icon(), layout="wide", initial_sidebar_state=SIDEBAR_PIXELS)
    st.html(Path(__file__).with_name("style.css"))
    state.absorb_address()
    presenter.dress()
    _prepare()
    pages = {
        entry.path: st.Page(
            functools.partial(_draw, entry),
            title=entry.title,
            icon=entry.icon,
            url_path=entry.path,
            default=entry is PAGES[0],
        )
        for entry in PAGES
    }
    state.put(state.PAGES, pages)
    st.navigation(list(pages.values()), expanded=True).run()
    presenter.draw()


def draw(path: str) -> None:
    """Draw one page with its sidebar, without the navigation."""
    state.absorb_address()
    presenter.dress()
    _prepare()
    _draw(next(entry for entry in PAGES if entry.path == path))
    presenter.draw()


def _prepare() -> None:
    with st.sidebar:
        latent_pad.bring_script()
    desk.take_seat()
    found = {entry.name: entry for entry in shelf.mine().entries()}
    name = _picked(found)
    if name is not None:
        # Here and not in the page: what is drawn here stays in the browser from page to page.
        with st.sidebar:
            _bring(found[name])


def _draw(entry: PageEntry) -> None:
    picked = _pick_model(entry.offers_model)
    with st.sidebar:
        # After the navigation: a page that answers before it knows its address would be sent to the first one.
        owner_cookie.bring()
    class_line.draw(entry.path == CLASSROOM)
    _page(entry, picked)


@guarded
def _page(entry: PageEntry, chosen: ModelEntry | None) -> None:
    if entry.show_without_model is not None:
        entry.show_without_model()
    elif chosen is None:
        _empty()
    elif entry.show is not None:
        if chosen.problem is not None:
            st.error(f"The model {chosen.name} cannot be opened. {chosen.problem}", icon=":material/error:")
            st.markdown("The other models are unharmed: choose one on the left.")
            return
        entry.show(conditional.shown(chosen))


def _pick_model(offered: bool) -> ModelEntry | None:
    """Return the model that the session goes by; it is `offered` to be changed where the page shows it."""
    found = {entry.name: entry for entry in shelf.mine().entries()}
    if not found:
        return None
    asked, name = state.get(_ASKED), state.choose(state.MODEL, list(found), next(iter(found)))
    with st.sidebar:
        if offered:
            _offer(found, name)
        if asked is not None and asked != name:
            st.caption(f"There is no model called {asked} here; {name} is shown instead.")
        tray.draw()
    return found[name]


def _picked(found: dict[str, ModelEntry]) -> str | None:
    """Return the name of the model that the session goes by; None where there is none."""
    # A page that is left from within a part of it takes the picker's value along.
    asked = state.get(state.MODEL) or state.get(_PICKED)
    state.put(_ASKED, asked)
    if not found:
        return None
    state.put(state.MODEL, asked)
    name = state.choose(state.MODEL, list(found), next(iter(found)))
    state.put(_PICKED, name)
    return name


def _offer(found: dict[str, ModelEntry], name: str) -> None:
    st.selectbox(
        "Model",
        list(found),
        key=state.MODEL,
        persist_state="session",
        format_func=lambda key: _label(found[key]),
    )
    _pick_class(found[name])
    _describe(found[name])


def _pick_class(entry: ModelEntry) -> None:
    with contextlib.suppress(VaeCoreError):
        conditional.pick(cache.model(entry))


def _label(entry: ModelEntry) -> str:
    return f"⚠ {entry.name}" if entry.problem is not None else entry.name


def _describe(entry: ModelEntry) -> None:
    try:
        trained = cache.model(entry)
    except VaeCoreError:
        return
    data = title_of(trained.config.data.name)
    st.caption(f"{trained.title} · {data} · {trained.latent_words}")
    elbo = trained.metrics.get("elbo")
    if elbo is not None:
        value = f"{elbo['value']:.1f}".replace("-", "−")
        told = words.ELBO_OF_CLASS if trained.is_conditional else words.ELBO
        st.caption(f"{elbo['split'].capitalize()} ELBO {value} {elbo['unit']}", help=told)


def _bring(entry: ModelEntry) -> None:
    with contextlib.suppress(VaeCoreError):
        shown = conditional.shown(entry)
        if not shown.is_discrete:
            latent_pad.bring(shown)


def _icon() -> Image.Image:
    # A picture of our own: Streamlit fetches named icons and emoji for the browser's tab from the network.
    icon = np.zeros((32, 32, 4), np.uint8)
    for row, column, colour in ((9, 9, (28, 110, 140)), (10, 22, (255, 169, 14)), (22, 15, (189, 31, 1))):
        disc = np.hypot(*np.ogrid[-row : 32 - row, -column : 32 - column]) < 6.5
        icon[disc] = (*colour, 255)
    return Image.fromarray(icon)


def _empty() -> None:
    st.markdown("### No model here yet")
    st.markdown(
        "The folder of models is empty. Train one: the digits that come with the app take a few seconds."
    )
    st.markdown("Open **Train** on the left, press *Start*, and keep the result under a name.")


@st.cache_resource(show_spinner=False)
def _settle_once() -> None:
    """Take all imports out of the garbage collector's rounds, and let threads take turns often, once for the server.

    A step of training lets go of the interpreter at each operation on tensors, and a rerun under way keeps it for a
    whole interval each time.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)
