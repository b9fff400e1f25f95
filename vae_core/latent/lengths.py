"""How long a path through latent space is, measured where it leads: on the decoder's surface."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes, check_count
from vae_core.latent.surfaces import FloatArray, Surface

PIECES = 160
"""Into so many pieces, or some more, a path is cut where its length is measured, since the surface bends between."""


def steps(surface: Surface, path: ArrayLike) -> NDArray[np.float64]:
    """Return how far apart the decoded neighbours on a path [n, d] are, float64 [n - 1], in L2 distance.

    Examples
    --------
    >>> flat = Surface(lambda z: 3 * z, lambda z: (3 * z, np.tile(3 * np.eye(2), (len(z), 1, 1))))
    >>> steps(flat, [[0, 0], [1, 0], [1, 2]]).tolist()
    [3.0, 6.0]
    """
    return distances(surface.points(_path(path)))


def length(surface: Surface, path: ArrayLike) -> float:
    """Return the length of a path [n, d], straight in z between its points, as its image on the surface."""
    return float(pieces(surface, [_path(path)])[0].sum())


def energy(surface: Surface, path: ArrayLike) -> float:
    """Return the energy of a path [n, d] that takes even time between its points, time running from 0 to 1.

    1/2 sum |x_(i+1) - x_i|^2 / dt, Shao, Kumar & Fletcher (2018), "The Riemannian Geometry of Deep Generative Models",
    on computing geodesic paths. At least half the squared length, and equal to it at constant speed.
    """
    fine, times = cut(_path(path))
    return float(0.5 * (np.square(steps(surface, fine)) / np.diff(times)).sum())


def even(surface: Surface, path: ArrayLike, n: int) -> FloatArray:
    """Return n codes on the path [m, d], at even distances along its image on the surface: constant speed.

    Both ends are exactly where they were. A path along which the image does not change keeps its pace in z.

    Raises
    ------
    InputError
        If n is no whole number of at least 2, or the path has fewer points.
    """
    check_count("n", n, 2)
    fine, _ = cut(_path(path))
    return resampled(fine, steps(surface, fine), n)


def cut(path: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a path [n, d] with more points between its own, alike far apart in z, and their times [m] from 0 to 1."""
    way = np.asarray(path, np.float64)
    size = np.linalg.norm(np.diff(way, axis=0), axis=1)
    parts = np.ceil(PIECES * size / max(float(size.sum()), 1e-300)).astype(np.int64).clip(1, PIECES)
    at = np.concatenate([*(i + np.arange(count) / count for i, count in enumerate(parts)), [len(way) - 1.0]])
    start = np.minimum(at.astype(np.int64), len(way) - 2)
    share = (at - start)[:, None]
    return (1 - share) * way[start] + share * way[start + 1], at / (len(way) - 1)


def pieces(surface: Surface, paths: Sequence[NDArray[np.floating]]) -> list[NDArray[np.float64]]:
    """Return, for each of several paths [n, d], the lengths of its pieces as :func:`cut` makes them."""
    fine = [cut(path)[0] for path in paths]
    points = surface.points(np.concatenate(fine))
    return [distances(part) for part in np.split(points, np.cumsum([len(path) for path in fine])[:-1])]


def distances(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the distances [..., n - 1] between neighbours of points [..., n, F]."""
    found: NDArray[np.float64] = np.linalg.norm(np.diff(points, axis=-2), axis=-1).astype(np.float64)
    return found


def resampled(path: NDArray[np.float64], lengths: NDArray[np.float64], n: int) -> FloatArray:
    """Return n codes on a path [m, d] at even shares of its pieces' lengths [m - 1], both ends exact."""
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    if along[-1] == 0:
        along = np.arange(len(path), dtype=np.float64)
    wanted = np.linspace(0, along[-1], n)
    found = np.stack([np.interp(wanted, along, column) for column in path.T], axis=1).astype(np.float32)
    found[0], found[-1] = path[0], path[-1]
    return found


def _path(path: ArrayLike) -> NDArray[np.float64]:
    codes = as_codes("path", path)
    if len(codes) < 2:
        raise InputError("A path needs more points.", got=len(codes), allowed="at least 2")
    return codes
