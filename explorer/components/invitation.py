"""A room's code, link and QR code on a page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.classroom import invitation

_invitation = st.components.v2.component(
    "latent_explorer.invitation", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def draw(code: str, link: str, is_large: bool = False) -> None:
    """Draw the invitation to a room; `link` is its whole address. `is_large` fills a projector."""
    data = {"code": invitation.told(code), "link": link, "picture": invitation.qr_svg(link)}
    _invitation(key="invitation", data=data | {"isLarge": is_large})
