"""Train: choose, start, watch both terms and the map forming, stop, and keep the result under a name."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import streamlit as st

from explorer import cache, forms, state, words
from explorer.figures import tiles
from explorer.figures.pixels import picture
from explorer.frame import guarded, heading
from explorer.own_images import own_sets
from explorer.panels import own_data, run
from explorer.training import desk
from vae_core.config import DataConfig
from vae_core.datasets import as_float, title_of
from vae_core.latent import tile
from vae_core.models import MODELS, VQVAEConfig, in_family
from vae_core.presets import PRESETS, training_for

OWN = (
    "codes",
    "beta",
    "capacity",
    "gamma",
    "alpha",
    "lambda_mmd",
    "samples",
    "gamma_tc",
    "gamma_r1",
    "gamma_features",
)
"""What makes a family what it is: shown where it has them."""
FEW = ("latent_dim", *OWN, "seconds", "seed")


def show() -> None:
    """Draw the page."""
    job = desk.mine()
    if job is not None and not job.progress.over:
        state.put("train.choosing", False)  # it may have been begun in another tab
    watching = job is not None and not (job.progress.over and state.get("train.choosing"))
    told = "Choose data and a recipe and press Start. You can look at other pages meanwhile."
    if watching:
        told = "Put the cursor anywhere: the image there sharpens as the model learns. Pause it, or change β."
    if watching and job is not None and isinstance(job.plan.model, VQVAEConfig):
        told = "Copies and draws sharpen as the model learns. Pause it, or change its rate."
    if watching and job is not None and job.progress.over:
        told = "The run is over and saved. Keep it under a name to measure it, or begin another."
    heading("Train", told, words.TRAIN)
    problem = state.get("train.error")
    if problem:
        st.error(problem, icon=":material/error:")
    if job is not None and watching:
        # Asked once, so that all of the page tells the same story even if the run ends in between.
        run.draw(job, job.progress.over, _again)
        return
    left, right = st.columns([1, 2], gap="medium")
    with left:
        _form()
    with right:
        data = state.get(own_data.DATA, "digits")
        if data == own_data.CHOICE:
            own_data.shown()
        else:
            _preview(data)


@guarded
def _form() -> None:
    choices = [*own_sets.choices(), own_data.CHOICE]
    state.choose(own_data.DATA, choices, choices[0])
    labels = {name: _data_label(name) for name in choices}
    data = st.selectbox(
        "Data", choices, key=own_data.DATA, persist_state="session", format_func=labels.__getitem__
    )
    own_data.undo()
    if data == own_data.CHOICE:
        own_data.form()
        return
    if not cache.available(data):
        st.caption("Not on this machine: it is downloaded once when you start, which needs the network.")
    preset = st.selectbox(
        "Recipe",
        list(PRESETS),
        key="train.preset",
        persist_state="session",
        format_func=lambda name: PRESETS[name].title,
    )
    recipe = PRESETS[preset]
    st.caption(recipe.help)
    family = st.selectbox(
        "Model",
        list(MODELS),
        key="train.family",
        persist_state="session",
        format_func=lambda name: MODELS[name].title,
    )
    st.caption(f"Minimises {MODELS[family].objective}.")
    key = f"train.{preset}.{family}"
    start_from = in_family(recipe.model, family)
    model, training, seed = _few_settings(start_from, training_for(recipe.training, family), key)
    place = st.container()
    with st.expander("More settings"):
        model = forms.edit(model, key, without=FEW)
        training = forms.edit(training, key, without=FEW)
    plan = desk.Plan(data, model, training, seed)
    place.button(
        "Start",
        type="primary",
        icon=":material/play_arrow:",
        on_click=_start,
        args=(plan,),
        width="stretch",
        key="start",
    )


def _few_settings(model: Any, training: Any, key: str) -> tuple[Any, Any, int]:
    left, right = st.columns(2)
    with left:
        model = forms.edit(model, key, only=("latent_dim",))
        training = forms.edit(training, key, only=("seconds",))
    with right:
        model = forms.edit(model, key, only=OWN)
        told = "The same seed on the same machine gives the same model."
        seed = st.number_input("Seed", 0, 2**31 - 1, 0, key=f"{key}.seed", help=told)
    return model, training, int(seed)


def _start(plan: desk.Plan) -> None:
    state.put("train.error", desk.start(plan))
    state.put("train.choosing", False)


def _again(seeds_on: int | None) -> None:
    """Start the last plan with a seed that many further on, or with None choose anew."""
    job = desk.mine()
    if seeds_on is None or job is None:
        state.put("train.choosing", True)
    else:
        _start(dataclasses.replace(job.plan, seed=job.plan.seed + seeds_on))


def _data_label(name: str) -> str:
    if name == own_data.CHOICE:
        return name
    whose = " (yours)" if own_sets.is_mine(name) else ""
    return title_of(name) + whose + ("" if cache.available(name) else " (download)")


@guarded
def _preview(data: str) -> None:
    if not cache.available(data):
        st.markdown(f"**{title_of(data)}** is not on this machine yet.")
        st.markdown(
            "Press *Start* to download it once and train, or choose the digits, which come with the app."
        )
        return
    dataset = cache.dataset(DataConfig(data))
    count = len(dataset.train)
    st.markdown(f"**{dataset.title}**: {count:,} images to learn from. Press *Start* to see their map form.")
    high = min(8, count // 12)
    rows = np.random.default_rng(0).choice(count, 12 * high, replace=False)
    images = as_float(dataset.train.images[rows])
    tiled = tile(tiles.spaced(images.reshape(high, 12, *images.shape[1:])))
    st.image(picture(tiled, 700), width="stretch", output_format="PNG", alt=f"Some images of {dataset.title}")
    if own_sets.record_of(data) is not None:
        own_data.about(data)
    else:
        st.caption(f"Source: {dataset.source} Licence: {dataset.licence}")
