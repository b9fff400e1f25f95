"""Runs: everything trained here or on the command line; open, go on, compare, rename, delete."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from explorer import shelf, state, training_desk, words
from explorer.frame import go, guarded, heading
from explorer.links import MOST_COMPARED
from explorer.shelf import Kept
from vae_core.datasets import DATASETS
from vae_core.errors import VaeCoreError
from vae_core.models import MODELS

T = TypeVar("T")

POLL_SECONDS = 5.0
ICONS = {
    shelf.TRAINED: ":material/check_circle:",
    shelf.UNDER_WAY: ":material/sync:",
    shelf.INTERRUPTED: ":material/pause_circle:",
    shelf.DAMAGED: ":material/error:",
}


def show() -> None:
    """Draw the page."""
    heading("Runs", "Everything trained here or on the command line, saved as it goes.", words.RUNS)
    st.fragment(_shelf, run_every=POLL_SECONDS)()


@guarded
def _shelf() -> None:
    found = shelf.kept(training_desk.desk().names())
    _problem()
    _undo()
    if not found:
        st.markdown("Nothing here yet. What you train on **Train** is saved here by itself.")
        return
    total = sum(one.size for one in found)
    st.caption(f"{len(found)} run{'s' * (len(found) != 1)}, {total / 1e6:,.0f} MB")
    chosen = [one.entry.name for one in found if _row(one)]
    ready = 2 <= len(chosen) <= MOST_COMPARED
    if st.button(
        f"Compare {len(chosen)} runs" if ready else "Compare two to four runs",
        icon=":material/compare:", disabled=not ready, key="runs.compare",
    ):  # fmt: skip
        state.put("compare.models", chosen)
        go("compare")


def _row(one: Kept) -> bool:
    """Draw a run; return whether it is chosen for comparison."""
    name = one.entry.name
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"runs-row-{name}"):
        chosen = st.checkbox("Compare", key=f"runs.chosen.{name}", label_visibility="collapsed")
        st.markdown(f"{ICONS[one.standing]} **{name}**  \n{_told(one)}", width="stretch")
        if one.standing != shelf.DAMAGED and st.button("Open", key=f"runs.open.{name}"):
            state.put(state.NEXT_MODEL, name)
            go("map")
        if one.standing == shelf.INTERRUPTED and st.button("Go on", key=f"runs.resume.{name}"):
            plan, problem = training_desk.go_on(name)
            state.put("train.error", problem)
            state.put("train.plan", plan)
            state.put("train.choosing", False)
            go("train")
        with st.popover("", icon=":material/more_vert:", disabled=one.standing == shelf.UNDER_WAY):
            wish = st.text_input("Name", name, key=f"runs.name.{name}", max_chars=60)
            st.button("Rename", on_click=_do, args=(shelf.rename, name, wish), key=f"runs.rename.{name}")
            st.button(
                "Delete", icon=":material/delete:", on_click=_delete, args=(name,), key=f"runs.delete.{name}"
            )
    return chosen and one.standing != shelf.DAMAGED


def _told(one: Kept) -> str:
    if one.entry.problem is not None:
        return one.entry.problem
    data, family = one.entry.dataset or "", one.entry.family or ""
    title = DATASETS[data].title if data in DATASETS else data
    d = one.entry.latent_dim
    parts = [f"{MODELS[family].title}, {title}, {d} latent dimension{'s' * (d != 1)}"]
    elbo = one.entry.metrics.get("elbo")
    if elbo is not None:
        parts.append(f"{elbo['split']} ELBO {elbo['value']:.1f} {elbo['unit']}".replace("-", "−", 1))
    parts.append(one.standing if one.step is None else f"{one.standing} at step {one.step:,}")
    parts += [f"{one.size / 1e6:.1f} MB", _ago(time.time() - one.changed)]
    return " · ".join(parts)


def _ago(seconds: float) -> str:
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            return f"{count} {word}{'s' * (count != 1)} ago"
    return "just now"


def _do(act: Callable[..., T], *arguments: str) -> T | None:
    """Do something to the shelf; what goes wrong is told at the next drawing."""
    try:
        return act(*arguments)
    except VaeCoreError as error:
        state.put("runs.problem", str(error))
        return None


def _delete(name: str) -> None:
    word = _do(shelf.delete, name)
    if word is not None:
        state.put("runs.deleted", (name, word))


def _problem() -> None:
    problem = state.get("runs.problem")
    if problem:
        st.error(problem, icon=":material/error:")
        state.put("runs.problem", None)


def _undo() -> None:
    deleted = state.get("runs.deleted")
    if deleted is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Deleted **{deleted[0]}**.")
        st.button("Undo", icon=":material/undo:", on_click=_bring_back, args=(deleted[1],), key="runs.undo")


def _bring_back(word: str) -> None:
    state.put("runs.deleted", None)
    _do(shelf.bring_back, word)
