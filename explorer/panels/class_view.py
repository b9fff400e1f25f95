"""What a room shows to everybody in it: the step of a lesson that the class is at, or a model's map."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import streamlit as st

from explorer import conditional, shelf, state
from explorer.classroom import answers, wall
from explorer.classroom.rooms import Room
from explorer.classroom.seat import Seat, attempt
from explorer.components import latent_pad, pin
from explorer.frame import guarded
from explorer.lessons import LESSONS
from explorer.lessons.records import Lesson, Step

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

MAP = "map"
PADS = ("pad", "pads")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a class is in a lesson."""

    lesson: Lesson
    number: int

    @property
    def step(self) -> Step:
        """The step."""
        return self.lesson.steps[self.number]


def place(room: Room) -> Place | None:
    """Return where a class is in a lesson; None where it is in none that there is."""
    lesson = next((one for one in LESSONS if one.name == room.lesson), None)
    return None if lesson is None else Place(lesson, min(room.step or 0, len(lesson.steps) - 1))


def counts(seat: Seat, at: Place) -> list[int]:
    """Return how many have given each choice of the step's question."""
    question = at.step.question
    found = answers.counts(seat.store, seat.code, at.lesson.name, at.number)
    return [found.get(n, 0) for n in range(len(question.choices) if question else 0)]


def model_of(room: Room) -> TrainedModel | None:
    """Bring the model whose map the room shows into the page, and return it; None, and why, where it is not here."""
    entry = next((one for one in shelf.mine().entries() if one.name == room.model and not one.problem), None)
    if entry is None:
        if room.model is not None:
            st.info(f"The class sees {room.model}, a model that is not shared.", icon=":material/lock:")
        return None
    if room.label is not None:
        state.put(state.LABEL, room.label)
    trained = conditional.shown(entry)
    if trained.is_discrete:
        st.info(f"{trained.name} has no plane to go about on.", icon=":material/grid_on:")
        return None
    with st.container(gap=None):
        latent_pad.bring(trained, f"lesson-{trained.name}")
    return trained


@st.fragment
@guarded
def draw_map(trained: TrainedModel) -> None:
    """Draw a model's map."""
    latent_pad.draw(trained, "slide" if state.presenting() else "map")


def pins(seat: Seat, models: list[TrainedModel]) -> None:
    """Draw a button for each pad that puts on the wall what is under its cursor."""
    columns = st.columns(len(models)) if len(models) > 1 else [st.container()]
    for column, trained in zip(columns, models, strict=True):
        with column:
            _pin(seat, trained)


def _pin(seat: Seat, trained: TrainedModel) -> None:
    def put(z: object) -> None:
        if z is not None:
            attempt(wall.pin, seat.store, seat.code, seat.who, trained.name, z, trained.given_class)

    pin.draw(latent_pad.name_in_page(trained), "Pin to the wall", put)
