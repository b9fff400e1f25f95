"""Plots as SVG text: panels with axes, dots, curves and a legend, readable in print and without colour.

Everything is in the units of the data until a panel turns it into those of the picture, one unit a pixel.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from html import escape

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""
# Okabe & Ito (2008), "Color Universal Design": told apart under all kinds of colour blindness. Each has a marker and a
# dash of its own, so that no one needs the colours.
COLOURS = ("#0072b2", "#cc79a7", "#009e73", "#d55e00", "#e69f00", "#56b4e9", "#000000")
MARKERS = ("circle", "square", "triangle", "diamond", "down", "cross", "bar")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2", "12 4")
INK, QUIET, GRID = "#222222", "#666666", "#bbbbbb"
FONT = 13
RADIUS = 4.5
ABOUT_TICKS = 6


@dataclasses.dataclass(frozen=True)
class Axis:
    """One axis: its title with the unit, its ends, whether it is logarithmic, and its ticks with their labels."""

    title: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def share(self, value: float) -> float:
        """Return where a value lies, 0 at the low end and 1 at the high one."""
        low, high, at = (
            (map(math.log, (self.low, self.high, value))) if self.log else (self.low, self.high, value)
        )
        return (at - low) / (high - low)


@dataclasses.dataclass(frozen=True)
class Panel:
    """A rectangle of the picture with two axes; `left`, `top`, `width`, `height` are of the area inside them."""

    x: Axis
    y: Axis
    left: float
    top: float
    width: float
    height: float

    def place(self, point: Point) -> Point:
        """Return a point of the data in the picture."""
        x, y = point
        return self.left + self.width * self.x.share(x), self.top + self.height * (1 - self.y.share(y))

    def frame(self) -> str:
        """Return the axes with ticks and titles."""
        bottom, middle = self.top + self.height, self.top + self.height / 2
        parts = [
            f'<path d="M{_n(self.left)} {_n(self.top)}V{_n(bottom)}h{_n(self.width)}" fill="none" stroke="{INK}"/>'
        ]
        for value, label in self.x.ticks:
            x = self.left + self.width * self.x.share(value)
            parts.append(f'<path d="M{_n(x)} {_n(bottom)}v5" stroke="{INK}"/>')
            parts.append(text(label, (x, bottom + 20), anchor="middle"))
        for value, label in self.y.ticks:
            y = self.top + self.height * (1 - self.y.share(value))
            parts.append(f'<path d="M{_n(self.left)} {_n(y)}h-5" stroke="{INK}"/>')
            parts.append(text(label, (self.left - 9, y + 4.5), anchor="end"))
        parts.append(text(self.x.title, (self.left + self.width / 2, bottom + 42), anchor="middle"))
        parts.append(text(self.y.title, (self.left - 50, middle), anchor="middle", turn=-90))
        return "".join(parts)

    def curve(self, points: Sequence[Point], style: int, aside: float = 0.0) -> str:
        """Return straight lines from point to point in a style's colour and dash, moved aside by so many pixels."""
        places = " ".join(f"{_n(x + aside)},{_n(y)}" for x, y in map(self.place, points))
        dash = f' stroke-dasharray="{DASHES[style]}"' if DASHES[style] else ""
        return f'<polyline points="{places}" fill="none" stroke="{COLOURS[style]}" stroke-width="1.6"{dash}/>'

    def dot(self, point: Point, style: int, title: str = "", aside: float = 0.0) -> str:
        """Return a style's marker at a point, moved aside by so many pixels; `title` shows under the pointer."""
        x, y = self.place(point)
        return marker((x + aside, y), style, title)

    def antidiagonal(self, total: float, label: str) -> str:
        """Return the line x + y = total, as far as it is inside, with its label along its lower end."""
        left, right = max(self.x.low, total - self.y.high), min(self.x.high, total - self.y.low)
        if left >= right:
            return ""
        (x1, y1), (x2, y2) = self.place((left, total - left)), self.place((right, total - right))
        line = f'<path d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}" stroke="{GRID}" stroke-dasharray="3 4"/>'
        length, angle = math.hypot(x2 - x1, y2 - y1), math.atan2(y2 - y1, x2 - x1)
        if length < 7.5 * len(label) + 24:
            return line
        # Just above the line, a little before its end.
        at = x2 - 8 * math.cos(angle) + 5 * math.sin(angle), y2 - 8 * math.sin(angle) - 5 * math.cos(angle)
        return line + text(label, at, anchor="end", turn=math.degrees(angle), colour=QUIET, size=FONT - 2)


def marker(place: Point, style: int, title: str = "") -> str:
    """Return a style's marker at a place of the picture."""
    x, y = place
    r = RADIUS
    shapes = {
        "circle": f"M{_n(x - r)} {_n(y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z",
        "square": f"M{_n(x - r + 0.5)} {_n(y - r + 0.5)}h{2 * r - 1}v{2 * r - 1}h{1 - 2 * r}z",
        "triangle": f"M{_n(x)} {_n(y - r - 1)}l{r + 1} {2 * r}h{-2 * r - 2}z",
        "diamond": f"M{_n(x)} {_n(y - r - 1)}l{r + 1} {r + 1}l{-r - 1} {r + 1}l{-r - 1} {-r - 1}z",
        "down": f"M{_n(x)} {_n(y + r + 1)}l{r + 1} {-2 * r}h{-2 * r - 2}z",
        "cross": f"M{_n(x - 1.5)} {_n(y - r)}h3v3h3v3h-3v3h-3v-3h-3v-3h3z",
        "bar": f"M{_n(x - r)} {_n(y - 1.5)}h{2 * r}v3h{-2 * r}z",
    }
    inside = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<path class="dot" d="{shapes[MARKERS[style]]}" fill="{COLOURS[style]}" fill-opacity="0.8" stroke="white" '
        f'stroke-width="0.8">{inside}</path>'
    )


def text(
    words: str, place: Point, *, anchor: str = "start", turn: float = 0.0, colour: str = INK, size: int = FONT
) -> str:
    """Return words at a place of the picture, turned clockwise by so many degrees, with a rim of white."""
    x, y = place
    turned = f' transform="rotate({_n(turn)} {_n(x)} {_n(y)})"' if turn else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" font-size="{size}" fill="{colour}" stroke="white" '
        f'stroke-width="3" paint-order="stroke"{turned}>{escape(words)}</text>'
    )


def labels(wanted: Sequence[tuple[str, Point]], dots: Sequence[Point], panel: Panel) -> str:
    """Return words beside their places, each on a side where it covers no dot, no other word and no axis.

    Words for which there is no such side are left out.
    """
    taken = [(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS) for x, y in dots]
    parts = []
    for words, (x, y) in wanted:
        for dy, dx in ((-8.0, 8.0), (17.0, -8.0), (17.0, 8.0), (-8.0, -8.0)):
            box = _box(words, (x + dx, y + dy), dx > 0)
            inside = box[0] > panel.left + 2 and box[3] < panel.top + panel.height
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                anchor = "start" if dx > 0 else "end"
                parts.append(text(words, (x + dx, y + dy), anchor=anchor, size=FONT - 1))
                break
    return "".join(parts)


def legend(entries: Sequence[tuple[int, str]], place: Point, width: float) -> tuple[str, float]:
    """Return one entry (style, words) beside the other, each with its line and marker, and the height of all lines."""
    (left, y), parts = place, []
    x = left
    for style, words in entries:
        wide = 41 + 7.5 * len(words) + 22
        if x > left and x + wide > left + width:
            x, y = left, y + 22
        dash = f' stroke-dasharray="{DASHES[style]}"' if DASHES[style] else ""
        parts.append(
            f'<path d="M{_n(x)} {_n(y)}h34" stroke="{COLOURS[style]}" stroke-width="1.6"{dash}/>'
            + marker((x + 17, y), style)
            + text(words, (x + 41, y + 4.5))
        )
        x += wide
    return "".join(parts), y - place[1] + 22


def document(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    """Return a whole SVG file on white, whose title is read aloud."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" role="img"><title>{escape(title)}</title>'
    )
    return "\n".join([head, f'<rect width="{width}" height="{height}" fill="white"/>', *parts, "</svg>\n"])


def round_ticks(low: float, high: float, about: int = ABOUT_TICKS) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten from `low` to `high`, about as many as asked for.

    >>> round_ticks(0, 1, 5)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = power * min((1, 2, 5, 10), key=lambda factor: abs(math.log(factor * power / raw)))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step)))
    return [round(k * step, digits) + 0.0 for k in range(first, last + 1)]


def linear_axis(title: str, values: Sequence[float], *, low: float | None = None) -> Axis:
    """Return a linear axis with some room around the values, or from `low` on."""
    least, most = min(values), max(values)
    room = 0.08 * (most - least) or max(0.05 * abs(most), 0.05)
    start, end = (least - room if low is None else low), most + room
    return Axis(title, start, end, tuple((tick, f"{tick:g}") for tick in round_ticks(start, end)))


def value_axis(title: str, values: Sequence[float]) -> Axis:
    """Return an axis with a tick at each value: logarithmic where they are positive and far apart."""
    each = sorted(set(values))
    ticks = tuple((value, f"{value:g}") for value in each)
    if each[0] > 0 and each[-1] >= 4 * each[0]:
        room = (each[-1] / each[0]) ** 0.07
        return Axis(title, each[0] / room, each[-1] * room, ticks, log=True)
    room = 0.07 * (each[-1] - each[0]) or 0.5
    return Axis(title, each[0] - room, each[-1] + room, ticks)


def _box(words: str, place: Point, to_the_right: bool) -> Box:
    """Return about what words in a label's size cover."""
    x, y = place
    wide = 0.56 * (FONT - 1) * len(words)
    left = x if to_the_right else x - wide
    return left, y - FONT + 2, left + wide, y + 3


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
