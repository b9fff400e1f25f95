"""Runs: one's own, and the shared ones; open, go on, compare, rename, share, delete."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from explorer import shelf, state, words
from explorer.frame import go, guarded, heading
from explorer.links import MOST_COMPARED
from explorer.shelf import Kept
from explorer.training import desk
from vae_core.datasets import title_of
from vae_core.errors import VaeCoreError
from vae_core.models import KNOWN

T = TypeVar("T")

POLL_SECONDS = 5.0
ICONS = {
    shelf.TRAINED: ":material/check_circle:",
    shelf.UNDER_WAY: ":material/sync:",
    shelf.INTERRUPTED: ":material/pause_circle:",
    shelf.DAMAGED: ":material/error:",
}
WHOSE = {
    shelf.SHARED_BY_YOU: " :small[:gray[shared by you]]",
    shelf.SHARED: " :small[:gray[shared by somebody else]]",
}


def show() -> None:
    """Draw the page."""
    heading("Runs", "Your runs, saved as they go, and those that are shared with all.", words.RUNS)
    st.fragment(_shelf, run_every=POLL_SECONDS)()


@guarded
def _shelf() -> None:
    found = shelf.mine().kept(desk.under_way())
    _said()
    _undo()
    if not found:
        st.markdown("Nothing here yet. What you train on **Train** is saved here by itself.")
        return
    total = sum(one.size for one in found)
    st.caption(f"{len(found)} run{'s' * (len(found) != 1)}, {total / 1e6:,.0f} MB")
    own = [one for one in found if one.whose == shelf.OWN]
    shared = [one for one in found if one.whose != shelf.OWN]
    chosen = _rows("Yours", "Nobody else sees these.", own)
    chosen += _rows(
        "Shared",
        "Everybody sees these. Who shared one can take it back; until then nobody changes it.",
        shared,
    )
    ready = 2 <= len(chosen) <= MOST_COMPARED
    if st.button(
        f"Compare {len(chosen)} runs" if ready else "Compare two to four runs",
        icon=":material/compare:", disabled=not ready, key="runs.compare",
    ):  # fmt: skip
        state.put("compare.models", chosen)
        go("compare")


def _rows(title: str, told: str, found: list[Kept]) -> list[str]:
    """Draw some runs under a title; return the names of those chosen for comparison."""
    if not found:
        return []
    st.markdown(f"**{title}** :small[:gray[{told}]]")
    return [one.entry.name for one in found if _row(one)]


def _row(one: Kept) -> bool:
    """Draw a run; return whether it is chosen for comparison."""
    name = one.entry.name
    with st.container(border=True, key=f"runs-row-{name}"):
        left, middle, right = st.columns([1, 20, 8], vertical_alignment="center")
        chosen = left.checkbox("Compare", key=f"runs.chosen.{name}", label_visibility="collapsed")
        middle.markdown(f"{ICONS[one.standing]} **{name}**{WHOSE.get(one.whose, '')}  \n{_told(one)}")
        with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            _buttons(one)
    return chosen and one.standing != shelf.DAMAGED


def _buttons(one: Kept) -> None:
    name = one.entry.name
    if one.standing != shelf.DAMAGED and st.button("Open", key=f"runs.open.{name}"):
        state.put(state.NEXT_MODEL, name)
        go("map")
    goes_on = one.standing == shelf.INTERRUPTED and one.yours_to_change
    if goes_on and st.button("Go on", key=f"runs.resume.{name}"):
        state.put("train.error", desk.go_on(name))
        state.put("train.choosing", False)
        go("train")
    if one.whose == shelf.SHARED_BY_YOU:
        st.button("Take back", on_click=_do, args=(shelf.mine().take_back, name), key=f"runs.back.{name}")
    elif one.yours_to_change:
        with st.popover("", icon=":material/more_vert:", disabled=one.standing == shelf.UNDER_WAY):
            _changes(one)


def _changes(one: Kept) -> None:
    name, mine = one.entry.name, shelf.mine()
    wish = st.text_input("Name", name, key=f"runs.name.{name}", max_chars=60)
    st.button("Rename", on_click=_do, args=(mine.rename, name, wish), key=f"runs.rename.{name}")
    if one.whose == shelf.OWN and one.standing != shelf.DAMAGED:
        st.button("Share", icon=":material/group:", on_click=_share, args=(name,), key=f"runs.share.{name}")
    st.button("Delete", icon=":material/delete:", on_click=_delete, args=(name,), key=f"runs.delete.{name}")


def _told(one: Kept) -> str:
    if one.entry.problem is not None:
        return one.entry.problem
    data, family = one.entry.dataset or "", one.entry.family or ""
    parts = [f"{KNOWN[family].title}, {title_of(data)}, {one.entry.latent_words}"]
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
    word = _do(shelf.mine().delete, name)
    if word is not None:
        state.put("runs.deleted", (name, word))


def _share(name: str) -> None:
    shared = _do(shelf.mine().share, name)
    if shared is not None and shared != name:
        state.put("runs.note", f"Shared as **{shared}**: another run is called {name}.")


def _said() -> None:
    """Tell once what went wrong, and what went otherwise than asked."""
    problem, note = state.get("runs.problem"), state.get("runs.note")
    if problem:
        st.error(problem, icon=":material/error:")
    if note:
        st.markdown(note)
    state.put("runs.problem", None)
    state.put("runs.note", None)


def _undo() -> None:
    deleted = state.get("runs.deleted")
    if deleted is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Deleted **{deleted[0]}**.")
        st.button("Undo", icon=":material/undo:", on_click=_bring_back, args=(deleted[1],), key="runs.undo")


def _bring_back(word: str) -> None:
    state.put("runs.deleted", None)
    _do(shelf.mine().bring_back, word)
