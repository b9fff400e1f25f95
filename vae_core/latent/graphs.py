"""Roads through latent space to start a search for shortest paths on: places, and the image distances between them.

A path that bends around a hill cannot be found by straightening a line that runs over it. The shortest way on a graph
of places comes close at once (Chen, Ferroni, Klushyn, Paraschos, Bayer & van der Smagt (2019), "Fast Approximate
Geodesics for Deep Generative Models": a graph of neighbouring codes, weighted by the metric).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.latent.arrays import as_codes, check_count
from vae_core.latent.surfaces import FloatArray, Surface

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SIDE = 48
NEIGHBOURS = 12
MOST_NODES = 1500
PIECES, _NUMBERS = 3, 2**24
"""An edge of a grid is measured in so many pieces, since a chord over a cliff is much shorter than the way; as long as
the points of all pieces are no more numbers than these."""
_MOVES = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1))
"""To the eight squares around and by a knight's moves, one of each two directions: few corners on a straight way."""


@dataclasses.dataclass(frozen=True, eq=False)
class Graph:
    """Places in latent space and what the way between neighbours costs.

    Attributes
    ----------
    nodes : float64 array [K, d]
    costs : sparse array [K, K]
        Image distances between neighbours; nothing stored between others.
    """

    nodes: NDArray[np.float64]
    costs: csr_array

    def ways(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> list[NDArray[np.float64] | None]:
        """Return, for each pair of codes a, b [P, d], the shortest way [n, d] between them; None without one."""
        # Here as below, since importing it takes time that others need not wait for.
        from scipy.sparse.csgraph import dijkstra
        from scipy.spatial import KDTree

        first, last = (KDTree(self.nodes).query(codes)[1] for codes in (a, b))
        sources, row = np.unique(first, return_inverse=True)
        _, before = dijkstra(self.costs, directed=False, indices=sources, return_predecessors=True)
        found: list[NDArray[np.float64] | None] = []
        for start, end, source, target in zip(a, b, row, last, strict=True):
            nodes = self._back(before[source], int(sources[source]), int(target))
            found.append(None if nodes is None else np.concatenate([start[None], nodes, end[None]]))
        return found

    def _back(self, before: NDArray[np.int32], source: int, target: int) -> NDArray[np.float64] | None:
        order = [target]
        while order[-1] != source:
            order.append(int(before[order[-1]]))
            if order[-1] < 0:
                return None
        return self.nodes[order[::-1]]


def start_graph(surface: Surface, codes: ArrayLike) -> Graph | None:
    """Return the graph that fits codes [N, d]: a grid over them in two dimensions, neighbours in more, none in one."""
    found = as_codes("codes", codes)
    if found.shape[1] == 1 or len(found) < 2:
        return None
    if found.shape[1] == 2:
        low, high = np.quantile(found, [0.001, 0.999], axis=0)
        room = 0.1 * (high - low) + 1e-3
        return grid_graph(surface, low - room, high + room)
    return neighbour_graph(surface, found[:: -(-len(found) // MOST_NODES)])


def grid_graph(
    surface: Surface, low: NDArray[np.float64], high: NDArray[np.float64], side: int = SIDE
) -> Graph:
    """Return a grid of side x side places of a plane, from corner `low` [2] to corner `high` [2]."""
    check_count("side", side, 3)
    nodes = _lattice(low, high, side)
    cuts = _cuts(surface.points(nodes[0, :1]).shape[1], side)
    points = surface.points(_lattice(low, high, (side - 1) * cuts + 1).reshape(-1, 2))
    points = points.reshape((side - 1) * cuts + 1, (side - 1) * cuts + 1, -1)
    numbers = np.arange(side * side).reshape(side, side)
    starts, ends, costs = [], [], []
    for right, up in _MOVES:
        here = (slice(0, side - right), slice(max(0, -up), side - max(0, up)))
        there = (slice(right, side), slice(max(0, up), side - max(0, -up)))
        starts.append(numbers[here].ravel())
        ends.append(numbers[there].ravel())
        costs.append(_edges(points, right, up, side, cuts).ravel())
    return Graph(nodes.reshape(-1, 2), _joined(starts, ends, costs, side * side))


def _lattice(low: NDArray[np.float64], high: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    axes = [np.linspace(low[axis], high[axis], side) for axis in (0, 1)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


def _cuts(size: int, side: int) -> int:
    """Return into how many pieces edges are cut: fewer where the points of `size` numbers would be too many."""
    numbers = {cuts: size * ((side - 1) * cuts + 1) ** 2 for cuts in range(PIECES, 1, -1)}
    return next((cuts for cuts, count in numbers.items() if count <= _NUMBERS), 1)


def _edges(points: FloatArray, right: int, up: int, side: int, cuts: int) -> NDArray[np.float64]:
    """Return the lengths of a grid's edges in one direction, each the sum of its pieces' between points [S, S, F]."""
    columns, rows = side - right, side - abs(up)
    total = np.zeros((columns, rows))
    before = None
    for piece in range(cuts + 1):
        across, along = piece * right, piece * up + max(0, -up) * cuts
        here = points[across:, along:][: (columns - 1) * cuts + 1 : cuts, : (rows - 1) * cuts + 1 : cuts]
        if before is not None:
            total += np.linalg.norm(here - before, axis=-1)
        before = here
    return total


def neighbour_graph(surface: Surface, codes: ArrayLike, neighbours: int = NEIGHBOURS) -> Graph:
    """Return the graph in which each of the codes [N, d] is joined to its nearest ones in latent space.

    Its edges are chords: in pieces, paths on a 10-dimensional model of MNIST came out no shorter.
    """
    from scipy.spatial import KDTree

    nodes = as_codes("codes", codes)
    check_count("neighbours", neighbours, 1)
    # Each is the nearest to itself, or is equal to what is: either way one of them is no road.
    found = KDTree(nodes).query(nodes, k=np.arange(2, min(neighbours + 1, len(nodes)) + 1))[1]
    points = surface.points(nodes)
    starts = np.repeat(np.arange(len(nodes)), found.shape[1])
    ends = found.ravel()
    costs = np.linalg.norm(points[ends] - points[starts], axis=1)
    return Graph(nodes, _joined([starts], [ends], [costs], len(nodes)))


def _joined(
    starts: list[NDArray[np.int64]],
    ends: list[NDArray[np.int64]],
    costs: Sequence[NDArray[np.floating]],
    count: int,
) -> csr_array:
    from scipy.sparse import csr_array

    # A cost of exactly 0 would read as no road at all.
    weights = np.maximum(np.concatenate(costs).astype(np.float64), 1e-9)
    return csr_array((weights, (np.concatenate(starts), np.concatenate(ends))), shape=(count, count))
