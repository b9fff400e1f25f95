"""Which two-dimensional view of the codes is on the map, and where on it the decoded grid lies."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from vae_core.latent import Plane, axes_plane, pca_plane, prior_grid
from vae_core.metrics import kl_per_dimension

Array = NDArray[np.float32]

PRIOR, CODES, EVEN = "prior", "codes", "even"


@dataclasses.dataclass(frozen=True)
class View:
    """A view of codes on a plane.

    Attributes
    ----------
    points : float32 array [N, 2]
    titles : tuple of two str
        Names of the two directions.
    note : str
        What is left out, for the line under the map; empty if nothing is.
    plane : Plane or None
        None for a model with one latent dimension, whose second direction is only there to spread the dots.
    """

    points: Array
    titles: tuple[str, str]
    note: str
    plane: Plane | None


def view_of(mu: Array, labels: NDArray[np.int64] | None, kind: str, axes: tuple[int, int]) -> View:
    """Return the view of codes [N, d] on two of their axes, on their first two principal ones, or on a line."""
    d = mu.shape[1]
    if not len(mu):
        # No codes: a plane through the prior's centre, since none is better than another.
        view = view_of(np.zeros((1, d), np.float32), None, "axes", axes)
        return dataclasses.replace(view, points=view.points[:0])
    if d == 1:
        spread = np.random.default_rng(0).uniform(-0.3, 0.3, len(mu)) + (0 if labels is None else labels)
        return View(np.stack([mu[:, 0], spread.astype(np.float32)], 1), ("z1", "class"), "", None)
    if kind == "pca" and d > 2:
        plane = pca_plane(mu)
        first, second = (0.0, 0.0) if plane.explained is None else plane.explained.tolist()
        note = f"The plane holds {first:.0%} + {second:.0%} of the codes' variance; the rest is flattened."
        return View(plane.project(mu), ("PCA 1", "PCA 2"), note, plane)
    i, j = axes
    plane = axes_plane(d, i, j, mu.mean(axis=0))
    note = (
        ""
        if d == 2
        else f"The other {d - 2} dimensions are flattened here, and held at their mean in the grid."
    )
    return View(plane.project(mu), (f"z{i + 1}", f"z{j + 1}"), note, plane)


def grid(view: View, spacing: str, n: int) -> tuple[Array, Array, Array]:
    """Return the places of the decoded grid as z [R, C, d], with the columns' [C] and rows' [R] coordinates.

    `spacing` is ``prior`` (the standard normal's quantiles), ``codes`` (the codes' own quantiles) or ``even`` (the
    codes' range in equal steps). Row 0 is the top; a model with one dimension has a single row.
    """
    columns, rows = _coordinates(view.points, spacing, n)
    if spacing == PRIOR and view.plane is not None:
        # A principal plane has its origin at the codes' mean, the prior its own at z = 0.
        origin = view.plane.project(np.zeros((1, len(view.plane.mean))))[0]
        columns, rows = columns + origin[0], rows + origin[1]
    if view.plane is None:
        return columns[None, :, None], columns, np.zeros(1, np.float32)
    across, up = np.meshgrid(columns, rows)
    places = np.stack([across, up], axis=-1).reshape(-1, 2).astype(np.float32)
    lifted = np.asarray(view.plane.lift(places), np.float32)
    return lifted.reshape(len(rows), len(columns), -1), columns, rows


def _coordinates(points: Array, spacing: str, n: int) -> tuple[Array, Array]:
    if spacing == PRIOR:
        quantiles = prior_grid(n)
        return quantiles[0, :, 0], quantiles[:, 0, 1]
    if spacing == CODES:
        shares = (np.arange(n) + 0.5) / n
        columns, rows = (np.quantile(points[:, axis], shares) for axis in (0, 1))
        return columns.astype(np.float32), rows[::-1].astype(np.float32)
    low, high = np.quantile(points, 0.005, axis=0), np.quantile(points, 0.995, axis=0)
    middle, reach = (low + high) / 2, float((high - low).max()) / 2
    steps = (2 * (np.arange(n) + 0.5) / n - 1) * reach
    return (middle[0] + steps).astype(np.float32), (middle[1] - steps).astype(np.float32)


def spread_rows(count: int, most: int) -> NDArray[np.int64]:
    """Return up to `most` row numbers below `count`, evenly spread and in order."""
    return np.unique(np.linspace(0, max(0, count - 1), min(count, most)).round().astype(np.int64))


def central_rows(points: Array, labels: NDArray[np.int64] | None, most: int = 12) -> NDArray[np.int64]:
    """Return, for each class, the row nearest to the class's median; evenly spread rows where there are no classes."""
    if labels is None:
        return spread_rows(len(points), most)
    chosen = []
    for label in np.unique(labels)[:most]:
        rows = np.flatnonzero(labels == label)
        away = points[rows] - np.median(points[rows], axis=0)
        chosen.append(rows[np.argmin((away**2).sum(axis=1))])
    return np.asarray(chosen, np.int64)


def usage(mu: Array, logvar: Array | None) -> NDArray[np.float64]:
    """Return how much each dimension is used [d]: its mean KL in nats, or its variance where there is no posterior."""
    if logvar is not None:
        return kl_per_dimension(mu, logvar)
    return np.asarray(mu.var(axis=0), np.float64)
