"""Codes as points: the map, the small locator beside other pages' images, and the map of a run under way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures import theme

LEGEND = 60
Points = NDArray[np.float32]
Labels = NDArray[np.int64]


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
    figure = go.Figure()
    for index, name, rows in _groups(labels, class_names, len(points)):
        figure.add_trace(
            go.Scattergl(
                x=points[rows, 0],
                y=points[rows, 1],
                customdata=known[rows],
                name=name,
                mode="markers",
                marker={
                    "color": theme.class_colour(index),
                    "symbol": theme.class_symbol(index),
                    "size": 4.5,
                    "opacity": 0.7,
                },
                unselected={"marker": {"opacity": 0.12}},
                hovertemplate=f"{name}<br>(%{{x:.2f}}, %{{y:.2f}})<extra></extra>",
            )
        )
        if labels is not None and len(rows):
            _name(figure, name, np.median(points[rows], axis=0))
    _equal_axes(figure, axis_titles, height)
    figure.update_layout(
        dragmode="select",
        margin_t=LEGEND,
        showlegend=labels is not None,
        legend={
            "orientation": "h",
            "y": 1.0,
            "yanchor": "bottom",
            "x": 0,
            "itemsizing": "constant",
            "font": {"size": 12},
        },
    )
    return figure


def locator(
    points: Points,
    labels: Labels | None,
    axis_titles: tuple[str, str],
    *,
    cursor: Points | None = None,
    path: Points | None = None,
    height: int = 280,
) -> go.Figure:
    """Return a small quiet map with one place [2], and a path [n, 2] with its ends A and B."""
    figure = go.Figure()
    colours = theme.UNLABELLED if labels is None else [theme.class_colour(int(label)) for label in labels]
    figure.add_trace(_dots(points, {"color": colours, "size": 4, "opacity": 0.45}))
    if path is not None:
        figure.add_trace(
            go.Scatter(
                x=path[:, 0],
                y=path[:, 1],
                mode="lines",
                line={"color": theme.ACCENT, "width": 2},
                hoverinfo="skip",
            )
        )
    for name, end in zip("AB", (path[0], path[-1]) if path is not None else (), strict=False):
        _name(figure, name, end)
    if cursor is not None:
        ring = {"symbol": "cross-thin", "size": 16, "line": {"color": theme.ACCENT, "width": 3}}
        figure.add_trace(_dots(cursor[None, :], ring))
    _equal_axes(figure, axis_titles, height)
    figure.update_xaxes(constrain="domain")
    figure.update_yaxes(constrain="domain", constraintoward="top")
    figure.update_layout(showlegend=False)
    return figure


def forming(
    points: Points, labels: Labels | None, axis_titles: tuple[str, str], height: int = 380
) -> go.Figure:
    """Return the map of a run under way: the same colours, nothing to click, the view kept between frames."""
    figure = go.Figure()
    colours = theme.UNLABELLED if labels is None else [theme.class_colour(int(label)) for label in labels]
    figure.add_trace(_dots(points, {"color": colours, "size": 5, "opacity": 0.75}))
    for _, name, rows in _groups(labels, None, len(points)):
        if labels is not None and len(rows):
            _name(figure, name, np.median(points[rows], axis=0))
    _equal_axes(figure, axis_titles, height)
    figure.update_layout(showlegend=False)
    return figure


def _groups(
    labels: Labels | None, class_names: Sequence[str] | None, count: int
) -> list[tuple[int, str, NDArray[np.int64]]]:
    if labels is None:
        return [(0, "image", np.arange(count))]
    known = class_names or [str(index) for index in range(int(labels.max(initial=0)) + 1)]
    return [(index, name, np.flatnonzero(labels == index)) for index, name in enumerate(known)]


def _name(figure: go.Figure, name: str, place: Points) -> None:
    x, y = (float(value) for value in place)
    figure.add_annotation(x=x, y=y, text=f"<b>{name}</b>", showarrow=False, font=theme.LABEL_FONT)


def _dots(points: Points, marker: dict[str, object]) -> go.Scatter:
    return go.Scatter(x=points[:, 0], y=points[:, 1], mode="markers", marker=marker, hoverinfo="skip")


def _equal_axes(figure: go.Figure, titles: tuple[str, str], height: int) -> None:
    plain = {"zeroline": True, "zerolinewidth": 1, "showgrid": False}
    figure.update_xaxes(title={"text": titles[0], "standoff": 4}, **plain)
    figure.update_yaxes(title={"text": titles[1], "standoff": 4}, scaleanchor="x", scaleratio=1, **plain)
    figure.update_layout(height=height, margin={"l": 8, "r": 8, "t": 8, "b": 8}, uirevision="keep")
