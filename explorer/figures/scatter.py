"""Codes as points: the map of a run under way.

Figures are put together as plain dicts and checked once at the end: growing a Plotly figure call by call is some
thirty times slower, which a slider's round trip would feel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures import theme

Points = NDArray[np.float32]
Labels = NDArray[np.int64]


def forming(
    points: Points, labels: Labels | None, axis_titles: tuple[str, str], height: int = 380
) -> go.Figure:
    """Return the map of a run under way: the same colours and names, nothing to click."""
    layout = _equal_axes(axis_titles, height)
    if labels is not None:
        layout["annotations"] = _class_names(points, labels)
    return go.Figure(data=[_dots(points, labels, 5, 0.75)], layout=layout)


def _class_names(points: Points, labels: Labels) -> list[dict[str, Any]]:
    found = np.unique(labels).tolist()
    return [_named(str(label), np.median(points[labels == label], axis=0)) for label in found]


def _named(name: str, place: Points) -> dict[str, Any]:
    x, y = (float(value) for value in place)
    return {"x": x, "y": y, "text": f"<b>{name}</b>", "showarrow": False, "font": theme.LABEL_FONT}


def _dots(points: Points, labels: Labels | None, size: float, opacity: float) -> dict[str, Any]:
    marker: dict[str, Any] = {"size": size, "opacity": opacity, "color": theme.UNLABELLED}
    if labels is not None:
        scale = [(i / (len(theme.PALETTE) - 1), colour) for i, colour in enumerate(theme.PALETTE)]
        places = labels % len(theme.PALETTE)
        marker |= {"color": places, "colorscale": scale, "cmin": 0, "cmax": len(theme.PALETTE) - 1}
    return {"type": "scatter", "x": points[:, 0], "y": points[:, 1], "mode": "markers", "marker": marker}


def _equal_axes(titles: tuple[str, str], height: int) -> dict[str, Any]:
    plain = {"zeroline": True, "zerolinewidth": 1, "showgrid": False}
    return {
        "xaxis": {"title": {"text": titles[0], "standoff": 4}, **plain},
        "yaxis": {"title": {"text": titles[1], "standoff": 4}, "scaleanchor": "x", "scaleratio": 1, **plain},
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "uirevision": "keep",
    }
