"""Models that are told a class: which one a session chose, and the model that the pages then show."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, state

if TYPE_CHECKING:
    from vae_core.listing import ModelEntry
    from vae_core.trained import TrainedModel


def shown(entry: ModelEntry) -> TrainedModel:
    """Open a model as the pages show it: a conditional one given the class that this session chose."""
    trained = cache.model(entry)
    return given(trained, state.label(trained.classes)) if trained.is_conditional else trained


def pick(trained: TrainedModel) -> None:
    """Draw the choice of a conditional model's class; nothing for another model."""
    if not trained.is_conditional:
        return
    state.label(trained.classes)  # a widget's value must be one of its options
    st.selectbox(
        "Class to draw",
        range(trained.classes),
        key=state.LABEL,
        persist_state="session",
        format_func=trained.class_name,
        help="This model is told the class; the place in its latent space says the rest, such as the style.",
    )


def whole(trained: TrainedModel) -> TrainedModel:
    """Return the conditional model that `trained` is one class of, and any other model as it is."""
    return trained.conditional or trained


def in_turn(trained: TrainedModel, count: int) -> NDArray[np.int64]:
    """Return labels [count] that go round a conditional model's classes; zeros for another model."""
    return np.arange(count) % max(trained.classes, 1)


def rebuilt(trained: TrainedModel) -> str:
    """Return in a word or three what a decoded code is: one class's decoder gives an image another class."""
    return "rebuilt" if trained.given_class is None else f"drawn as {trained.class_name(trained.given_class)}"


# One object for each class, since other caches go by it.
@functools.lru_cache(maxsize=32)
def given(trained: TrainedModel, label: int) -> TrainedModel:
    """Return one class of a conditional model."""
    return trained.given(label)
