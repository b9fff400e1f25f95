"""What an address says about a view, read as untrusted input: anything that does not fit is dropped or clamped."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping

from explorer.directions import groups

MAX_DIMENSIONS = 64
Z_LIMIT = 1000.0
STEPS = (3, 16)
TEMPERATURE = (0.0, 2.0)
PATHS = ("lerp", "slerp", "geodesic")
MOST_STOPS = 6
UNSURE = "yes"
KEPT = "no"
PLANES = ("axes", "pca")
SHEETS = ("worksheet", "report")
PRESENT = "1"
HEATS = ("density", "ratio", "error", "entropy", "distance", "change", "regions")
MOST_COMPARED = 4
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", re.ASCII)
UNITS = ("means", "latent")
MOST_SLIDERS = 36
_LONGEST = 8000
_ROOM = re.compile(r"[A-Za-z0-9 -]{1,24}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Link:
    """The part of a view that an address carries; None where the address is silent.

    Attributes
    ----------
    model : str
        A model's folder name.
    z : tuple of float
        A place in latent space, up to 64 numbers within ±1000.
    temperature : float
        Scale of the prior's standard deviation for random draws.
    pair : tuple of two int
        Two images, by their index in the test split.
    t : float
        Place on the path from the first to the second, 0 to 1.
    steps : int
        Images in the film strip.
    path : tuple of str
        One or more of ``lerp``, ``slerp`` and ``geodesic``.
    via : tuple of int
        One to six images that the paths lead through, by their index in the test split.
    unsure : str
        ``yes`` where lengths count the decoder's uncertainty.
    lower : tuple of two int
        Two more images, below the pair: a grid between four.
    plane : str
        ``axes`` or ``pca``.
    axes : tuple of two int
        The two latent dimensions on the map, counted from 0 and different.
    models : tuple of str
        Two to four models to compare, by their folder names.
    label : int
        The class that a conditional model draws, counted from 0, at most 999.
    lesson : str
        A lesson's name.
    step : int
        A step of it, counted from 1.
    sheet : str
        ``worksheet`` or ``report``: the lesson on paper instead.
    breakage : str
        A mistake to try out, by its name.
    heat : str
        What the map is coloured by, one of `HEATS`.
    across : str
        ``no`` where a conditional model's paths keep to the chosen class.
    present : str
        ``1`` in presenter mode; it stays in the address from page to page.
    groups : tuple of two str
        The groups of a direction, as :mod:`explorer.directions.groups` reads them.
    units : str
        ``means`` or ``latent``: what the direction's slider counts in.
    unchanged : tuple of int
        The sliders that the direction leaves unchanged, by their number, 0 for the last one.
    sliders : tuple of str
        The viewer's own sliders, as :mod:`explorer.directions.sliders` reads them.
    room : str
        A classroom's code as it was written, up to 24 characters; it stays too.
    """

    model: str | None = None
    z: tuple[float, ...] | None = None
    temperature: float | None = None
    pair: tuple[int, int] | None = None
    t: float | None = None
    steps: int | None = None
    path: tuple[str, ...] | None = None
    via: tuple[int, ...] | None = None
    unsure: str | None = None
    lower: tuple[int, int] | None = None
    plane: str | None = None
    axes: tuple[int, int] | None = None
    models: tuple[str, ...] | None = None
    label: int | None = None
    lesson: str | None = None
    step: int | None = None
    sheet: str | None = None
    breakage: str | None = None
    heat: str | None = None
    across: str | None = None
    present: str | None = None
    groups: tuple[str, str] | None = None
    units: str | None = None
    unchanged: tuple[int, ...] | None = None
    sliders: tuple[str, ...] | None = None
    room: str | None = None


def parse(parameters: Mapping[str, object]) -> Link:
    """Read a link from an address's parameters; never raises.

    >>> parse({"model": "digits-vae-2d", "z": "0.5,1e308", "steps": "999"})
    Link(model='digits-vae-2d', z=(0.5, 1000.0), temperature=None, pair=None, t=None, steps=16, ...)
    """
    texts = {
        key: value for key, value in parameters.items() if isinstance(value, str) and len(value) <= _LONGEST
    }
    z = _numbers(texts.get("z", ""))
    pair = _whole(texts.get("pair", ""), 2)
    axes = _whole(texts.get("axes", ""), 2)
    return Link(
        model=is_name(texts.get("model", "")),
        z=tuple(_clamp(value, -Z_LIMIT, Z_LIMIT) for value in z) if z and len(z) <= MAX_DIMENSIONS else None,
        temperature=_number(texts.get("temperature", ""), *TEMPERATURE),
        pair=(pair[0], pair[1]) if pair else None,
        t=_number(texts.get("t", ""), 0.0, 1.0),
        steps=None if (steps := _number(texts.get("steps", ""), *STEPS)) is None else int(steps),
        path=_words(texts.get("path", ""), PATHS),
        via=None if (via := _whole(texts.get("via", ""))) is None else tuple(via[:MOST_STOPS]),
        unsure=_word(texts.get("unsure", ""), (UNSURE,)),
        lower=(lower[0], lower[1]) if (lower := _whole(texts.get("lower", ""), 2)) else None,
        plane=_word(texts.get("plane", ""), PLANES),
        axes=(axes[0], axes[1]) if axes and axes[0] != axes[1] and max(axes) < MAX_DIMENSIONS else None,
        models=_names(texts.get("models", "")),
        label=None if (label := _number(texts.get("label", ""), 0, 999)) is None else int(label),
        lesson=is_name(texts.get("lesson", "")),
        breakage=is_name(texts.get("breakage", "")),
        sheet=_word(texts.get("sheet", ""), SHEETS),
        step=None if (step := _number(texts.get("step", ""), 1, 99)) is None else int(step),
        heat=_word(texts.get("heat", ""), HEATS),
        across=_word(texts.get("across", ""), (KEPT,)),
        present=_word(texts.get("present", ""), (PRESENT,)),
        groups=_groups(texts.get("groups", "")),
        units=_word(texts.get("units", ""), UNITS),
        unchanged=None
        if (kept := _whole(texts.get("unchanged", ""))) is None
        else tuple(kept[:MOST_SLIDERS]),
        sliders=tuple(made.split(",")[:MOST_SLIDERS]) if (made := texts.get("sliders")) else None,
        room=room if _ROOM.fullmatch(room := texts.get("room", "")) else None,
    )


def write(link: Link) -> dict[str, str]:
    """Return the address parameters that say `link`; silent where it is None.

    >>> write(Link(model="mnist-vae-2d", z=(0.5, -1.25)))
    {'model': 'mnist-vae-2d', 'z': '0.5,-1.25'}
    """
    parameters = {}
    for field in dataclasses.fields(link):
        value = getattr(link, field.name)
        if value is not None:
            items = value if isinstance(value, tuple) else (value,)
            parameters[field.name] = ",".join(_short(item) for item in items)
    return parameters


def is_name(text: str) -> str | None:
    """Return `text` if it can be a model's folder name, else None; a path, a dot or a separator never passes."""
    return text if _NAME.fullmatch(text) else None


def _names(text: str) -> tuple[str, ...] | None:
    names = tuple(dict.fromkeys(text.split(",")))
    return names if 2 <= len(names) <= MOST_COMPARED and all(map(is_name, names)) else None


def _short(value: object) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _numbers(text: str) -> list[float] | None:
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        return None
    return values if all(math.isfinite(value) for value in values) else None


def _whole(text: str, count: int | None = None) -> list[int] | None:
    parts = text.split(",")
    if count is not None and len(parts) != count:
        return None
    if not all(part.isascii() and part.isdigit() and len(part) <= 9 for part in parts):
        return None
    return [int(part) for part in parts]


def _number(text: str, low: float, high: float) -> float | None:
    values = _numbers(text)
    return _clamp(values[0], low, high) if values and len(values) == 1 else None


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _groups(text: str) -> tuple[str, str] | None:
    parts = text.split(",")
    return (parts[0], parts[1]) if len(parts) == 2 and all(map(groups.read, parts)) else None


def _words(text: str, allowed: tuple[str, ...]) -> tuple[str, ...] | None:
    found = text.split(",")
    chosen = tuple(word for word in allowed if word in found)
    return chosen if len(chosen) == len(found) else None


def _word(text: str, allowed: tuple[str, ...]) -> str | None:
    return text if text in allowed else None
