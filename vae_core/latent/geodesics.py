"""Shortest paths through latent space: those along which the decoded image changes least in all.

A geodesic minimises the energy of its image on the decoder's surface, here of n points with fixed ends,

    E(z_0 ... z_(n-1)) = 1/2 sum_i |f(z_(i+1)) - f(z_i)|^2 / dt,    dt = 1 / (n - 1)

(Shao, Kumar & Fletcher (2018), "The Riemannian Geometry of Deep Generative Models"). They descend it with
the gradient J_i^T (2 f_i - f_(i-1) - f_(i+1)). E is a sum of squares, so here Levenberg's damped Gauss-Newton steps
descend it, each the solution of a block-tridiagonal system, in some ten steps instead of hundreds. A descent ends in
the nearest valley, so it starts from the shortest way on a graph of places; where that is of no use, from the straight
line; and where the arc is shorter still, which a graph's wide steps may miss, from the arc.

What comes out is never longer than the straight line: where no descent finds a shorter path, that line is kept.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_code, as_codes, check_count
from vae_core.latent.graphs import Graph
from vae_core.latent.lengths import cut, distances, pieces, resampled
from vae_core.latent.paths import slerp
from vae_core.latent.surfaces import FloatArray, Surface

Array = NDArray[np.float64]
STRAIGHT, FROM_STRAIGHT, FROM_GRAPH, FROM_ARC = "straight", "from straight", "from graph", "from arc"
POINTS = 17
MOST_STEPS = 60
TOLERANCE = 1e-3
"""A descent is at rest where a step gains less than this share of the energy."""
_DAMPING = (1e-3, 1e4)
_AT_ONCE, _NUMBERS = 64, 2**26
"""Paths that descend together, and the numbers of their tangents, at most: memory stays bounded."""


@dataclasses.dataclass(frozen=True, eq=False)
class Geodesic:
    """The shortest path that was found, and what it was compared with.

    Attributes
    ----------
    path : float32 array [n, d]
        Codes at even distances of their images: constant speed. Both ends are the given ones.
    length, energy : float
        Of its image on the surface: in L2 distance, and half its square at constant speed.
    converged : bool
        Whether the descent came to rest; where it did not, this is the best of what was seen.
    kept : str
        Where the path came from: ``"straight"`` if nothing shorter was found, or what its descent started from,
        ``"from straight"``, ``"from graph"`` or ``"from arc"``.
    straight_length : float
        Length of the straight line between the same ends.
    stops : tuple of int
        The places on the path of the codes that it leads through, both ends included.
    """

    path: FloatArray
    length: float
    energy: float
    converged: bool
    kept: str
    straight_length: float
    stops: tuple[int, ...]


def geodesic(
    surface: Surface, a: ArrayLike, b: ArrayLike, *, graph: Graph | None = None, n: int = POINTS
) -> Geodesic:
    """Return the shortest path of n codes from a to b, both [d]; see :func:`shortest_paths`.

    Examples
    --------
    On a cylinder, z = (angle, height), the shortest way is straight in z:

    >>> def cylinder(z):
    ...     return np.stack([np.cos(z[:, 0]), np.sin(z[:, 0]), z[:, 1]], axis=1)
    >>> def with_jacobian(z):
    ...     angle, zero = z[:, 0], 0 * z[:, 0]
    ...     rows = [[-np.sin(angle), zero], [np.cos(angle), zero], [zero, zero + 1]]
    ...     return cylinder(z), np.array(rows).transpose(2, 0, 1)
    >>> found = geodesic(Surface(cylinder, with_jacobian), [0, 0], [3, 4])
    >>> round(found.length, 2), found.converged
    (5.0, True)
    """
    return shortest_paths(surface, as_code("a", a)[None], as_code("b", b)[None], graph=graph, n=n)[0]


def shortest_paths(
    surface: Surface, a: ArrayLike, b: ArrayLike, *, graph: Graph | None = None, n: int = POINTS
) -> list[Geodesic]:
    """Return the shortest paths between pairs of codes, all found together.

    Parameters
    ----------
    surface : Surface
        Gives latent space its lengths.
    a, b : arrays [P, d]
        Both ends of each path.
    graph : Graph, optional
        Places to start on, from :func:`vae_core.latent.start_graph` of the same surface; without one, each path
        descends from the straight line only.
    n : int
        Codes on a path, at least 3.

    Raises
    ------
    InputError
        If the ends or n do not fit.
    """
    starts, ends = as_codes("a", a), as_codes("b", b)
    if starts.shape != ends.shape:
        raise InputError(
            "The ends of paths do not go together.",
            got=f"{list(starts.shape)} and {list(ends.shape)}",
            allowed="two arrays [P, d]",
        )
    check_count("n", n, 3)
    found: list[Geodesic] = []
    size = surface.points(starts[:1]).shape[1] * (starts.shape[1] + 1) * n
    together = max(1, min(_AT_ONCE, _NUMBERS // size))
    for first in range(0, len(starts), together):
        part = slice(first, first + together)
        found += _together(surface, starts[part], ends[part], graph, n)
    return found


def through(surface: Surface, stops: ArrayLike, *, graph: Graph | None = None, n: int = POINTS) -> Geodesic:
    """Return the shortest path through codes [S, d] in their order, n codes from each to the next, S at least 2.

    Each of its parts has constant speed; `straight_length` is that of the straight lines from stop to stop.
    """
    codes = as_codes("stops", stops)
    if len(codes) < 2:
        raise InputError("A path needs more stops.", got=len(codes), allowed="at least 2")
    parts = shortest_paths(surface, codes[:-1], codes[1:], graph=graph, n=n)
    return Geodesic(
        np.concatenate([parts[0].path, *(part.path[1:] for part in parts[1:])]),
        sum(part.length for part in parts),
        sum(part.energy for part in parts) * len(parts),
        all(part.converged for part in parts),
        " + ".join(dict.fromkeys(part.kept for part in parts)),
        sum(part.straight_length for part in parts),
        tuple(i * (n - 1) for i in range(len(codes))),
    )


def _together(surface: Surface, a: Array, b: Array, graph: Graph | None, n: int) -> list[Geodesic]:
    share = np.linspace(0, 1, n)[:, None]
    straight = (1 - share) * a[:, None] + share * b[:, None]
    own = pieces(surface, list(straight))
    starts, names = straight.copy(), [FROM_STRAIGHT] * len(a)
    for pair, way in enumerate([] if graph is None else graph.ways(a, b)):
        if way is not None:
            starts[pair] = resampled(way, distances(surface.points(way)), n)
            names[pair] = FROM_GRAPH
    found = _Found.of(surface, starts, names)
    # A way around that leads to no gain says nothing about the valley that the straight line is in.
    again = [i for i, name in enumerate(names) if name == FROM_GRAPH and found.lengths[i] >= own[i].sum()]
    if again:
        found.put(again, _Found.of(surface, straight[again], [FROM_STRAIGHT] * len(again)))
    arcs = np.stack([slerp(*ends, n) for ends in zip(a, b, strict=True)]).astype(np.float64)
    curved = pieces(surface, list(arcs))
    again = [i for i in range(len(a)) if curved[i].sum() < min(found.lengths[i], own[i].sum())]
    if again:
        even = np.stack([resampled(cut(arcs[i])[0], curved[i], n) for i in again]).astype(np.float64)
        found.put(again, _Found.of(surface, even, [FROM_ARC] * len(again)))
    return [found.against(pair, straight[pair], own[pair]) for pair in range(len(a))]


@dataclasses.dataclass(eq=False)
class _Found:
    """Paths [P, n, d] after their descents, their lengths, whether they came to rest, and from where."""

    paths: Array
    lengths: list[float]
    rested: NDArray[np.bool_]
    names: list[str]

    @classmethod
    def of(cls, surface: Surface, starts: Array, names: list[str]) -> _Found:
        paths, rested = _descend(surface, starts)
        return cls(paths, [float(part.sum()) for part in pieces(surface, list(paths))], rested, list(names))

    def put(self, rows: list[int], other: _Found) -> None:
        """Take over what others found for these rows, where it is shorter."""
        for i, row in enumerate(rows):
            if other.lengths[i] >= self.lengths[row]:
                continue
            self.paths[row], self.rested[row] = other.paths[i], other.rested[i]
            self.lengths[row], self.names[row] = other.lengths[i], other.names[i]

    def against(self, pair: int, straight: Array, own: Array) -> Geodesic:
        """Return the shorter of a path and the straight line, whose pieces have the lengths `own`."""
        straight_length, n = float(own.sum()), len(straight)
        length, rested, kept = self.lengths[pair], bool(self.rested[pair]), self.names[pair]
        # Least energy means constant speed already; to move the points of a bent path would cut its corners.
        path = self.paths[pair].astype(np.float32)
        if length >= straight_length:
            path, length, kept = resampled(cut(straight)[0], own, n), straight_length, STRAIGHT
        path[0], path[-1] = straight[0], straight[-1]
        return Geodesic(path, length, 0.5 * length**2, rested, kept, straight_length, (0, n - 1))


def _descend(surface: Surface, paths: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return paths [P, n, d] after their descent, and whether each came to rest."""
    paths = paths.copy()
    rested = np.zeros(len(paths), np.bool_)
    damping = np.full(len(paths), _DAMPING[0])
    state = _State.of(surface, paths)
    moving = np.arange(len(paths))
    for _ in range(MOST_STEPS):
        now = state.of_rows(moving)
        trial = paths[moving]
        trial[:, 1:-1] += now.step(damping[moving])
        there = _State.of(surface, trial)
        gain = 1 - there.energy / np.maximum(now.energy, np.finfo(np.float64).tiny)
        better = gain > 0
        kept = moving[better]
        paths[kept] = trial[better]
        state.put(kept, there.of_rows(np.flatnonzero(better)))
        calm = better & (gain < TOLERANCE) & (damping[moving] <= 1)
        stuck = ~better & (damping[moving] * 8 > _DAMPING[1])
        damping[moving] *= np.where(better, 0.25, 8)
        rested[moving[calm | (stuck & (gain > -TOLERANCE))]] = True
        moving = moving[~(calm | stuck)]
        if not len(moving):
            break
    return paths, rested


@dataclasses.dataclass(eq=False)
class _State:
    """Energies [P] of paths [P, n, d], their gradients and the blocks of the Gauss-Newton system at inner points."""

    energy: Array
    slope: Array  # [P, n - 2, d]
    own: Array  # [P, n - 2, d, d]
    next: Array  # [P, n - 3, d, d]

    @classmethod
    def of(cls, surface: Surface, paths: Array) -> _State:
        count, n, d = paths.shape
        points, along = surface.tangents(paths.reshape(-1, d))
        points, along = points.reshape(count, n, -1), along.reshape(count, n, d, -1)[:, 1:-1]
        ahead = np.diff(points, axis=1)
        energy = 0.5 * (n - 1) * np.square(ahead, dtype=np.float64).sum((1, 2))
        pull = ahead[:, :-1] - ahead[:, 1:]
        slope = (along @ pull[..., None])[..., 0]
        turned = along.swapaxes(2, 3)
        own, beside = 2 * (along @ turned), -(along[:, :-1] @ turned[:, 1:])
        return cls(energy, *(part.astype(np.float64) for part in (slope, own, beside)))

    def of_rows(self, rows: NDArray[np.int64]) -> _State:
        return _State(*(getattr(self, field.name)[rows] for field in dataclasses.fields(self)))

    def put(self, rows: NDArray[np.int64], other: _State) -> None:
        for field in dataclasses.fields(self):
            getattr(self, field.name)[rows] = getattr(other, field.name)

    def step(self, damping: Array) -> Array:
        """Return the damped Gauss-Newton step of the inner points [P, n - 2, d]."""
        d = self.slope.shape[-1]
        size = np.trace(self.own, axis1=2, axis2=3).mean(1) / d
        stiff = (damping * size + np.finfo(np.float64).tiny)[:, None, None, None] * np.eye(d)
        return -_solved(self.own + stiff, self.next, self.slope)


def _solved(own: Array, beside: Array, right: Array) -> Array:
    """Return x of symmetric block-tridiagonal systems by elimination from the first point to the last and back."""
    inner = own.shape[1]
    carried, reduced = [own[:, 0]], [right[:, 0]]
    for i in range(1, inner):
        factor = np.linalg.solve(carried[-1], beside[:, i - 1]).swapaxes(1, 2)
        carried.append(own[:, i] - factor @ beside[:, i - 1])
        reduced.append(right[:, i] - (factor @ reduced[-1][..., None])[..., 0])
    x = np.empty_like(right)
    for i in reversed(range(inner)):
        rest = reduced[i] - ((beside[:, i] @ x[:, i + 1][..., None])[..., 0] if i < inner - 1 else 0)
        x[:, i] = np.linalg.solve(carried[i], rest[..., None])[..., 0]
    return x
