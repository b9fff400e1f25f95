"""Training curves on a page: given ones, or those of a run that the page follows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.figures import theme
from explorer.figures.curves import Line, Panel
from vae_core import web

_curves = st.components.v2.component(
    "latent_explorer.curves",
    js=web.script("curves.js") + Path(__file__).with_name("curves_host.js").read_text("utf-8"),
)


def draw(panels: Sequence[Panel], key: str) -> None:
    """Draw curves that stay as they are."""
    told = [
        {"title": title, "lines": [_told(line) | {"points": _flat(line).tolist()} for line in lines]}
        for title, lines in panels
    ]
    _curves(key=key, data={"mark": theme.ACCENT, "content": {"panels": told}})


def draw_live(name: str, key: str) -> None:
    """Draw the curves of the run of that name, as they come."""
    _curves(key=key, data={"mark": theme.ACCENT, "name": name})


def packed(
    panels: Sequence[Panel], changes: Sequence[tuple[float, str]] = ()
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what a page that follows a run needs of its curves: JSON-ready words, and arrays.

    `changes` are settings that were changed on the way, by their seconds: marked in every panel.
    """
    arrays: dict[str, NDArray[Any]] = {}
    told = []
    for n, (title, lines) in enumerate(panels):
        told.append({"title": title, "lines": [_told(line) for line in lines]})
        arrays |= {f"{n}.{k}": _flat(line) for k, line in enumerate(lines)}
    return {"panels": told, "changes": list(changes)}, arrays


def _told(line: Line) -> dict[str, Any]:
    return {"name": line.name, "colour": line.colour, "marks": line.marks}


def _flat(line: Line) -> NDArray[np.float32]:
    return np.asarray(line.points, np.float32).ravel()
