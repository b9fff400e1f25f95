from __future__ import annotations

import numpy as np
import pytest

from tests.core.latent.known_surfaces import cylinder, hill
from vae_core.errors import InputError
from vae_core.latent import Surface, length, start_graph
from vae_core.latent.graphs import grid_graph, neighbour_graph

FLAT = cylinder(1e-6)  # its height is all that counts


def test_ways_on_a_grid_have_their_ends_and_hardly_detour() -> None:
    surface = hill(0.0)
    graph = grid_graph(surface, np.float64([-2, -2]), np.float64([2, 2]))
    a, b = np.random.default_rng(0).uniform(-2, 2, (2, 30, 2))
    for way, one, other in zip(graph.ways(a, b), a, b, strict=True):
        assert way is not None
        np.testing.assert_array_equal(way[[0, -1]], [one, other])
        assert length(surface, way) <= np.linalg.norm(other - one) * 1.04 + 0.15


def test_a_way_avoids_what_is_long() -> None:
    surface = hill(4.0)
    graph = grid_graph(surface, np.float64([-2, -2]), np.float64([2, 2]))
    (way,) = graph.ways(np.float64([[-2, 0]]), np.float64([[2, 0]]))
    assert way is not None
    assert np.linalg.norm(way, axis=1).min() > 0.5


def wall(at: float, width: float) -> Surface:
    """Return a plane with a wall of height 10 along x = at, thinner than the squares of a grid, that ends at y = 1."""

    def decode(z: np.ndarray) -> np.ndarray:
        height = 10 * np.exp(-(((z[:, 0] - at) / width) ** 2))
        return np.stack([z[:, 0], z[:, 1], np.where(z[:, 1] < 1, height, 0)], axis=1).astype(np.float32)

    return Surface(decode, lambda z: (decode(z), np.zeros((len(z), 3, 2), np.float32)))


def test_a_wall_between_two_places_of_a_grid_is_walked_around() -> None:
    graph = grid_graph(wall(1 / 4, 0.1), np.float64([-2, -2]), np.float64([2, 2]), 9)
    (way,) = graph.ways(np.float64([[-1, 0]]), np.float64([[1, 0]]))
    assert way is not None
    assert way[:, 1].max() > 0.9


def test_edges_are_as_long_as_the_ways_along_them() -> None:
    surface = hill(1.0)
    graph = grid_graph(surface, np.float64([-1, -1]), np.float64([1, 1]), 7)
    edges = graph.costs.tocoo()
    for start, end, cost in list(zip(*edges.coords, edges.data, strict=True))[::7]:
        chord = np.linalg.norm(np.diff(surface.points(graph.nodes[[start, end]]), axis=0))
        whole = length(surface, graph.nodes[[start, end]])
        assert chord - 1e-5 <= cost <= whole + 1e-5
        assert cost > 0.97 * whole


def test_edges_of_large_images_are_cut_into_fewer_pieces() -> None:
    seen: list[int] = []

    def large(z: np.ndarray) -> np.ndarray:
        seen.append(len(z))
        return np.zeros((len(z), 3, 64, 64), np.float32)

    grid_graph(Surface(large, lambda z: (large(z), z)), np.zeros(2), np.ones(2), 24)
    assert max(seen) == 24**2


def test_neighbours_far_apart_have_no_way_between_them() -> None:
    rng = np.random.default_rng(1)
    codes = np.concatenate([rng.normal(size=(50, 3)), rng.normal(size=(50, 3)) + 100])
    graph = neighbour_graph(cylinder(1.0), codes, 4)
    there, over = graph.ways(codes[[0, 0]], codes[[1, 99]])
    assert there is not None
    assert over is None


def test_the_graph_fits_the_number_of_dimensions() -> None:
    rng = np.random.default_rng(2)
    assert start_graph(FLAT, rng.normal(size=(100, 1))) is None
    assert start_graph(FLAT, rng.normal(size=(1, 2))) is None
    grid, near = (start_graph(FLAT, rng.normal(size=(4000, d))) for d in (2, 5))
    assert grid is not None
    assert near is not None
    assert (grid.nodes.shape[1], near.nodes.shape[1]) == (2, 5)
    assert len(near.nodes) <= 1500


def test_the_same_codes_give_the_same_graph() -> None:
    codes = np.random.default_rng(3).normal(size=(200, 4))
    one, other = (start_graph(cylinder(1.0), codes) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.costs.data.tobytes() == other.costs.data.tobytes()


def test_a_grid_of_one_place_is_refused() -> None:
    with pytest.raises(InputError, match="at least 3"):
        grid_graph(FLAT, np.zeros(2), np.ones(2), 1)
