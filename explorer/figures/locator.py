"""The small quiet map beside an image: dots of held-out codes over a picture of the plane, as SVG.

What moves on it, paths and places, is drawn over it in the page. Sizes are in hundredths of the picture's side.
"""

from __future__ import annotations

import base64
import dataclasses

import numpy as np
from numpy.typing import NDArray

from explorer.figures import theme

Points = NDArray[np.float32]
Labels = NDArray[np.int64]

LEFT, BOTTOM, SIDE = 9.0, 11.0, 90.0
"""Room for the ticks beside and below the map, and the map's own side."""
WIDTH, HEIGHT = LEFT + SIDE + 1, SIDE + BOTTOM + 1
_UNDER_TITLE = 9.5
FONT = 'font-family="sans-serif" font-size="4.6"'


@dataclasses.dataclass(frozen=True)
class Backdrop:
    """Dots, axes and names as SVG text, and the square of the plane that they show: its centre and half its side."""

    svg: str
    centre: tuple[float, float]
    half: float

    def place(self, points: Points) -> Points:
        """Return points [N, 2] of the plane as places in the picture, the second axis up; far ones at its edge."""
        unit = np.clip((points - np.asarray(self.centre)) / (2 * self.half), -0.5, 0.5)
        placed: Points = np.stack(
            [LEFT + SIDE * (0.5 + unit[:, 0]), 1 + SIDE * (0.5 - unit[:, 1])], axis=1
        ).astype(np.float32)
        return placed

    def over(self, picture: str) -> Backdrop:
        """Return this map with a picture, given as a data address, spread over its square behind the dots."""
        place = f'x="{LEFT:g}" y="1" width="{SIDE:g}" height="{SIDE:g}" preserveAspectRatio="none"'
        return dataclasses.replace(self, svg=f'<image {place} href="{picture}"/>{self.svg}')

    def picture(self) -> str:
        """Return the map as a data address of an SVG, `WIDTH` wide and `HEIGHT` high."""
        size = f"0 0 {WIDTH:g} {HEIGHT:g}"
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" {FONT}>{self.svg}</svg>'
        return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def backdrop(points: Points, labels: Labels | None, titles: tuple[str, str]) -> Backdrop:
    """Return the part of a small map that stays: points [N, 2] in their classes' colours, with equal axes."""
    low, high = (
        np.quantile(points, [0.002, 0.998], axis=0) if len(points) else (np.full(2, -3.0), np.full(2, 3.0))
    )
    centre = tuple(float(value) for value in (low + high) / 2)
    frame = Backdrop("", (centre[0], centre[1]), max(float((high - low).max()) * 0.55, 1e-3))
    colours = (
        [theme.UNLABELLED] * len(points) if labels is None else [theme.class_colour(int(i)) for i in labels]
    )
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r=".9" fill="{colour}"/>'
        for (x, y), colour in zip(frame.place(points).tolist(), colours, strict=True)
    )
    return dataclasses.replace(frame, svg=f'{_axes(frame, titles)}<g fill-opacity=".5">{dots}</g>')


def _axes(frame: Backdrop, titles: tuple[str, str]) -> str:
    step = _step(2 * frame.half)
    middle = LEFT + SIDE / 2
    parts = [
        _text(titles[0], middle, SIDE + BOTTOM, theme.QUIET),
        _text(titles[1], 1 + 1.3 * len(titles[1]), 4.6, theme.QUIET),
    ]
    for axis in (0, 1):
        first = np.ceil((frame.centre[axis] - frame.half) / step)
        last = np.floor((frame.centre[axis] + frame.half) / step)
        for value in np.arange(first, last + 1) * step:
            at = np.asarray(frame.centre, np.float32)
            at[axis] = value
            x, y = frame.place(at[None])[0].tolist()
            label = f"{value:g}".replace("-", "−")
            across, down = (x, SIDE + 5.6) if axis == 0 else (5.0, y + 1.6)
            if down > _UNDER_TITLE:
                parts.append(_text(label, across, down, theme.QUIET))
            if value == 0:
                line = f"M{x:.1f} 1v{SIDE:g}" if axis == 0 else f"M{LEFT:g} {y:.1f}h{SIDE:g}"
                parts.append(
                    f'<path d="{line}" stroke="{theme.QUIET}" stroke-opacity=".35" stroke-width=".3"/>'
                )
    return "".join(parts)


def _step(span: float) -> float:
    """Return the step of 1, 2 or 5 times a power of ten that gives four to nine ticks over `span`.

    >>> _step(7.0), _step(0.9), _step(30.0)
    (1.0, 0.2, 5.0)
    """
    power = 10.0 ** np.floor(np.log10(span / 4))
    return float(max(factor * power for factor in (1, 2, 5) if factor * power <= span / 4))


def _text(words: str, x: float, y: float, colour: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" fill="{colour}" {more}>{words}</text>'
