"""Show the line: a number's formula and unit, and the code that computes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from explorer import measures, state
from explorer.lines import LINES, source

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

TITLES = {name: words.title for name, words in measures.WORDS.items()} | {"loss": "Loss"}


def draw(trained: TrainedModel, names: Sequence[str], key: str) -> None:
    """Draw the choice among `names`, those that have a line, and the chosen one's formula and code."""
    known = [name for name in names if name in LINES]
    if not known:
        return
    with st.expander("Show the line: the formula and the code behind a number", icon=":material/code:"):
        chosen = state.choose(key, known, known[0])
        st.selectbox("Number", known, format_func=TITLES.__getitem__, key=key, persist_state="session")
        line = LINES[chosen]
        if line.formula:
            st.latex(line.formula)
        else:
            st.markdown(f"{type(trained.module).objective}, in nats per image")
        found = source(line.code_of(trained))
        st.caption(f"{found.place}, as it runs here")
        st.code(found.code, language="python")
