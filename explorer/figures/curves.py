"""Training curves: reconstruction and KL apart, because their sum hides which of the two is moving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from explorer.figures import theme

Curve = Sequence[tuple[float, float]]

TITLES = {"reconstruction": "Reconstruction −E[log p(x|z)]", "kl": "KL(q(z|x) ‖ p(z))"}
GAP = 0.16


def training(
    curves: Mapping[str, tuple[Curve, Curve]], unit: str = "nats per image", height: int = 380
) -> go.Figure:
    """Return one panel a term, each with the training curve and the validation points against seconds of training.

    Parameters
    ----------
    curves : dict of term to (training, validation)
        Each a sequence of (seconds, value).
    """
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "xaxis": {"title": {"text": "seconds of training"}},
        "annotations": [],
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 26, "b": 8},
        "legend": {"orientation": "h", "x": 0, "y": -0.16, "yanchor": "top"},
        "uirevision": "keep",
    }
    share = (1 + GAP) / max(1, len(curves)) - GAP
    for panel, (term, (train, held_out)) in enumerate(curves.items()):
        top = 1 - panel * (share + GAP)
        axis = f"y{panel + 1}" if panel else "y"
        layout[axis.replace("y", "yaxis")] = {"domain": [max(0.0, top - share), top], "nticks": 5}
        layout["annotations"].append(_title(f"{TITLES.get(term, term)}, {unit}", top))
        traces += [_line(train, axis), _marks(held_out, axis)]
    # The time axis belongs to the lowest panel.
    layout["xaxis"]["anchor"] = f"y{len(curves)}" if len(curves) > 1 else "y"
    return go.Figure(data=traces, layout=layout)


def _title(text: str, top: float) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": top, "xanchor": "left", "yanchor": "bottom"}
    return {"text": text, "showarrow": False, "font": {"size": 13}, **place}


def _line(curve: Curve, axis: str) -> dict[str, Any]:
    line = {"color": theme.PALETTE[0], "width": 2}
    return _trace(curve, axis, "training") | {"mode": "lines", "line": line}


def _marks(curve: Curve, axis: str) -> dict[str, Any]:
    marker = {"color": theme.PALETTE[6], "size": 7, "symbol": "diamond"}
    return _trace(curve, axis, "validation") | {"mode": "markers", "marker": marker}


def _trace(curve: Curve, axis: str, name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [seconds for seconds, _ in curve],
        "y": [value for _, value in curve],
        "yaxis": axis,
        "name": name,
        "showlegend": axis == "y",
    }
