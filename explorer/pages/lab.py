"""Break it: predict what a mistake does, train the broken model beside the right one, and see the line that differs."""

from __future__ import annotations

import streamlit as st

from explorer import state, words
from explorer.frame import guarded, heading
from explorer.lessons.records import Question
from explorer.links import Link
from explorer.panels import broken_pair, side_by_side
from explorer.training import desk
from explorer.training.break_plan import Breakage, BreakPlan
from explorer.training.breakages import BREAKAGES
from explorer.training.sets import SetJob

CHOSEN, PROBLEM = "lab.breakage", "lab.problem"


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
    st.pills(
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
            "See what happens", type="primary", disabled=picked is None,
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
        broken_pair.draw(job, breakage)
    broken_pair.code(breakage)


def _is_of(job: SetJob | None, breakage: Breakage) -> bool:
    return job is not None and isinstance(job.plan, BreakPlan) and job.plan.breakage == breakage


def _start(breakage: Breakage) -> None:
    state.put(PROBLEM, desk.start_set(BreakPlan(breakage)))
