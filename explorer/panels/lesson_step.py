"""What every way to show a step of a lesson begins with: its models in the page, and the view in its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import conditional, shelf, state
from explorer.components import latent_pad
from explorer.lessons.actions import act
from explorer.lessons.records import Step

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

BEGUN = "lesson.begun"


def models_of(step: Step) -> list[TrainedModel] | None:
    """Bring a step's models into the page and return them; None, and a line that says so, where one is missing."""
    found = {entry.name: entry for entry in shelf.mine().entries() if entry.problem is None}
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


def begin(lesson: str, number: int, models: list[TrainedModel], step: Step) -> bool:
    """Bring the view into its state where the step was not the open one; tell whether it was not."""
    if state.get(BEGUN) == (lesson, number):
        return False
    state.put(BEGUN, (lesson, number))
    act(step.begin, models)
    return True
