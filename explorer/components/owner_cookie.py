"""The cookie by which a browser finds its runs again, kept by a script in the page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer import owners, state

_owner_cookie = st.components.v2.component(
    "latent_explorer.owner_cookie", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


KEY = "owner-cookie"


def bring() -> None:
    """Put this session's token into the browser's cookie, or take over the one that is there already."""
    data = {"name": owners.COOKIE, "token": state.token()}
    _owner_cookie(key=KEY, data=data, height=1, on_token_change=_take_over)


def _take_over() -> None:
    state.adopt(getattr(state.get(KEY), "token", None))
