"""Training curves: reconstruction and KL apart, because their sum hides which of the two is moving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures import theme

Curve = Sequence[tuple[float, float]]

TITLES = {"reconstruction": "Reconstruction −E[log p(x|z)]", "kl": "KL(q(z|x) ‖ p(z))"}


def training(
    curves: Mapping[str, tuple[Curve, Curve]], unit: str = "nats per image", height: int = 380
) -> go.Figure:
    """Return one panel a term, each with the training curve and the validation points against seconds of training.

    Parameters
    ----------
    curves : dict of term to (training, validation)
        Each a sequence of (seconds, value).
    """
    titles = [f"{TITLES.get(term, term)}, {unit}" for term in curves]
    figure = make_subplots(
        rows=max(1, len(curves)), cols=1, shared_xaxes=True, vertical_spacing=0.14, subplot_titles=titles
    )
    for row, (train, held_out) in enumerate(curves.values(), start=1):
        figure.add_trace(_line(train, "training", row == 1), row=row, col=1)
        figure.add_trace(_marks(held_out, "validation", row == 1), row=row, col=1)
    figure.update_annotations(font_size=13, x=0, xanchor="left")
    figure.update_xaxes(title_text="seconds of training", row=max(1, len(curves)), col=1)
    figure.update_yaxes(nticks=5)
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 26, "b": 8},
        legend={"orientation": "h", "x": 0, "y": -0.16, "yanchor": "top"},
        uirevision="keep",
    )
    return figure


def _line(curve: Curve, name: str, listed: bool) -> go.Scatter:
    x, y = zip(*curve, strict=True) if curve else ((), ())
    return go.Scatter(
        x=x, y=y, mode="lines", name=name, showlegend=listed, line={"color": theme.PALETTE[0], "width": 2}
    )


def _marks(curve: Curve, name: str, listed: bool) -> go.Scatter:
    x, y = zip(*curve, strict=True) if curve else ((), ())
    return go.Scatter(
        x=x,
        y=y,
        mode="markers",
        name=name,
        showlegend=listed,
        marker={"color": theme.PALETTE[6], "size": 7, "symbol": "diamond"},
    )
