"""A sweep's two plots: rate against distortion, and disentanglement against the swept value and reconstruction.

Rate R is the KL, distortion D the reconstruction, both in nats per image; -ELBO = R + D, so that all models on a line
of slope -1 have the same ELBO: Alemi et al. (2018), "Fixing a Broken ELBO", section 3. Disentanglement is the mutual
information gap of Chen et al. (2018), "Isolating Sources of Disentanglement in Variational Autoencoders", section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from vae_core.models import MODELS
from vae_core.sweep import svg
from vae_core.sweep.svg import Panel, Point
from vae_core.sweep.table import Row, Table, write_whole

RATE, DISTORTION = "Rate: KL, nats per image", "Distortion: reconstruction, nats per image"
GAP = "Mutual information gap (MIG), 0 to 1"
SYMBOLS = {
    "beta": "β",
    "gamma": "γ",
    "capacity": "C",
    "alpha": "α",
    "lambda_mmd": "λ",
    "gamma_tc": "γ",
    "samples": "K",
}
LEFT = 84.0
"""Where panels and words begin."""
APART = 7.0
"""Pixels between dots of families at the same value."""
Where = Callable[[float, Mapping[str, float]], Point]
"""Where a dot belongs, from the swept value and the measures."""


def write_plots(table: Table, folder: Path, title: str) -> list[Path]:
    """Write the plots that a table has the measures for, and return their paths; ConfigError if that can't be done.

    ``rate_distortion.svg`` needs a rate, ``disentanglement.svg`` known factors.
    """
    plots = {
        "rate_distortion": rate_distortion(table, title),
        "disentanglement": disentanglement(table, title),
    }
    return [write_whole(folder / f"{name}.svg", plot) for name, plot in plots.items() if plot is not None]


def rate_distortion(table: Table, title: str) -> str | None:
    """Return each run as a dot in the plane of rate and distortion, and lines of equal ELBO; None without a rate."""
    part = table.having("kl", "reconstruction")
    if not part.rows:
        return None
    head, top = _head(part, title, 560)
    rates, distortions = ([row.measures[name] for row in part.rows] for name in ("kl", "reconstruction"))
    x, y = svg.linear_axis(RATE, [*rates, 0.0], low=0.0), svg.linear_axis(DISTORTION, distortions)
    panel = Panel(x, y, left=LEFT, top=top, width=560, height=380)
    totals = svg.round_ticks(x.low + y.low, x.high + y.high, about=9)
    parts = [
        head,
        *(panel.antidiagonal(total, f"ELBO {0 - total:g}".replace("-", "−")) for total in totals),
        panel.frame(),
        *_series(part, panel, _measures("kl", "reconstruction"), named=True),
    ]
    return svg.document(690, round(top) + 444, f"Rate and distortion. {title}", parts)


def disentanglement(table: Table, title: str) -> str | None:
    """Return the MIG of each run against the swept value, and against reconstruction; None without known factors."""
    part = table.having("mig", "reconstruction")
    if not part.rows:
        return None
    head, top = _head(part, title, 916)
    y = svg.linear_axis(GAP, [0.0, 0.1, *(row.measures["mig"] for row in part.rows)], low=0.0)
    swept = svg.value_axis(_words(table.vary), [row.value for row in part.rows])
    spoilt = svg.linear_axis(DISTORTION, [row.measures["reconstruction"] for row in part.rows])
    left = Panel(swept, y, left=LEFT, top=top, width=400, height=340)
    right = Panel(spoilt, y, left=LEFT + 516, top=top, width=400, height=340)
    parts = [
        head,
        left.frame(),
        *_series(part, left, lambda value, measures: (value, measures["mig"]), apart=True),
        right.frame(),
        *_series(part, right, _measures("reconstruction", "mig"), named=True),
    ]
    return svg.document(1040, round(top) + 404, f"Disentanglement. {title}", parts)


def _series(
    table: Table, panel: Panel, where: Where, *, named: bool = False, apart: bool = False
) -> Iterator[str]:
    """Yield each family's curve through its medians and its dots, and the values beside the medians if `named`."""
    families = _families(table)
    dots: list[Point] = []
    names: list[tuple[str, Point]] = []
    for k, family in enumerate(families):
        style, aside = _style(family), APART * (k - (len(families) - 1) / 2) if apart else 0.0
        groups = [group for group in table.groups() if group.family == family]
        medians = [where(group.value, group.medians()) for group in groups]
        yield panel.curve(medians, style, aside)
        for row in table.rows:
            if row.family == family:
                dots.append(where(row.value, row.measures))
                yield panel.dot(dots[-1], style, f"{row.run}: {_about(row)}", aside)
        words = [f"{SYMBOLS.get(table.vary, table.vary)} = {group.value:g}" for group in groups]
        names += zip(words, map(panel.place, medians), strict=True)
    if named:
        yield svg.labels(names, [panel.place(dot) for dot in dots], panel)


def _measures(across: str, up: str) -> Where:
    return lambda value, measures: (measures[across], measures[up])


def _head(table: Table, title: str, width: float) -> tuple[str, float]:
    """Return the title and the legend, and where the panels begin."""
    several = any(group.seeds > 1 for group in table.groups())
    words = f"{title}; {'a dot a seed, curves through medians' if several else 'one seed'}"
    entries = [(_style(family), MODELS[family].title) for family in _families(table)]
    legend, height = svg.legend(entries, (LEFT, 52), width)
    return svg.text(words, (LEFT, 28)) + legend, 54 + height


def _families(table: Table) -> list[str]:
    return list(dict.fromkeys(row.family for row in table.rows))


def _style(family: str) -> int:
    return list(MODELS).index(family) % len(svg.COLOURS)


def _words(vary: str) -> str:
    return f"{SYMBOLS[vary]} ({vary})" if vary in SYMBOLS else vary


def _about(row: Row) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in row.measures.items())
