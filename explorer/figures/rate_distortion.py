"""Rate against distortion: where a model spends its nats, beside others of the same data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from explorer.figures import theme

Point = tuple[str, float, float]
"""A model's name, rate (KL) and distortion (reconstruction), in nats per image."""


def plane(points: Sequence[Point], chosen: str, height: int = 340) -> go.Figure:
    """Return the plane of Alemi et al. (2018), "Fixing a Broken ELBO", with lines of equal ELBO = -(R + D)."""
    rates, distortions = (np.array([point[k] for point in points]) for k in (1, 2))
    across = np.array([0.0, max(1.0, 1.15 * float(rates.max()))])
    traces = [
        go.Scatter(
            x=across,
            y=total - across,
            mode="lines",
            line={"color": theme.QUIET, "width": 1, "dash": "dot"},
            hoverinfo="skip",
            showlegend=False,
        )
        for total in np.unique(np.round(rates + distortions))
    ]
    for name, rate, distortion in points:
        own = name == chosen
        traces.append(
            go.Scatter(
                x=[rate],
                y=[distortion],
                mode="markers+text",
                text=[name],
                textposition="top right" if rate < 0.7 * across[1] else "top left",
                marker={"size": 13 if own else 9, "color": theme.ACCENT if own else theme.PALETTE[0]},
                hovertemplate=f"{name}<br>rate %{{x:.1f}}, distortion %{{y:.1f}}<extra></extra>",
                showlegend=False,
            )
        )
    room = 0.12 * max(5.0, float(np.ptp(distortions)))
    return go.Figure(
        data=traces,
        layout={
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "xaxis": {"title": "Rate: KL, nats per image", "range": across.tolist()},
            "yaxis": {
                "title": "Distortion: reconstruction, nats per image",
                "range": [float(distortions.min()) - room, float(distortions.max()) + 2 * room],
            },
        },
    )
