"""Many small images as one picture with axes: the decoded grid, as SVG, so that a page needs no chart for it."""

from __future__ import annotations

import base64
from html import escape

import numpy as np
from numpy.typing import NDArray

from explorer.figures.pixels import data_uri, picture
from explorer.figures.theme import QUIET

Images = NDArray[np.float32]

SMALL = 16
LEFT, TOP, BELOW = 52, 8, 44
"""Room around the grid for ticks and titles, in pixels."""
TICKS = 7


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
) -> str:
    """Return tiled decodes [C, R*H, Cc*W] as a data address, the coordinates beside them; the top row is `rows[0]`."""
    side = (height - TOP - BELOW) / len(rows)
    wide, high = side * len(columns), side * len(rows)
    pixels = picture(tiled, size=round(2 * high))
    place = f'x="{LEFT}" y="{TOP}" width="{wide:g}" height="{high:g}" preserveAspectRatio="none"'
    parts = [f'<image {place} href="{data_uri(pixels)}"/>']
    foot = TOP + high + 16
    for i in _ticked(len(columns)):
        parts.append(f'<text x="{LEFT + (i + 0.5) * side:g}" y="{foot:g}">{_number(columns[i])}</text>')
    for i in _ticked(len(rows)):
        at = f'x="{LEFT - 8}" y="{TOP + (i + 0.5) * side + 4:g}" text-anchor="end"'
        parts.append(f"<text {at}>{_number(rows[i])}</text>")
    middle = TOP + high / 2
    parts.append(f'<text x="{LEFT + wide / 2:g}" y="{foot + 19:g}">{escape(axis_titles[0])}</text>')
    parts.append(
        f'<text x="14" y="{middle:g}" transform="rotate(-90 14 {middle:g})">{escape(axis_titles[1])}</text>'
    )
    right = LEFT + wide + 8
    size = f'width="{right:g}" height="{height}" viewBox="0 0 {right:g} {height}"'
    font = f'font-family="sans-serif" font-size="12.5" text-anchor="middle" fill="{QUIET}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>{"".join(parts)}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _ticked(count: int) -> range:
    step = max(1, round(count / TICKS))
    return range(step // 2, count, step)


def _number(value: np.float32) -> str:
    return f"{value:.1f}".replace("-", "−")
