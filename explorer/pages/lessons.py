"""Lessons: their list, or a step of one: its text, the live view beside it, a prediction, and what is the case."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer import presenter, state, words
from explorer.frame import guarded, heading
from explorer.lessons import LESSONS, notebook, sheet
from explorer.lessons.checks import CHECKS, moment
from explorer.lessons.records import Lesson, Question, Step, Task
from explorer.lessons.views import VIEWS
from explorer.links import SHEETS, Link
from explorer.panels import lesson_step, slide

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

LESSON, STEP, SHEET = "lesson", "lesson.step", "lesson.sheet"


def show() -> None:
    """Draw the page."""
    wanted = state.wish("lesson", "")
    if wanted is not None:
        _open(wanted, int(state.wish("step", "") or 1) - 1, state.wish("sheet", ""))
    lesson = next((one for one in LESSONS if one.name == state.get(LESSON)), None)
    if lesson is None:
        _list()
        return
    if state.get(SHEET):
        _paper(lesson, str(state.get(SHEET)))
        return
    number = min(max(int(state.get(STEP) or 0), 0), len(lesson.steps) - 1)
    state.publish(Link(lesson=lesson.name, step=number + 1))
    if state.presenting():
        _present(lesson, number)
    else:
        _step(lesson, number)


def _list() -> None:
    heading("Lessons", "Each takes ten to fifteen minutes: predict, try it out, and be told.", words.LESSONS)
    state.publish(Link())
    kept = notebook.read()
    for number, lesson in enumerate(LESSONS, 1):
        done = sum(kept.is_done(lesson, place) for place in range(len(lesson.steps)))
        begun = min(kept.last.get(lesson.name, 0), len(lesson.steps) - 1)
        told = "Go on" if 0 < done < len(lesson.steps) else "Again" if done else "Begin"
        place = begun if told == "Go on" else 0
        with st.container(border=True):
            about, progress, begin = st.columns([8, 1, 1], vertical_alignment="center")
            about.markdown(f"**{number}. {lesson.title}**  \n{lesson.about}")
            progress.caption(f"{done} of {len(lesson.steps)}")
            begin.button(
                told,
                key=f"open.{lesson.name}",
                on_click=_open,
                args=(lesson.name, place),
                type="secondary" if done else "primary",
                width="stretch",
            )


def _paper(lesson: Lesson, kind: str) -> None:
    state.publish(Link(lesson=lesson.name, sheet=kind))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Back", icon=":material/arrow_back:", on_click=_open, args=(lesson.name, 0), key="back")
        st.caption("Print this page with the browser (Ctrl+P), on paper or as a PDF.")
    if kind == "worksheet":
        st.markdown(sheet.worksheet(lesson))
    else:
        _report(lesson)


@guarded
def _report(lesson: Lesson) -> None:
    kept = notebook.read()
    for number, text in enumerate(sheet.report(lesson, kept)):
        st.markdown(text)
        if kept.is_told(lesson, number):
            lesson_step.on_paper(lesson.steps[number], kept.moment(lesson, number))


def _open(name: str, number: int, paper: str | None = None) -> None:
    state.put(LESSON, name)
    state.put(SHEET, paper)
    state.put(STEP, number)
    state.put(lesson_step.BEGUN, None)
    state.put(slide.TOLD, None)


def _present(lesson: Lesson, number: int) -> None:
    acts: dict[str, Callable[[], None]] = {}
    if number > 0:
        acts["back"] = partial(_open, lesson.name, number - 1)
    if number < len(lesson.steps) - 1:
        acts["next"] = partial(_open, lesson.name, number + 1)
    if lesson.steps[number].question is not None:
        acts["reveal"] = partial(slide.tell, lesson.name, number)
    presenter.act_on(acts, f"{lesson.title} · {number + 1} of {len(lesson.steps)}")
    slide.draw(lesson, number, slide.is_told(lesson.name, number))


@guarded
def _step(lesson: Lesson, number: int) -> None:
    step = lesson.steps[number]
    _rail(lesson, number)
    models = lesson_step.models_of(step)
    if models is None:
        return
    if lesson_step.begin(lesson.name, number, models, step):
        notebook.note(lesson, number)
    waits = step.waits and notebook.read().answer(lesson, number) is None
    left, right = st.columns([6, 5] if waits else [3, 8], gap="medium")
    with left:
        _told(lesson, number, step)
    with right:
        if waits:
            st.caption("The answer appears here once you have predicted it.")
            return
        st.fragment(_view)(lesson, number, step, models)


def _rail(lesson: Lesson, number: int) -> None:
    kept, last = notebook.read(), len(lesson.steps) - 1
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "All lessons",
            icon=":material/list:",
            type="tertiary",
            on_click=_open,
            args=("", 0),
            key="lessons",
        )
        st.markdown(f"**{lesson.title}**")
        for place, step in enumerate(lesson.steps):
            done = kept.is_done(lesson, place)
            st.button(
                f"{place + 1}",
                icon=":material/check:" if done else None,
                type="primary" if place == number else "secondary",
                help=step.title,
                on_click=_open, args=(lesson.name, place), key=f"rail.{place}",
            )  # fmt: skip
        st.button(
            "Back",
            disabled=number == 0,
            shortcut="PageUp",
            on_click=_open,
            args=(lesson.name, number - 1),
            key="back",
        )
        target = (lesson.name, number + 1) if number < last else ("", 0)
        st.button(
            "Next" if number < last else "Finish",
            shortcut="PageDown",
            on_click=_open,
            args=target,
            key="next",
        )
        for kind in SHEETS:
            st.button(
                kind.capitalize(), icon=":material/print:", type="tertiary", on_click=_open,
                args=(lesson.name, number, kind), key=kind,
            )  # fmt: skip


def _told(lesson: Lesson, number: int, step: Step) -> None:
    st.markdown(f"#### {step.title}\n{step.text}")
    if step.question is None:
        return
    answered = notebook.read().answer(lesson, number)
    if answered is None:
        _ask(lesson, number, step.question)
    else:
        _tell(step, step.question, answered)


def _ask(lesson: Lesson, number: int, question: Question) -> None:
    with st.container(border=True):
        picked = st.radio(
            f"**Predict.** {question.asked}",
            range(len(question.choices)),
            index=None,
            format_func=question.choices.__getitem__,
            key=f"predict.{lesson.name}.{number}",
        )
        st.button(
            "See what happens",
            type="primary",
            disabled=picked is None,
            on_click=notebook.answer,
            args=(lesson, number, picked),
            key="reveal",
        )


def _tell(step: Step, question: Question, answered: int) -> None:
    with st.container(border=True):
        st.markdown(f"**{question.asked}**")
        right = question.choices[question.right]
        if answered == question.right:
            st.markdown(f":material/check_circle: You predicted it: *{right}*.")
        else:
            st.markdown(f":material/cancel: You predicted *{question.choices[answered]}*. It is *{right}*.")
    st.markdown(step.after)


@guarded
def _view(lesson: Lesson, number: int, step: Step, models: list[TrainedModel]) -> None:
    if step.task is not None:
        place = st.container(border=True)
    VIEWS[step.view](models)
    if step.task is not None:
        with place:
            _judge(lesson, number, step, step.task, models)


def _judge(lesson: Lesson, number: int, step: Step, task: Task, models: list[TrainedModel]) -> None:
    done, found = CHECKS[task.check](models, **task.about)
    before = notebook.read().has_tried(lesson, number)
    if done and not before:
        notebook.tried(lesson, number, moment(models, task))
        st.rerun()
    mark = ":material/task_alt:" if before else ":material/radio_button_unchecked:"
    st.markdown(f"{mark} **Try.** {task.told}  \n{found}")
    if before and step.question is None:
        st.markdown(step.after)
