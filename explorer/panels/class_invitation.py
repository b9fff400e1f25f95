"""How a class finds its room, by the address that the teacher's browser used."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from explorer import state
from explorer.components import invitation

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
ADDRESS = "classroom"


def link(code: str) -> str:
    """Return a room's address as the browser's own address has it."""
    here = urlsplit(st.context.url or "")
    place = f"{here.scheme}://{here.netloc}" if here.netloc else ""
    return f"{place}{here.path.rpartition('/')[0]}/{ADDRESS}?room={code}"


def draw(code: str) -> None:
    """Draw a room's code, its link and its QR code, to be read from the last row."""
    address = link(code)
    invitation.draw(code, address, state.presenting())
    if urlsplit(address).hostname in THIS_MACHINE:
        st.caption(
            "Only this machine knows that address. For others, start the server with "
            "`--server.address 0.0.0.0` and open this page by the machine's name."
        )
