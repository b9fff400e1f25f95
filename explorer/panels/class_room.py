"""What a teacher does with the room itself: who is here, another device, the answers as a file, and closing."""

from __future__ import annotations

import streamlit as st

from explorer import state
from explorer.classroom import answers, people, rooms
from explorer.classroom.seat import Seat, attempt, leave
from explorer.lessons import LESSONS

KEY_SHOWN, REMOVED, CLOSING = "class.key", "class.removed", "class.closing.room"


def draw(seat: Seat) -> None:
    """Draw the menus."""
    with st.popover("Room", icon=":material/more_horiz:", width="content"):
        st.download_button(
            "Answers as CSV",
            lambda: as_csv(seat),
            file_name=f"answers-{seat.code}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="class.csv",
        )
        _people(seat)
        _another_device(seat)
        _closing(seat)


def as_csv(seat: Seat) -> bytes:
    """Return every answer of the class as a table, the choices in words."""
    return answers.as_csv(answers.all_of(seat.store, seat.code, seat.who), _words)


def _words(one: answers.Answer) -> str:
    lesson = next((lesson for lesson in LESSONS if lesson.name == one.lesson), None)
    question = lesson.steps[one.step].question if lesson and one.step < len(lesson.steps) else None
    return question.choices[one.choice] if question and one.choice < len(question.choices) else ""


def _people(seat: Seat) -> None:
    found = {one.number: one.nickname for one in people.students(seat.store, seat.code, seat.who)}
    st.markdown(f"**{len(found)} joined**")
    if not found:
        return
    st.selectbox("Student", list(found), format_func=lambda number: found.get(number, ""), key=REMOVED)
    st.button("Remove from the room", on_click=_remove, args=(seat,), key="class.remove")


def _another_device(seat: Seat) -> None:
    st.markdown("**Another device**")
    key = rooms.key(seat.store, seat.code, seat.who)
    if key is None:
        st.markdown("The browser that opened the room shows the teacher's key.")
    elif state.get(KEY_SHOWN) == seat.code:
        st.markdown("Open the room's link there, choose *I teach this room*, and type this key.")
        st.code(key, language=None)
        st.button("Hide the key", on_click=state.put, args=(KEY_SHOWN, None), key="class.hide-key")
    else:
        st.button(
            "Show the teacher's key", on_click=state.put, args=(KEY_SHOWN, seat.code), key="class.show-key"
        )


def _closing(seat: Seat) -> None:
    if state.get(CLOSING) != seat.code:
        st.button("Close the room …", on_click=state.put, args=(CLOSING, seat.code), key="class.closing")
        return
    st.markdown("Close it for everybody? Its answers and its wall are deleted. Take the answers first.")
    with st.container(horizontal=True):
        st.button("Close it", type="primary", on_click=_close, args=(seat,), key="class.close")
        st.button("Keep it open", on_click=state.put, args=(CLOSING, None), key="class.keep")


def _remove(seat: Seat) -> None:
    number = state.get(REMOVED)
    if isinstance(number, int):
        attempt(people.remove, seat.store, seat.code, seat.who, number)


def _close(seat: Seat) -> None:
    attempt(rooms.close, seat.store, seat.code, seat.who)
    leave()
