"""Into a room: open one, go on with one of one's own, or join with the code that the teacher shows."""

from __future__ import annotations

import streamlit as st

from explorer import state
from explorer.classroom import bounds, connection, invitation, people, rooms
from explorer.classroom.seat import Seat, attempt, client, enter, leave
from explorer.frame import heading

CODE, NICKNAME, KEY = "classroom.code", "classroom.nickname", "classroom.key"
TOLD = """
One server, one class. The teacher opens a room and shows its code; students join with a phone or a laptop, without an
account. All see the same step of a lesson, predict before it is told, and the teacher reveals what the class thinks.
The maps of the class go where the teacher's goes, or everybody looks around alone.

The server keeps the room's answers and favourites until it is closed, at the latest until a day after the teacher was
last here. It keeps no names but the nicknames that students choose.
"""


def draw() -> None:
    """Draw both ways into a room."""
    heading("Classroom", "Join the room whose code you see, or open one and lead a class.", TOLD)
    join_side, open_side = st.columns(2, gap="large")
    with join_side, st.form("classroom.join"):
        st.markdown("#### Join")
        st.text_input("The room's code", key=CODE, max_chars=bounds.CODE_LENGTH + 2, placeholder="BCD-F2G")
        _nickname()
        st.form_submit_button("Join", type="primary", on_click=_join)
    with open_side, st.container(border=True):
        st.markdown("#### Teach")
        st.markdown("You get a code for the class. This browser leads the room.")
        st.button("Open a room", type="primary", on_click=_open, key="classroom.open")
        mine = rooms.led_by(connection.store(), state.token())
        if mine:
            st.caption("Your rooms")
        for room in mine[:6]:
            st.button(
                f"Go on with {invitation.told(room.code)} · {room.students} joined",
                on_click=enter,
                args=(room.code,),
                key=f"classroom.again.{room.code}",
            )


def welcome(seat: Seat) -> None:
    """Draw the door of a room that someone has not joined yet."""
    st.markdown(f"### Room {invitation.told(seat.code)}")
    with st.form("classroom.join"):
        _nickname()
        st.form_submit_button("Join the class", type="primary", on_click=_enter, args=(seat.code,))
    with st.expander("I teach this room"):
        st.text_input(
            "The teacher's key", key=KEY, type="password", help="On the teacher's page, under Another device"
        )
        st.button("Lead the room from here", on_click=_take_over, args=(seat,), key="classroom.take")
    st.button("Another room", type="tertiary", on_click=leave, key="classroom.leave")


def _nickname() -> None:
    st.text_input(
        "Nickname (optional)",
        key=NICKNAME,
        max_chars=bounds.NICKNAME_LENGTH,
        placeholder="Without one you are a number",
        autocomplete="off",
    )


def _open() -> None:
    room = attempt(lambda: rooms.open_room(connection.store(), state.token(), client()))
    if room is not None:
        enter(room.code)


def _join() -> None:
    typed = str(state.get(CODE) or "")
    code = attempt(lambda: connection.store().code(typed, client()))
    if code is not None:
        _enter(code)


def _enter(code: str) -> None:
    def join() -> None:
        store, who = connection.store(), state.token()
        if people.role(store, code, who) != people.TEACHER:
            people.join(store, code, who, str(state.get(NICKNAME) or ""), client())
        enter(code)

    attempt(join)


def _take_over(seat: Seat) -> None:
    attempt(rooms.take_over, seat.store, seat.code, seat.who, str(state.get(KEY) or ""), client())
