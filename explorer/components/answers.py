"""A question's choices on a page, with or without how many gave each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

_answers = st.components.v2.component(
    "latent_explorer.answers", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def draw(
    choices: Sequence[str],
    key: str,
    counts: Sequence[int] | None = None,
    right: int | None = None,
    own: int | None = None,
    step: tuple[str, int] | None = None,
) -> None:
    """List the choices; `counts` adds a bar to each, `right` and `own` mark the one that holds and the viewer's.

    With the name of a lesson and a step of it, how many have answered is told as the room's news come, and the bars
    follow them.
    """
    data = {
        "choices": list(choices),
        "counts": None if counts is None else list(counts),
        "right": right,
        "own": own,
        "words": "Choices" if counts is None else "Choices, and how many gave each",
        "step": None if step is None else list(step),
    }
    _answers(key=key, data=data)
