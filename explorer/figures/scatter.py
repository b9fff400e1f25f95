"""Codes as points: the map, and the map of a run under way.

Figures are put together as plain dicts and checked once at the end: growing a Plotly figure call by call is some
thirty times slower, which a slider's round trip would feel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures import theme

Points = NDArray[np.float32]
Labels = NDArray[np.int64]

LEGEND = 60
FEW, MANY = 600, 2000


def latent_map(
    points: Points,
    labels: Labels | None,
    class_names: Sequence[str] | None,
    axis_titles: tuple[str, str],
    height: int = 480,
    names: NDArray[np.int64] | None = None,
) -> go.Figure:
    """Return points [N, 2] by class, with equal axes, the second axis up, and the class names at their medians.

    Every point carries its number in `names` [N] (its place, if None) as `customdata`: so a selection is read back.
    """
    known = np.arange(len(points)) if names is None else names
    size = 7 if len(points) < FEW else 5.5 if len(points) < MANY else 4.5
    groups = _groups(labels, class_names, len(points))
    traces = [
        {
            "type": "scattergl",
            "x": points[rows, 0],
            "y": points[rows, 1],
            "customdata": known[rows],
            "name": name,
            "mode": "markers",
            "marker": {
                "color": theme.class_colour(index),
                "symbol": theme.class_symbol(index),
                "size": size,
                "opacity": 0.7,
            },
            "unselected": {"marker": {"opacity": 0.12}},
            "hovertemplate": f"{name}<br>(%{{x:.2f}}, %{{y:.2f}})<extra></extra>",
        }
        for index, name, rows in groups
    ]
    layout = _equal_axes(axis_titles, height) | {
        "annotations": _class_names(points, groups) if labels is not None else [],
        "dragmode": "select",
        "showlegend": labels is not None,
        "legend": {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "itemsizing": "constant"},
    }
    layout["margin"]["t"] = LEGEND
    return go.Figure(data=traces, layout=layout)


def forming(
    points: Points, labels: Labels | None, axis_titles: tuple[str, str], height: int = 380
) -> go.Figure:
    """Return the map of a run under way: the same colours and names, nothing to click."""
    layout = _equal_axes(axis_titles, height)
    if labels is not None:
        layout["annotations"] = _class_names(points, _groups(labels, None, len(points)))
    return go.Figure(data=[_dots(points, labels, 5, 0.75)], layout=layout)


def _groups(
    labels: Labels | None, class_names: Sequence[str] | None, count: int
) -> list[tuple[int, str, NDArray[np.int64]]]:
    if labels is None:
        return [(0, "image", np.arange(count))]
    known = class_names or [str(index) for index in range(int(labels.max(initial=0)) + 1)]
    return [(index, name, np.flatnonzero(labels == index)) for index, name in enumerate(known)]


def _class_names(points: Points, groups: list[tuple[int, str, NDArray[np.int64]]]) -> list[dict[str, Any]]:
    return [_named(name, np.median(points[rows], axis=0)) for _, name, rows in groups if len(rows)]


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
