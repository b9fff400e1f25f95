"""What a viewer sees on the latent pad, and how to read it from a browser that may send anything."""

from __future__ import annotations

import dataclasses
import math
import re

from explorer.directions import groups
from explorer.directions.groups import Lasso
from explorer.links import HEATS as HEATS
from explorer.links import Z_LIMIT

LAYERS = ("grid", "points", "posteriors", "prior", "names")
USUAL_LAYERS = ("points", "prior", "names")
PCA = "pca"
FARTHEST = Z_LIMIT
"""Largest coordinate a place may have; beyond it no decoder here was ever trained."""
MOST_SELECTED = 2000
"""Rows of a selection that travel; of a larger one, an even choice."""
_AXES = re.compile(r"([1-9]\d?),([1-9]\d?)", re.ASCII)


@dataclasses.dataclass(frozen=True)
class PadSpace:
    """What a state must fit: `dimensions` of z, `points` on the map, and `classes` they may have."""

    dimensions: int
    points: int
    classes: int


@dataclasses.dataclass(frozen=True)
class PadState:
    """What a viewer sees on the pad.

    Attributes
    ----------
    z : tuple of float
        The cursor's place, d numbers within ±1000.
    plane : str
        ``pca``, or two different dimensions counted from one, such as ``1,2``.
    layers : tuple of str
        Which of `LAYERS` are shown, and one of `HEATS` or none.
    hidden : tuple of int
        Classes filtered out.
    selection : tuple of int
        Rows of selected points, at most 2,000 of them.
    selected : int
        How many points are selected in all.
    lasso : Lasso or None
        What they lie inside of, where they were chosen so.
    """

    z: tuple[float, ...]
    plane: str = "1,2"
    layers: tuple[str, ...] = USUAL_LAYERS
    hidden: tuple[int, ...] = ()
    selection: tuple[int, ...] = ()
    selected: int = 0
    lasso: Lasso | None = None

    @property
    def heat(self) -> str | None:
        """What the map is coloured by, one of `HEATS`."""
        return next((name for name in self.layers if name in HEATS), None)

    @property
    def axes(self) -> tuple[int, int] | None:
        """The two dimensions on the map, counted from zero; None for the principal plane."""
        return None if self.plane == PCA else _pair(self.plane)


def read_state(sent: object, before: PadState, space: PadSpace) -> PadState:
    """Return the state that a browser sent, each part that does not fit as it was `before`; never raises.

    >>> read_state({"z": [0.5, 1e308], "plane": 7}, PadState((0.0, 0.0)), PadSpace(2, 100, 10)).z
    (0.5, 1000.0)
    """
    if not isinstance(sent, dict):
        return before
    selection = _whole_numbers(sent.get("selection"), space.points, MOST_SELECTED)
    return PadState(
        z=_place(sent.get("z"), space.dimensions) or before.z,
        plane=_plane(sent.get("plane"), space.dimensions) or before.plane,
        layers=_layers(sent.get("layers"), before.layers),
        hidden=before.hidden if (found := _whole_numbers(sent.get("hidden"), space.classes)) is None else found,
        selection=before.selection if selection is None else selection,
        selected=before.selected if selection is None else _count(sent.get("selected"), selection, space.points),
        lasso=before.lasso if selection is None else _lasso(sent.get("lasso")),
    )  # fmt: skip


def _lasso(value: object) -> Lasso | None:
    if not isinstance(value, dict):
        return None
    return groups.lasso(value.get("plane"), value.get("corners"), value.get("hidden"))


def _place(value: object, dimensions: int) -> tuple[float, ...] | None:
    if not isinstance(value, (list, tuple)) or len(value) != dimensions:
        return None
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value):
        return None
    # A whole number of a thousand digits is no float.
    clamped = [min(max(v, -FARTHEST), FARTHEST) for v in value]
    return tuple(map(float, clamped)) if all(map(math.isfinite, clamped)) else None


def _plane(value: object, dimensions: int) -> str | None:
    if not isinstance(value, str):
        return None
    if value == PCA:
        return PCA if dimensions > 2 else None
    pair = _pair(value)
    # A model with one dimension has its second direction only to spread the dots.
    return value if pair and pair[0] != pair[1] and max(pair) < max(2, dimensions) else None


def _pair(plane: str) -> tuple[int, int] | None:
    found = _AXES.fullmatch(plane)
    return (int(found[1]) - 1, int(found[2]) - 1) if found else None


def _layers(value: object, before: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or len(value) > len(LAYERS) + len(HEATS):
        return before
    heats = [name for name in HEATS if any(name == item for item in value)]
    return (*heats[:1], *(name for name in LAYERS if any(name == item for item in value)))


def _whole_numbers(value: object, below: int, most: int | None = None) -> tuple[int, ...] | None:
    """Return the distinct whole numbers from 0 to `below` - 1 in a list, in order; None where it is no such list."""
    if not isinstance(value, (list, tuple)) or len(value) > (below if most is None else min(below, most)):
        return None
    # JavaScript has one kind of number, so 3.0 is a whole one.
    kept = {
        int(item)
        for item in value
        if isinstance(item, (int, float))
        and not isinstance(item, bool)
        and 0 <= item < below
        and int(item) == item
    }
    return tuple(sorted(kept))


def _count(value: object, selection: tuple[int, ...], points: int) -> int:
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not len(selection) <= value <= points
    ):
        return len(selection)
    return int(value)
