"""Classroom: a room that a teacher leads and students join by its code, over lessons and maps."""

from __future__ import annotations

import streamlit as st

from explorer import state
from explorer.links import Link
from explorer.panels import class_line


def show() -> None:
    """Draw the page."""
    from explorer.classroom import seat as seats
    from explorer.panels import class_start, class_student, class_teacher

    state.publish(Link())
    problem, seat = seats.problem(), class_line.seat()
    if problem is not None:
        st.error(problem, icon=":material/error:")
    if seat is None:
        class_start.draw()
    elif seat.role is None:
        class_start.welcome(seat)
    elif seat.leads:
        class_teacher.draw(seat)
    else:
        class_student.draw(seat)
