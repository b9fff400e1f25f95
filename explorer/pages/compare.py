"""Compare: two to four models of the same data side by side, their maps linked, their numbers and their holes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import applies, cache, conditional, measures, places, planes, shelf, state, words
from explorer.components import latent_pad
from explorer.figures.strips import strip
from explorer.frame import guarded, heading
from explorer.links import MOST_COMPARED, Link
from explorer.panels import lines, side_by_side
from explorer.training import desk
from explorer.training.progress import FAILED
from vae_core.datasets import as_float
from vae_core.metrics import off_data_share

if TYPE_CHECKING:
    from explorer.training.sets import SetJob
    from vae_core.listing import ModelEntry
    from vae_core.trained import TrainedModel

USUAL = ("mnist-ae-2d", "mnist-vae-2d", "mnist-beta4-2d")
CHOSEN = "compare.models"
SEED = "compare.seed"
SHOWN_SET = "compare.set"
DRAWS, SHOWN, HELD_OUT = 500, 8, 4000
MEASURES = ("elbo", "iwae", "reconstruction", "kl", "rate", "mse", "knn_accuracy", "active_units")


def show() -> None:
    """Draw the page."""
    heading(
        "Compare",
        "Drag on one map: the cursors of all move together, each in its own model's units.",
        words.COMPARE,
    )
    job = desk.my_set()
    if job is not None and not job.progress.over:
        side_by_side.draw(job)
        return
    if job is not None and state.get(SHOWN_SET) is not job:
        _choose_trained(job)
    found = {entry.name: entry for entry in shelf.mine().entries() if entry.problem is None}
    chosen = _choose(found)
    side_by_side.offer()
    models = [conditional.shown(found[name]) for name in chosen]
    if len(models) < 2:
        st.info("Choose at least two models above.", icon=":material/compare:")
        return
    with st.container(gap=None):
        for trained in (one for one in models if not one.is_discrete):
            latent_pad.bring(trained, f"compare-{trained.name}")
    state.publish(Link(models=tuple(chosen)))
    for column, trained in zip(st.columns(len(models)), models, strict=True):
        with column:
            _pad(trained)
    _numbers(models)
    _copies(models)
    _holes(models)
    lines.draw(models[0], ["loss", *(name for name in MEASURES if name in models[0].metrics)], "compare.line")


def _choose_trained(job: SetJob) -> None:
    """Choose the models of a set that has just been trained, once."""
    state.put(SHOWN_SET, job)
    if job.progress.status == FAILED:
        st.error(job.progress.message, icon=":material/error:")
    elif job.progress.step:
        state.put(CHOSEN, [place.name for place in job.places])


def _choose(found: dict[str, ModelEntry]) -> list[str]:
    """Draw the choice of models; all are of the data that the first one was trained on."""
    usual = [name for name in USUAL if name in found] or list(found)[:3]
    names = state.names(CHOSEN, list(found), usual)
    data = found[names[0]].dataset if names else None
    options = [name for name, entry in found.items() if data is None or entry.dataset == data]
    state.put(CHOSEN, [name for name in names if name in options])
    return st.multiselect(
        "Models of the same data, two to four",
        options,
        key=CHOSEN,
        max_selections=MOST_COMPARED,
        persist_state="session",
    )


@st.fragment
@guarded
def _pad(trained: TrainedModel) -> None:
    st.markdown(f"**{trained.title}**  \n{trained.name}")
    if (reason := applies.why_not("plane", trained)) is not None:
        st.caption(f"{reason} Its codes are on the Map page.")
        return
    latent_pad.draw(trained, "small", linked="compare")


def _numbers(models: list[TrainedModel]) -> None:
    found = [trained.metrics for trained in models]
    rows = []
    for name in MEASURES:
        cells = [entries.get(name) for entries in found]
        if any(cells):
            title, meaning = measures.WORDS[name]
            values = [measures.number(cell) for cell in cells]
            unit = next(cell["unit"] for cell in cells if cell)
            rows.append([f"{title}, {unit}", *values, meaning])
    head = ["", *(trained.name for trained in models), "what it says"]
    lines = [head, ["---"] * len(head), *rows]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


@guarded
def _copies(models: list[TrainedModel]) -> None:
    able = [trained for trained in models if trained.has_encoder]
    if not able:
        return
    fewest = min(able, key=lambda trained: len(trained.latent_map.mu))
    codes = fewest.latent_map
    rows = planes.spread_rows(len(codes.mu), SHOWN)
    found = cache.originals(fewest, rows.tolist())
    if found is None or not len(found):
        return
    labels = None if codes.labels is None else codes.labels[rows]
    named = {"image": as_float(found)}
    for trained in able:
        named[trained.name] = conditional.whole(trained).reconstruct(found, labels)
    st.markdown("#### Copies: the same held-out images, encoded and decoded by each model")
    st.image(strip(named, [""] * len(rows), side=72), width="content", alt="Held-out images and their copies")


@st.fragment
@guarded
def _holes(models: list[TrainedModel]) -> None:
    seed = int(state.number(SEED, 0, 2**31, 0))
    st.markdown("#### Holes: the same random draws, decoded by each model")
    for trained in models:
        share = _off_data(trained, cache.originals_here(trained))
        law = "the prior" if trained.can_draw else "a Gaussian fitted to its codes"
        told = f"{trained.name}, draws from {law}" + (", its classes in turn" if trained.conditional else "")
        if share is not None:
            told += f": {share:.0%} of {DRAWS} land off the data"
        z, model = places.draws(trained, SHOWN, np.random.default_rng(seed), 1.0), conditional.whole(trained)
        st.caption(told)
        if (reason := applies.why_not("holes", trained)) is not None:
            st.caption(reason)
        st.image(
            strip({"": model.decode(z, conditional.in_turn(model, SHOWN))}, [""] * SHOWN),
            width="content",
            alt=f"Random draws of {trained.name}",
        )
    st.button(
        "Other draws", icon=":material/casino:", on_click=state.put, args=(SEED, seed + 1), key="redraw"
    )
    st.caption(words.HOLES)


@functools.lru_cache(maxsize=16)
def _off_data(trained: TrainedModel, here: bool) -> float | None:
    if not here or not trained.has_encoder:
        return None
    rows = planes.spread_rows(len(trained.latent_map.mu), HELD_OUT)
    found = cache.originals(trained, rows.tolist())
    if found is None:
        return None
    model, codes = conditional.whole(trained), trained.latent_map
    some = rows[:DRAWS]
    rebuilt = model.decode(codes.mu[some], None if codes.labels is None else codes.labels[some])
    drawn = places.draws(trained, DRAWS, np.random.default_rng(0), 1.0)
    decoded = model.decode(drawn, conditional.in_turn(model, DRAWS))
    return off_data_share(decoded, rebuilt, as_float(found))
