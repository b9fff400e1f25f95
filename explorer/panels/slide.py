"""A step of a lesson as a slide: its view large, its text in a sentence, its question, and the answer when revealed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer import state
from explorer.components import answers
from explorer.frame import guarded
from explorer.lessons.records import Lesson
from explorer.lessons.views import VIEWS
from explorer.panels import lesson_step

COLUMNS = (4, 7)
TOLD = "slide.told"


@guarded
def draw(lesson: Lesson, number: int, is_told: bool, show_answers: Callable[[], None] | None = None) -> None:
    """Draw a step; `show_answers` draws the question's choices in another way."""
    step = lesson.steps[number]
    models = lesson_step.models_of(step)
    if models is None:
        return
    lesson_step.begin(lesson.name, number, models, step)
    left, right = st.columns(COLUMNS, gap="medium")
    with left:
        st.markdown(f"### {step.title}\n\n{step.slide_after if is_told else step.slide}")
        if step.question is not None:
            st.markdown(f"**{step.question.asked}**")
            if show_answers is not None:
                show_answers()
            else:
                told = step.question.right if is_told else None
                answers.draw(step.question.choices, f"slide.{lesson.name}.{number}", right=told)
        elif step.task is not None:
            st.markdown(f"**Try.** {step.task.told}")
    with right:
        if step.waits and not is_told:
            st.markdown("What do you think?")
            return
        st.fragment(VIEWS[step.view])(models)


def is_told(lesson: str, number: int) -> bool:
    """Tell whether the presenter has revealed the answer of this step."""
    return bool(state.get(TOLD) == (lesson, number))


def tell(lesson: str, number: int) -> None:
    """Reveal the answer of a step, or hide it again."""
    state.put(TOLD, None if is_told(lesson, number) else (lesson, number))
