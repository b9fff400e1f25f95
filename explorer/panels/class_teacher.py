"""A room as its teacher sees it: what the class sees, what it answers, and the room itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from explorer import conditional, presenter, shelf, state
from explorer.classroom import invitation, rooms
from explorer.classroom.seat import Seat, attempt
from explorer.components import answers, room_line
from explorer.lessons import LESSONS
from explorer.panels import class_invitation, class_room, class_view, class_wall, slide
from explorer.panels.class_view import MAP, Place

SHOWN, MODEL, LEADS = "class.shown", "class.model", "class.leads"


def draw(seat: Seat) -> None:
    """Draw the page of the teacher."""
    rooms.used(seat.store, seat.code, seat.who)
    at = class_view.place(seat.room)
    if state.presenting():
        _present(seat, at)
        return
    _head(seat, at)
    _controls(seat, at)
    _shown(seat, at)
    class_wall.draw(seat)


def _head(seat: Seat, at: Place | None) -> None:
    is_begun = at is not None or seat.room.page == MAP
    line, menus = st.columns([2, 3], vertical_alignment="center")
    with line:
        name = f"Room {invitation.told(seat.code)}" if is_begun else ""
        room_line.draw(name, seat.room.students, "you lead.")
    with menus, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        _leading(seat)
        if is_begun:
            with st.popover("Invite", icon=":material/qr_code:", width="content"):
                class_invitation.draw(seat.code)
        class_room.draw(seat)
    if not is_begun:
        class_invitation.draw(seat.code)


def _controls(seat: Seat, at: Place | None) -> None:
    room = seat.room
    state.put(SHOWN, MAP if room.page == MAP and at is None else at.lesson.name if at else "")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "The class sees",
            ["", MAP, *(one.name for one in LESSONS)],
            format_func=_title,
            key=SHOWN,
            on_change=_choose,
            args=(seat,),
            width=290,
        )
        if room.page == MAP and at is None:
            _pick_model(seat)
        if at is not None:
            _steps(seat, at)


def _leading(seat: Seat) -> None:
    state.put(LEADS, seat.room.follow)
    st.toggle(
        "Lead the maps",
        key=LEADS,
        on_change=lambda: _lead(seat, follow=bool(state.get(LEADS))),
        help="The class's maps go where yours goes. Off: students look around as they like.",
    )


def _title(name: str) -> str:
    if not name:
        return "Nothing yet"
    return "A map" if name == MAP else next(one.title for one in LESSONS if one.name == name)


def _choose(seat: Seat) -> None:
    chosen = str(state.get(SHOWN) or "")
    if chosen == MAP:
        model = state.get(state.MODEL) or next(iter(shelf.mine().entries())).name
        _lead(seat, lesson=None, step=None, page=MAP, model=model, z=None)
    elif chosen:
        _go(seat, chosen, 0)
    else:
        _lead(seat, lesson=None, step=None, page=None, model=None, z=None)


def _pick_model(seat: Seat) -> None:
    names = [entry.name for entry in shelf.mine().entries() if entry.problem is None]
    state.put(MODEL, seat.room.model if seat.room.model in names else None)
    st.selectbox(
        "Model",
        names,
        key=MODEL,
        width=220,
        on_change=lambda: _lead(seat, model=state.get(MODEL), z=None, label=None),
    )


def _steps(seat: Seat, at: Place) -> None:
    last = len(at.lesson.steps) - 1
    for number, step in enumerate(at.lesson.steps):
        st.button(
            f"{number + 1}",
            type="primary" if number == at.number else "secondary",
            help=step.title,
            on_click=_go,
            args=(seat, at.lesson.name, number),
            key=f"class.step.{number}",
        )
    st.button(
        "Back", shortcut="PageUp", disabled=at.number == 0, key="class.back",
        on_click=_go, args=(seat, at.lesson.name, at.number - 1),
    )  # fmt: skip
    st.button(
        "Next", shortcut="PageDown", disabled=at.number == last, key="class.next",
        on_click=_go, args=(seat, at.lesson.name, at.number + 1),
    )  # fmt: skip
    if at.step.question is not None:
        st.button(
            "Hide" if seat.room.reveal else "Reveal",
            type="secondary" if seat.room.reveal else "primary",
            help="Show the class what it answered, and what is the case",
            on_click=_reveal,
            args=(seat,),
            key="class.reveal",
        )


def _shown(seat: Seat, at: Place | None) -> None:
    if at is not None:
        slide.draw(at.lesson, at.number, seat.room.reveal, _histogram(seat, at, True))
    elif seat.room.page == MAP:
        trained = class_view.model_of(seat.room)
        if trained is None:
            return
        conditional.pick(trained)
        if trained.given_class != seat.room.label:
            _lead(seat, label=trained.given_class)
        class_view.draw_map(trained)


def _histogram(seat: Seat, at: Place, is_private: bool) -> Callable[[], None]:
    """Return what draws the answers; before they are revealed only where nobody else looks on."""

    def draw() -> None:
        question, told = at.step.question, seat.room.reveal
        if question is None:
            return
        answers.draw(
            question.choices,
            f"class.answers.{at.lesson.name}.{at.number}",
            counts=class_view.counts(seat, at) if told or is_private else None,
            right=question.right if told else None,
            step=(at.lesson.name, at.number),
        )
        if is_private and not told:
            st.caption("Only you see the bars until you reveal them.")

    return draw


def _present(seat: Seat, at: Place | None) -> None:
    name = invitation.told(seat.code)
    if at is None:
        acts: dict[str, Callable[[], None]] = {}
        if seat.room.page == MAP:
            _shown(seat, None)
        else:
            class_invitation.draw(seat.code)
            room_line.draw("", seat.room.students, "waiting to begin.")
            acts["next"] = partial(_go, seat, LESSONS[0].name, 0)
        presenter.act_on(acts, name)
        return
    last = len(at.lesson.steps) - 1
    acts = {"back": partial(_go, seat, at.lesson.name, at.number - 1)} if at.number else {}
    if at.number < last:
        acts["next"] = partial(_go, seat, at.lesson.name, at.number + 1)
    if at.step.question is not None:
        acts["reveal"] = partial(_reveal, seat)
    presenter.act_on(acts, f"{name} · {at.lesson.title} · {at.number + 1} of {last + 1}")
    slide.draw(at.lesson, at.number, seat.room.reveal, _histogram(seat, at, False))


def _go(seat: Seat, lesson: str, step: int) -> None:
    _lead(seat, lesson=lesson, step=step, page=None, model=None, z=None, label=None)


def _reveal(seat: Seat) -> None:
    _lead(seat, reveal=not rooms.room(seat.store, seat.code).reveal)


def _lead(seat: Seat, **changes: object) -> None:
    attempt(rooms.lead, seat.store, seat.code, seat.who, **changes)
