"""What every way to show a step of a lesson begins with: its models in the page, and the view in its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import conditional, shelf, state
from explorer.components import latent_pad
from explorer.lessons.actions import act
from explorer.lessons.notebook import Numbers
from explorer.lessons.pictures import MAP_WIDTH, shown
from explorer.lessons.records import Step

if TYPE_CHECKING:
    from vae_core.listing import ModelEntry
    from vae_core.trained import TrainedModel

BEGUN = "lesson.begun"


def models_of(step: Step) -> list[TrainedModel] | None:
    """Bring a step's models into the page and return them; None, and a line that says so, where one is missing."""
    found = _entries()
    missing = [name for name in step.models if name not in found]
    if missing:
        st.error(
            f"This step needs the shipped model {missing[0]}, which is not here.", icon=":material/error:"
        )
        return None
    models = [conditional.shown(found[name]) for name in step.models]
    with st.container(gap=None):
        for trained in (one for one in models if not one.is_discrete):
            latent_pad.bring(trained, f"lesson-{trained.name}")
    return models


def on_paper(step: Step, kept: Numbers) -> None:
    """Draw what a step showed, as pictures and numbers that can be printed; nothing where a model is missing."""
    found = _entries()
    if any(name not in found for name in step.models):
        return
    now = shown(step.view, [conditional.shown(found[name]) for name in step.models], kept)
    if now.maps or now.strips:
        with st.container(horizontal=True, vertical_alignment="center"):
            for picture in now.maps:
                st.image(picture, width=MAP_WIDTH, alt=f"Map of the step {step.title}")
            for picture in now.strips:
                st.image(picture, width="content", alt=f"What the step {step.title} showed")
    if now.told:
        st.markdown(now.told)


def _entries() -> dict[str, ModelEntry]:
    return {entry.name: entry for entry in shelf.mine().entries() if entry.problem is None}


def begin(lesson: str, number: int, models: list[TrainedModel], step: Step) -> bool:
    """Bring the view into its state where the step was not the open one; tell whether it was not."""
    if state.get(BEGUN) == (lesson, number):
        return False
    state.put(BEGUN, (lesson, number))
    act(step.begin, models)
    return True
