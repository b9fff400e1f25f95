"""Training curves: each term in a panel of its own, because their sum hides which of them is moving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from explorer.figures import theme

Curve = Sequence[tuple[float, float]]

TITLES = {
    "reconstruction": "Reconstruction −E[log p(x|z)]",
    "kl": "KL(q(z|x) ‖ p(z))",
    "loss": "Objective",
    "elbo": "ELBO, whatever β: −reconstruction − KL",
}
COLUMNS = 2
ACROSS, DOWN = 0.07, 0.2
"""Room between the panels, as shares of the figure."""


def training(
    curves: Mapping[str, tuple[Curve, Curve]],
    changes: Sequence[tuple[float, str]] = (),
    unit: str = "nats per image",
    height: int = 420,
) -> go.Figure:
    """Return one panel a term, each with the training curve and the validation points against seconds of training.

    Parameters
    ----------
    curves : dict of term to (training, validation)
        Each a sequence of (seconds, value).
    changes : sequence of (seconds, words)
        Settings that were changed on the way, marked in every panel.
    """
    traces: list[dict[str, Any]] = []
    layout = _layout(height)
    for panel, (term, (train, held_out)) in enumerate(curves.items()):
        number = _add_panel(layout, panel, len(curves), f"{TITLES.get(term, term)}, {unit}")
        layout["shapes"] += [_mark(seconds, number) for seconds, _ in changes]
        layout["annotations"] += [_told(seconds, words, number) for seconds, words in changes]
        traces += [_line(train, number), _marks(held_out, number)]
    return go.Figure(data=traces, layout=layout)


def side_by_side(
    curves: Mapping[str, Mapping[str, Curve]], unit: str = "nats per image", height: int = 240
) -> go.Figure:
    """Return one panel a term, each with a line for every model that has it, against seconds of all their training."""
    traces: list[dict[str, Any]] = []
    layout = _layout(height)
    names = list(dict.fromkeys(name for lines in curves.values() for name in lines))
    for panel, (term, lines) in enumerate(curves.items()):
        number = _add_panel(layout, panel, len(curves), f"{TITLES.get(term, term)}, {unit}")
        for name, curve in lines.items():
            line = {"color": theme.class_colour(names.index(name)), "width": 2}
            told = {"name": name, "legendgroup": name, "showlegend": not panel, "mode": "lines", "line": line}
            traces.append(_trace(curve, number, name) | told)
    return go.Figure(data=traces, layout=layout)


def _layout(height: int) -> dict[str, Any]:
    return {
        "annotations": [],
        "shapes": [],
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 26, "b": 8},
        "legend": {"orientation": "h", "x": 0, "y": -0.14, "yanchor": "top"},
        "uirevision": "keep",
    }


def _add_panel(layout: dict[str, Any], panel: int, count: int, title: str) -> str:
    """Add the axes and the title of one of `count` panels; return the number by which traces name its axes."""
    number = str(panel + 1) if panel else ""
    rows = -(-count // COLUMNS)
    across = _share(panel % COLUMNS, min(COLUMNS, count), ACROSS)
    down = _share(rows - 1 - panel // COLUMNS, rows, DOWN)
    layout[f"xaxis{number}"] = {"domain": across, "anchor": f"y{number}", "matches": "x", "ticksuffix": " s"}
    layout[f"yaxis{number}"] = {"domain": down, "anchor": f"x{number}", "nticks": 5}
    layout["annotations"].append(_title(title, across[0], down[1]))
    return number


def _share(place: int, count: int, gap: float) -> list[float]:
    """Return from where to where the `place`-th of `count` equal parts reaches, with gaps between."""
    size = (1 + gap) / count - gap
    return [place * (size + gap), min(1.0, place * (size + gap) + size)]


def _title(text: str, left: float, top: float) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "paper", "x": left, "y": top, "xanchor": "left", "yanchor": "bottom"}
    return {"text": text, "showarrow": False, "font": {"size": 13}, **place}


def _mark(seconds: float, number: str) -> dict[str, Any]:
    axes = {"xref": f"x{number}", "yref": f"y{number} domain"}
    line = {"color": theme.ACCENT, "width": 1.5, "dash": "dot"}
    return {"type": "line", "x0": seconds, "x1": seconds, "y0": 0, "y1": 1, "line": line, **axes}


def _told(seconds: float, words: str, number: str) -> dict[str, Any]:
    axes = {"xref": f"x{number}", "yref": f"y{number} domain"}
    place = {"x": seconds, "y": 1, "xanchor": "left", "yanchor": "top", **axes}
    return {"text": words, "showarrow": False, "font": {"size": 12, "color": theme.ACCENT}, **place}


def _line(curve: Curve, number: str) -> dict[str, Any]:
    line = {"color": theme.PALETTE[0], "width": 2}
    return _trace(curve, number, "training") | {"mode": "lines", "line": line}


def _marks(curve: Curve, number: str) -> dict[str, Any]:
    marker = {"color": theme.PALETTE[6], "size": 7, "symbol": "diamond"}
    return _trace(curve, number, "validation") | {"mode": "markers", "marker": marker}


def _trace(curve: Curve, number: str, name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [seconds for seconds, _ in curve],
        "y": [value for _, value in curve],
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
        "name": name,
        "legendgroup": name,
        "showlegend": not number,
    }
