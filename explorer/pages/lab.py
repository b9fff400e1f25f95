"""Break it: predict what a mistake does, train the broken model beside the right one, and see the line that differs."""

from __future__ import annotations

import streamlit as st

from explorer import shelf, state, words
from explorer.cache import model as opened
from explorer.components import latent_pad
from explorer.frame import guarded, heading
from explorer.lessons import views
from explorer.lessons.records import Question
from explorer.lines import source
from explorer.links import Link
from explorer.panels import side_by_side
from explorer.training import desk
from explorer.training.breakages import BREAKAGES, Breakage, BreakPlan
from explorer.training.progress import FAILED
from explorer.training.sets import SetJob

CHOSEN, PROBLEM = "lab.breakage", "lab.problem"
HERE = "  # ← here"


def show() -> None:
    """Draw the page."""
    heading(
        "Break it", "Choose a mistake, predict what it does, and train it beside the right model.", words.LAB
    )
    names = [breakage.name for breakage in BREAKAGES]
    if (wanted := state.wish("breakage", "")) in names:
        state.put(CHOSEN, wanted)
    chosen = state.choose(CHOSEN, names, names[0])
    titles = {breakage.name: breakage.title for breakage in BREAKAGES}
    st.segmented_control(
        "Mistake", names, format_func=titles.__getitem__, key=CHOSEN, required=True,
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    breakage = BREAKAGES[names.index(chosen)]
    state.publish(Link(breakage=breakage.name))
    left, right = st.columns([3, 8], gap="medium")
    with left:
        predicted = _predicted(breakage)
    with right:
        _runs(breakage, predicted)


def _predicted(breakage: Breakage) -> bool:
    """Draw the question, and once it is answered what is the case; return whether it is."""
    question, kept = breakage.question, f"lab.answer.{breakage.name}"
    answered = state.get(kept)
    if not isinstance(answered, int):
        _ask(breakage.name, question, kept)
        return False
    right = question.choices[question.right]
    st.markdown(f"**{question.asked}**")
    if answered == question.right:
        st.markdown(f":material/check_circle: You predicted it: *{right}*.")
    else:
        st.markdown(f":material/cancel: You predicted *{question.choices[answered]}*. It is *{right}*.")
    st.markdown(breakage.why)
    return True


def _ask(name: str, question: Question, kept: str) -> None:
    with st.container(border=True):
        picked = st.radio(
            f"**Predict.** {question.asked}",
            range(len(question.choices)),
            index=None,
            format_func=question.choices.__getitem__,
            key=f"lab.predict.{name}",
        )
        st.button(
            "See what is the case", type="primary", disabled=picked is None,
            on_click=state.put, args=(kept, picked), key="reveal",
        )  # fmt: skip


@guarded
def _runs(breakage: Breakage, predicted: bool) -> None:
    job = desk.my_set()
    if job is not None and not job.progress.over:
        side_by_side.draw(job)
        return
    if not predicted:
        st.caption("Predict first: then both models train here, side by side.")
        return
    st.button(
        "Train the right and the broken one" if not _is_of(job, breakage) else "Train both again",
        type="primary", icon=":material/play_arrow:", on_click=_start, args=(breakage,), key="lab.start",
    )  # fmt: skip
    if state.get(PROBLEM):
        st.error(state.get(PROBLEM), icon=":material/error:")
    if job is not None and _is_of(job, breakage):
        _result(job)
    _lines(breakage)


def _is_of(job: SetJob | None, breakage: Breakage) -> bool:
    return job is not None and isinstance(job.plan, BreakPlan) and job.plan.breakage == breakage


def _start(breakage: Breakage) -> None:
    state.put(PROBLEM, desk.start_set(BreakPlan(breakage)))


def _result(job: SetJob) -> None:
    if job.progress.status == FAILED:
        st.error(job.progress.message, icon=":material/error:")
        return
    found = {entry.name: entry for entry in shelf.mine().entries() if entry.problem is None}
    models = [opened(found[place.name]) for place in job.places if place.name in found]
    with st.container(gap=None):
        for trained in models:
            latent_pad.bring(trained, f"lab-{trained.name}")
    if models:
        views.pads(models)
        views.copies(models)


def _lines(breakage: Breakage) -> None:
    st.markdown("**The line that differs**")
    wrong = source(breakage.wrong)
    marked = [line + HERE if breakage.marked in line else line for line in wrong.code.splitlines()]
    st.caption(f"Broken: {wrong.place}")
    st.code("\n".join(marked), language="python")
    if breakage.wrong != breakage.right:
        right = source(breakage.right)
        st.caption(f"Right: {right.place}")
        st.code(right.code, language="python")
