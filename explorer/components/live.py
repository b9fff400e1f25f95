"""A run followed on a page: its status, and its models and curves brought for pads and charts to find."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from explorer.serving.live import Feed

_SCRIPTS = ("live.js", "asking.js", "packed.js", "live_news.js", "live_status.js")

_live = st.components.v2.component(
    "latent_explorer.live",
    js="\n".join(Path(__file__).with_name(name).read_text("utf-8") for name in _SCRIPTS),
)


def follow(name: str, feed: Feed[Any], stage: str) -> None:
    """Draw a run's status as it goes; at another stage than this, the part of the page around it is drawn again.

    `name` is the one under which charts find its curves.
    """
    data = {"name": name, "address": feed.address, "stage": stage}
    _live(key=f"live.{name}", data=data, on_stage_change=_nothing)


def _nothing() -> None:
    """Ask for the component's events."""
