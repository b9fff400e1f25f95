"""A group of held-out images, told in as few characters as an address has room for: a class, a lasso, or rows."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vae_core.latent import axes_plane, pca_plane

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

PCA = "pca"
FARTHEST = 1000.0
MOST_CORNERS, MOST_ROWS = 32, 64
_CLASS = re.compile(r"\d{1,3}", re.ASCII)
_AXES = re.compile(r"[1-9]\d?,[1-9]\d?", re.ASCII)
_CLASSES = re.compile(r"(\d{1,3}(\.\d{1,3})*)?", re.ASCII)
_ROW = re.compile(r"\d{1,7}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class OfClass:
    """All images of a class, counted from 0."""

    label: int


@dataclasses.dataclass(frozen=True)
class Lasso:
    """All images whose codes lie inside an outline on the map.

    Attributes
    ----------
    plane : str
        ``pca``, or two dimensions counted from one, such as ``1,2``.
    corners : tuple of pairs of float
        On that plane; the last is joined to the first.
    hidden : tuple of int
        Classes that were not shown, and so are not in it.
    """

    plane: str
    corners: tuple[tuple[float, float], ...]
    hidden: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class Rows:
    """Single images, by their rows on the map."""

    rows: tuple[int, ...]


Chosen = OfClass | Lasso | Rows


def lasso(plane: object, corners: object, hidden: object) -> Lasso | None:
    """Return the lasso that a browser or an address tells of, None where it is none; never raises.

    >>> lasso("1,2", [[0, 0], [1, 0], [0, 1.23456789]], [])
    Lasso(plane='1,2', corners=((0.0, 0.0), (1.0, 0.0), (0.0, 1.23457)), hidden=())
    """
    if not isinstance(plane, str) or not (plane == PCA or _AXES.fullmatch(plane)):
        return None
    if not isinstance(corners, (list, tuple)) or not 3 <= len(corners) <= MOST_CORNERS:
        return None
    if not isinstance(hidden, (list, tuple)) or len(hidden) > 1000:
        return None
    # JavaScript has one kind of number, so 3.0 is a whole one.
    if not all(type(label) in (int, float) and 0 <= label < 1000 and label == int(label) for label in hidden):
        return None
    found = []
    for corner in corners:
        if not isinstance(corner, (list, tuple)) or len(corner) != 2:
            return None
        if not all(type(value) in (int, float) and abs(value) <= FARTHEST for value in corner):
            return None  # also where it is no number
        found.append((float(_short(corner[0])), float(_short(corner[1]))))
    return Lasso(plane, tuple(found), tuple(sorted({int(label) for label in hidden})))


def write(chosen: Chosen) -> str | None:
    """Return a group as an address has it; None for more single images than it has room for.

    >>> write(OfClass(3)), write(Rows((7, 12)))
    ('3', 'rows_7_12')
    >>> write(Lasso("1,2", ((0.0, 0.0), (1.5, 0.0), (0.0, -1.25)), (4,)))
    '1.2_4_0_0_1.5_0_0_-1.25'
    """
    if isinstance(chosen, OfClass):
        return str(chosen.label)
    if isinstance(chosen, Rows):
        return "_".join(["rows", *map(str, chosen.rows)]) if 1 <= len(chosen.rows) <= MOST_ROWS else None
    numbers = [_short(value) for corner in chosen.corners for value in corner]
    return "_".join([chosen.plane.replace(",", "."), ".".join(map(str, chosen.hidden)), *numbers])


def read(text: str) -> Chosen | None:
    """Return the group that an address tells of, None where it is none; never raises."""
    if _CLASS.fullmatch(text):
        return OfClass(int(text))
    first, *rest = text.split("_")
    if first == "rows":
        fits = 1 <= len(rest) <= MOST_ROWS and all(map(_ROW.fullmatch, rest))
        return Rows(tuple(int(part) for part in rest)) if fits else None
    if not rest or len(rest) > 1 + 2 * MOST_CORNERS or len(rest) % 2 == 0 or not _CLASSES.fullmatch(rest[0]):
        return None
    try:
        numbers = [float(part) for part in rest[1:]]
    except ValueError:
        return None
    hidden = [int(part) for part in rest[0].split(".") if part]
    return lasso(first.replace(".", ","), list(zip(numbers[::2], numbers[1::2], strict=True)), hidden)


def rows(chosen: Chosen, trained: TrainedModel) -> NDArray[np.int64]:
    """Return the rows of a model's map that a group is of, in order; none where it does not fit the model."""
    codes = trained.latent_map
    count = len(codes.mu)
    if isinstance(chosen, Rows):
        return np.array([row for row in sorted(set(chosen.rows)) if row < count], np.int64)
    if isinstance(chosen, OfClass):
        return _where(np.zeros(count, np.bool_) if codes.labels is None else codes.labels == chosen.label)
    points = _points(chosen.plane, codes.mu)
    if points is None:
        return np.zeros(0, np.int64)
    within = inside(points, np.asarray(chosen.corners))
    return _where(within if codes.labels is None else within & ~np.isin(codes.labels, chosen.hidden))


def inside(points: NDArray[np.floating], corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which of points [N, 2] a ray from which crosses the outline with `corners` [C, 2] an odd number of times.

    >>> inside(np.array([[0.2, 0.2], [0.8, 0.8]]), np.array([[0, 0], [1, 0], [0, 1.0]])).tolist()
    [True, False]
    """
    found = np.zeros(len(points), np.bool_)
    x, y = points.T.astype(np.float64)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        crosses = (ay > y) != (by > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            found ^= crosses & (x < ax + (y - ay) / (by - ay) * (bx - ax))
    return found


def _points(plane: str, mu: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Return where codes [N, d] lie on a plane, as the pad shows them; None where there is no such plane."""
    d = mu.shape[1]
    if not len(mu):
        return None
    if plane == PCA:
        return pca_plane(mu).project(mu) if d > 2 and len(mu) > 1 else None
    i, j = (int(part) - 1 for part in plane.split(","))
    if i == j or max(i, j) >= max(2, d):
        return None
    if d == 1:
        line = np.stack([mu[:, 0], np.zeros(len(mu), np.float32)], axis=1)
        return line if i == 0 else line[:, ::-1]
    return axes_plane(d, i, j).project(mu)


def _where(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.flatnonzero(mask).astype(np.int64)


def _short(value: float) -> str:
    return f"{value + 0.0:.6g}"
