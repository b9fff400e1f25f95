"""How many images each class has, as bars in one picture."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from explorer.figures.theme import QUIET, class_colour

MOST_BARS = 20
LINE, WIDE, LETTER = 24, 320, 7.4
"""Height of a bar's line and width of the longest bar, in pixels; width of a letter."""


def bars(names: Sequence[str], counts: Sequence[int]) -> str:
    """Return a bar for each class, in its colour on the map, as a data address; of many classes the first ones.

    >>> bars(["cat", "dog"], [3, 4])[:26]
    'data:image/svg+xml;base64,'
    """
    shown = list(zip(names, counts, strict=True))[:MOST_BARS]
    left = round(max(len(name) for name, _ in shown) * LETTER) + 10
    most = max(1, *counts)
    parts = []
    for row, (name, count) in enumerate(shown):
        foot = row * LINE + 16
        wide = max(1, round(WIDE * count / most))
        parts += [
            f'<text x="{left - 8}" y="{foot}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{left}" y="{foot - 12}" width="{wide}" height="16" rx="2" fill="{class_colour(row)}"/>',
            f'<text x="{left + wide + 6}" y="{foot}">{count:,}</text>',
        ]
    size = f'width="{left + WIDE + 70}" height="{len(shown) * LINE}"'
    font = f'font-family="sans-serif" font-size="12.5" fill="{QUIET}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>{"".join(parts)}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
