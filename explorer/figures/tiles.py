"""Many small images as one picture with axes: the decoded grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.pixels import Picture, data_uri, picture

Images = NDArray[np.float32]

SMALL = 16


def spaced(images: Images) -> Images:
    """Return images [..., H, W] with a black pixel around each where they are so small that they would run together."""
    if images.shape[-1] > SMALL:
        return images
    return np.pad(images, [(0, 0)] * (images.ndim - 2) + [(1, 1)] * 2)


def decoded_grid(
    tiled: Images,
    columns: NDArray[np.float32],
    rows: NDArray[np.float32],
    axis_titles: tuple[str, str],
    height: int = 480,
) -> go.Figure:
    """Return tiled decodes [C, R*H, Cc*W], whose top row belongs to `rows[0]`, with the coordinates as tick labels."""
    across, up = np.arange(len(columns)) + 0.5, len(rows) - np.arange(len(rows)) - 0.5
    layout = _framed(picture(tiled, size=900), len(columns), len(rows), height)
    layout["xaxis"] |= _ticks(across, columns, axis_titles[0])
    layout["yaxis"] |= _ticks(up, rows, axis_titles[1])
    grid_x, grid_y = np.meshgrid(across, up)
    places = {
        "type": "scatter",
        "x": grid_x.ravel(),
        "y": grid_y.ravel(),
        "mode": "markers",
        "marker": {"size": 12, "opacity": 0},
        "text": [f"({x:.2f}, {y:.2f})" for y in rows for x in columns],
        "hovertemplate": "%{text}<extra></extra>",
    }
    return go.Figure(data=[places], layout=layout)


def _framed(pixels: Picture, count_x: int, count_y: int, height: int) -> dict[str, Any]:
    bare = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "constrain": "domain",
        "ticks": "",
    }
    image = {
        "source": data_uri(pixels),
        "xref": "x",
        "yref": "y",
        "x": 0,
        "y": count_y,
        "sizex": count_x,
        "sizey": count_y,
        "sizing": "stretch",
        "layer": "below",
    }
    return {
        "images": [image],
        "xaxis": {"range": [0, count_x], **bare},
        "yaxis": {
            "range": [0, count_y],
            "scaleanchor": "x",
            "scaleratio": 1,
            "constraintoward": "top",
            **bare,
        },
        "height": height,
        # Margins that the page works out itself have it lay the chart out twice.
        "margin": {"l": 52, "r": 8, "t": 8, "b": 44, "autoexpand": False},
        "showlegend": False,
        "hovermode": "closest",
    }


def _ticks(places: NDArray[Any], values: NDArray[np.float32], title: str) -> dict[str, Any]:
    step = max(1, round(len(values) / 7))
    chosen = range(step // 2, len(values), step)
    return {
        "tickvals": [float(places[i]) for i in chosen],
        "ticktext": [f"{values[i]:.1f}".replace("-", "−") for i in chosen],
        "title": {"text": title, "standoff": 4},
    }
