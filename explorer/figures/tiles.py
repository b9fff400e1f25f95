"""Many small images as one picture with axes: the decoded grid, and strips of images under one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.pixels import Picture, data_uri, picture

Images = NDArray[np.float32]


def spaced(images: Images) -> Images:
    """Return images [..., H, W] with a black pixel around each where they are so small that they would run together."""
    small = images.shape[-1] <= 16
    return np.pad(images, [(0, 0)] * (images.ndim - 2) + [(1, 1)] * 2) if small else images


def decoded_grid(
    tiled: Images,
    columns: NDArray[np.float32],
    rows: NDArray[np.float32],
    axis_titles: tuple[str, str],
    height: int = 480,
) -> go.Figure:
    """Return tiled decodes [C, R*H, Cc*W], whose top row belongs to `rows[0]`, with the coordinates as tick labels."""
    count_y, count_x = len(rows), len(columns)
    figure = _framed(picture(tiled, size=900), count_x, count_y)
    across, up = np.meshgrid(np.arange(count_x) + 0.5, count_y - np.arange(count_y) - 0.5)
    words = [f"({x:.2f}, {y:.2f})" for y in rows for x in columns]
    figure.add_trace(
        go.Scatter(
            x=across.ravel(),
            y=up.ravel(),
            mode="markers",
            marker={"size": 12, "opacity": 0},
            text=words,
            hovertemplate="%{text}<extra></extra>",
        )
    )
    _ticks(figure.update_xaxes, np.arange(count_x) + 0.5, columns, axis_titles[0])
    _ticks(figure.update_yaxes, count_y - np.arange(count_y) - 0.5, rows, axis_titles[1])
    figure.update_layout(height=height)
    return figure


def strip(
    named_rows: dict[str, Images], labels: Sequence[str], columns: int = 0, row_height: int = 60
) -> go.Figure:
    """Return rows of images [N, C, H, W] under one another, a name beside each row and a label under each column.

    `columns` leaves room for more images than there are, so that a few are not drawn huge.
    """
    rows = [np.concatenate(list(spaced(images)), axis=2) for images in named_rows.values()]
    tiled = np.concatenate(rows, axis=1)
    count_x, count_y = len(labels), len(named_rows)
    figure = _framed(picture(tiled, size=120 * count_y), count_x, count_y)
    figure.update_xaxes(
        range=[0, max(count_x, columns)],
        tickvals=np.arange(count_x) + 0.5,
        ticktext=list(labels),
        tickangle=0,
        automargin=True,
    )
    figure.update_yaxes(
        tickvals=count_y - np.arange(count_y) - 0.5, ticktext=list(named_rows), automargin=True, domain=[0, 1]
    )
    figure.update_layout(height=row_height * count_y + 24, margin={"l": 2, "r": 2, "t": 2, "b": 22})
    return figure


def _framed(pixels: Picture, count_x: int, count_y: int) -> go.Figure:
    figure = go.Figure()
    figure.add_layout_image(
        source=data_uri(pixels),
        xref="x",
        yref="y",
        x=0,
        y=count_y,
        sizex=count_x,
        sizey=count_y,
        sizing="stretch",
        layer="below",
    )
    bare = {"showgrid": False, "zeroline": False, "fixedrange": True, "constrain": "domain", "ticks": ""}
    figure.update_yaxes(constraintoward="top")
    figure.update_xaxes(range=[0, count_x], **bare)
    figure.update_yaxes(range=[0, count_y], scaleanchor="x", scaleratio=1, **bare)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False, hovermode="closest")
    return figure


def _ticks(update: object, places: NDArray[Any], values: NDArray[np.float32], title: str) -> None:
    step = max(1, round(len(values) / 7))
    chosen = range(step // 2, len(values), step)
    update(  # type: ignore[operator]
        tickvals=[float(places[i]) for i in chosen],
        ticktext=[f"{values[i]:.1f}" for i in chosen],
        title={"text": title, "standoff": 4},
    )
