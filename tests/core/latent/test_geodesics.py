from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.latent.known_surfaces import (
    cylinder,
    great_circle,
    hill,
    random_surface,
    sphere,
    swiss_roll,
    unrolled,
)
from vae_core.errors import InputError
from vae_core.latent import even, geodesic, length, lerp, shortest_paths, start_graph, steps, through

seeds = st.integers(0, 2**32 - 1)


def pairs(low: list[float], high: list[float], count: int = 20) -> Any:
    return np.random.default_rng(0).uniform(low, high, (2, count, 2))


def test_on_a_sphere_the_shortest_way_is_the_great_circle() -> None:
    a, b = pairs([-1.2, -1.2], [1.2, 1.2])
    for found, one, other in zip(shortest_paths(sphere(), a, b), a, b, strict=True):
        assert found.converged
        assert found.length == pytest.approx(great_circle(one, other), rel=0.01)


def test_on_a_cylinder_the_shortest_way_is_straight_on_the_unrolled_sheet() -> None:
    a, b = pairs([-2, -2], [2, 2])
    for found, one, other in zip(shortest_paths(cylinder(1.5), a, b), a, b, strict=True):
        assert found.length == pytest.approx(np.hypot(1.5 * (other - one)[0], (other - one)[1]), rel=0.01)


def test_on_a_swiss_roll_the_shortest_way_follows_the_sheet() -> None:
    a, b = pairs([1, -5], [12, 5])
    graph = start_graph(swiss_roll(), np.random.default_rng(1).uniform([1, -5], [12, 5], (500, 2)))
    for found, one, other in zip(shortest_paths(swiss_roll(), a, b, graph=graph), a, b, strict=True):
        assert found.converged
        assert found.length == pytest.approx(unrolled(one, other), rel=0.01)
        # The chord through the air, from one turn of the roll to the next, is much shorter.
        assert found.length >= unrolled(one, other) * 0.99


def test_a_graph_finds_the_way_around_a_hill_and_so_does_the_arc() -> None:
    surface, (a, b) = hill(4.0), ([-2, 0], [2, 0])
    graph = start_graph(surface, np.random.default_rng(2).uniform(-2.5, 2.5, (500, 2)))
    alone, around = geodesic(surface, a, b), geodesic(surface, a, b, graph=graph)
    assert around.length < 0.9 * around.straight_length
    assert (around.kept, alone.kept) == ("from graph", "from arc")
    assert alone.length == pytest.approx(around.length, rel=0.01)
    assert np.abs(around.path[:, 1]).max() > 0.5


@given(seed=seeds, d=st.integers(1, 6))
@settings(deadline=None, max_examples=25)
def test_no_path_is_longer_than_the_straight_line_and_its_ends_are_exact(seed: int, d: int) -> None:
    surface, rng = random_surface(seed, d), np.random.default_rng(seed)
    a, b = rng.normal(size=(2, 3, d)).astype(np.float32)
    graph = start_graph(surface, rng.normal(size=(300, d)))
    for found, one, other in zip(shortest_paths(surface, a, b, graph=graph), a, b, strict=True):
        np.testing.assert_array_equal(found.path[[0, -1]], [one, other])
        assert found.length <= found.straight_length
        straight = length(surface, lerp(one, other, 200))
        assert found.straight_length == pytest.approx(straight, rel=0.02)
        assert length(surface, even(surface, found.path, 200)) <= straight * 1.005
        assert found.energy == pytest.approx(0.5 * found.length**2)


def test_the_image_changes_evenly_along_a_path() -> None:
    surface = random_surface(5, 2)
    pieces = steps(surface, geodesic(surface, [-1, 0.5], [1, -0.2]).path)
    np.testing.assert_allclose(pieces, pieces.mean(), rtol=0.05)


def test_the_way_back_is_as_long_as_the_way_there() -> None:
    surface = random_surface(6, 2)
    there, back = geodesic(surface, [-1, 0.5], [1, -0.2]), geodesic(surface, [1, -0.2], [-1, 0.5])
    assert there.length == pytest.approx(back.length, rel=1e-3)


def test_found_together_or_alone_a_path_is_the_same_and_so_it_is_again() -> None:
    surface, rng = random_surface(7, 2), np.random.default_rng(7)
    a, b = rng.normal(size=(2, 5, 2))
    graph = start_graph(surface, rng.normal(size=(300, 2)))
    together = shortest_paths(surface, a, b, graph=graph)
    for found, one, other in zip(together, a, b, strict=True):
        alone = geodesic(surface, one, other, graph=graph)
        np.testing.assert_allclose(alone.path, found.path, atol=1e-3)
        assert geodesic(surface, one, other, graph=graph).path.tobytes() == alone.path.tobytes()


def test_paths_of_large_images_are_found_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    surface, (a, b) = random_surface(9, 2), np.random.default_rng(9).normal(size=(2, 3, 2))
    together = shortest_paths(surface, a, b)
    monkeypatch.setattr("vae_core.latent.geodesics._NUMBERS", 1)
    for found, alone in zip(together, shortest_paths(surface, a, b), strict=True):
        np.testing.assert_allclose(alone.path, found.path, atol=1e-3)


def test_a_path_from_a_place_to_itself_stays_there() -> None:
    found = geodesic(sphere(), [0.3, 0.2], [0.3, 0.2])
    assert (found.length, found.kept) == (0, "straight")
    np.testing.assert_allclose(found.path, np.tile([0.3, 0.2], (len(found.path), 1)), rtol=1e-6)


def test_one_that_was_not_finished_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    finished = geodesic(sphere(), [-1, 1], [1, 1])
    monkeypatch.setattr("vae_core.latent.geodesics.MOST_STEPS", 1)
    cut_short = geodesic(sphere(), [-1, 1], [1, 1])
    assert (finished.converged, cut_short.converged) == (True, False)
    assert finished.length <= cut_short.length <= cut_short.straight_length


def test_a_path_leads_through_its_stops_in_their_order() -> None:
    surface = random_surface(8, 2)
    stops = np.float32([[-1, 0], [0, 1], [1, 0], [0, -1]])
    found = through(surface, stops, n=9)
    assert (found.path.shape, found.stops) == ((25, 2), (0, 8, 16, 24))
    np.testing.assert_array_equal(found.path[list(found.stops)], stops)
    parts = shortest_paths(surface, stops[:-1], stops[1:], n=9)
    assert found.length == pytest.approx(sum(part.length for part in parts))
    assert found.length <= found.straight_length


def test_the_number_of_points_is_the_paths_own() -> None:
    assert geodesic(sphere(), [0, 0], [1, 1], n=12).path.shape == (12, 2)


@pytest.mark.parametrize(
    ("a", "b", "n", "message"),
    [
        ([[0, 0]], [[0, 0], [1, 1]], 9, "do not go together"),
        ([[0, 0]], [[0, 0, 0]], 9, "do not go together"),
        ([0, 0], [1, 1], 9, "a has the wrong shape"),
        ([[0, 0]], [[0, np.nan]], 9, "b holds NaN"),
        ([[0, 0]], [[1, 1]], 2, "at least 3"),
    ],
)
def test_what_is_no_pair_of_ends_is_refused(a: object, b: object, n: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        shortest_paths(sphere(), a, b, n=n)  # type: ignore[arg-type]


def test_one_stop_is_no_path() -> None:
    with pytest.raises(InputError, match="more stops"):
        through(sphere(), [[0, 0]])
