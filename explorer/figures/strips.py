"""Rows of small images under one another, as one SVG picture: no chart to load, and sharp at every size."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from explorer.figures.pixels import data_uri, picture
from explorer.figures.theme import QUIET
from explorer.figures.tiles import spaced

Images = NDArray[np.float32]

LETTER, LINE = 7.2, 22
"""Width of a letter and height of the line of labels, in pixels."""


def strip(named_rows: dict[str, Images], labels: Sequence[str], side: int = 60) -> str:
    """Return rows of images [N, C, H, W] as a data address, a name beside each row and a label under each column.

    An image is `side` pixels wide, less where the page has no room.
    """
    rows = [np.concatenate(list(spaced(images)), axis=2) for images in named_rows.values()]
    pixels = picture(np.concatenate(rows, axis=1), size=2 * side * len(rows))
    height = round(side * pixels.shape[0] / pixels.shape[1] * len(labels) / len(rows))
    left = max(map(len, named_rows)) * LETTER + (8 if any(named_rows) else 0)
    wide, high = len(labels) * side, len(rows) * height
    below = LINE if any(labels) else 0
    parts = [
        f'<image x="{left:g}" width="{wide}" height="{high}" preserveAspectRatio="none" href="{data_uri(pixels)}"/>'
    ]
    parts += [
        f'<text x="{left - 8:g}" y="{(row + 0.5) * height + 4:g}" text-anchor="end">{escape(name)}</text>'
        for row, name in enumerate(named_rows)
        if name
    ]
    parts += [
        f'<text x="{left + (place + 0.5) * side:g}" y="{high + 16}" text-anchor="middle">{escape(label)}</text>'
        for place, label in enumerate(labels)
        if label
    ]
    size = f'width="{left + wide:g}" height="{high + below}" viewBox="0 0 {left + wide:g} {high + below}"'
    font = f'font-family="sans-serif" font-size="12.5" fill="{QUIET}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>{"".join(parts)}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
