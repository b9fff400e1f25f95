"""A room as a student sees it: the step the class is at, a prediction to make, and what the class thinks."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer import state
from explorer.classroom import answers as kept
from explorer.classroom import invitation, people
from explorer.classroom.seat import Seat, attempt, leave
from explorer.components import answers, room_line
from explorer.frame import guarded
from explorer.lessons.views import VIEWS
from explorer.panels import class_view, class_wall, lesson_step, slide
from explorer.panels.class_view import Place

LED = "your teacher leads: the map goes where the teacher's goes."
FREE = "look around as you like."


def draw(seat: Seat) -> None:
    """Draw the page of a student who is in the room."""
    me, room = people.myself(seat.store, seat.code, seat.who), seat.room
    head, door = st.columns([6, 1], vertical_alignment="center")
    with head:
        room_line.draw(me.nickname, room.students, LED if room.follow else FREE)
    door.button(
        "Leave",
        icon=":material/logout:",
        type="tertiary",
        on_click=leave,
        key="classroom.leave",
        help=f"Leave room {invitation.told(seat.code)}; what you answered stays",
    )
    at = class_view.place(room)
    if at is not None:
        _step(seat, at)
    elif room.page == class_view.MAP and room.model is not None:
        _map(seat)
    else:
        st.markdown("### Welcome\nYour teacher will begin in a moment. This page follows by itself.")
    class_wall.draw(seat)


def _map(seat: Seat) -> None:
    trained = class_view.model_of(seat.room)
    if trained is not None:
        class_view.draw_map(trained)
        class_view.pins(seat, [trained])


def _step(seat: Seat, at: Place) -> None:
    step = at.step
    models = lesson_step.models_of(step)
    if models is None:
        return
    lesson_step.begin(at.lesson.name, at.number, models, step)
    left, right = st.columns(slide.COLUMNS, gap="medium")
    with left:
        st.markdown(f"#### {step.title}\n{step.text}")
        if step.question is not None:
            _question(seat, at)
        elif step.task is not None:
            st.markdown(f"**Try.** {step.task.told}")
        if seat.room.reveal:
            st.markdown(step.after)
    with right:
        if step.waits and not seat.room.reveal:
            st.caption("What is the case is shown here once your teacher reveals it.")
            return
        st.fragment(guarded(VIEWS[step.view]))(models)
        if step.view in class_view.PADS:
            class_view.pins(seat, models)


def _question(seat: Seat, at: Place) -> None:
    question, room = at.step.question, seat.room
    if question is None:
        return
    own = kept.given(seat.store, seat.code, seat.who, at.lesson.name, at.number)
    with st.container(border=True):
        if own is None and not room.reveal:
            _ask(seat, at)
            return
        st.markdown(f"**{question.asked}**")
        answers.draw(
            question.choices,
            f"class.answers.{at.lesson.name}.{at.number}",
            counts=class_view.counts(seat, at) if room.reveal else None,
            right=question.right if room.reveal else None,
            own=own,
            step=(at.lesson.name, at.number),
        )
        if not room.reveal:
            st.caption("Your prediction counts. Wait for your teacher to reveal.")


def _ask(seat: Seat, at: Place) -> None:
    question, key = at.step.question, f"class.predict.{at.lesson.name}.{at.number}"
    if question is None:
        return
    picked = st.radio(
        f"**Predict.** {question.asked}",
        range(len(question.choices)),
        index=None,
        format_func=question.choices.__getitem__,
        key=key,
    )
    st.button(
        "Send my prediction",
        type="primary",
        disabled=picked is None,
        on_click=partial(_send, seat, at, key),
        key="class.send",
    )


def _send(seat: Seat, at: Place, key: str) -> None:
    choice = state.get(key)
    if choice is not None:
        attempt(kept.answer, seat.store, seat.code, seat.who, at.lesson.name, at.number, int(choice))
