"""Shortest paths on the models that are shipped, where real decoders are steep, flat and folded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vae_core.latent import even, geodesic, length, lerp, shortest_paths, slerp, start_graph
from vae_core.listing import catalogue
from vae_core.trained import load

SHIPPED = Path(__file__).resolve().parents[3] / "checkpoints"
PLANE = [entry.name for entry in catalogue(SHIPPED) if entry.latent_dim == 2] if SHIPPED.is_dir() else []
PAIRS = 200


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANE)
def test_no_path_on_a_shipped_model_is_longer_than_the_straight_line(name: str) -> None:
    trained = load(SHIPPED / name)
    model = trained.given(3) if trained.is_conditional else trained
    rng = np.random.default_rng(0)
    codes = model.latent_map.mu if model.has_encoder else rng.standard_normal((1000, 2))
    surface = model.surface()
    a, b = codes[rng.integers(len(codes), size=(2, PAIRS))]
    # Few points, for time's sake: what holds is that the line is kept where nothing shorter is found.
    found = shortest_paths(surface, a, b, graph=start_graph(surface, codes), n=9)
    assert len(found) == PAIRS
    assert all(path.length <= path.straight_length for path in found)
    # Measured again, at other places than the search did.
    for path, one, other in zip(found[:10], a, b, strict=False):
        straight = length(surface, lerp(one, other, 150))
        assert length(surface, even(surface, path.path, 150)) <= 1.01 * straight + 1e-6
    assert np.mean([path.converged for path in found]) > 0.9


def test_where_the_arc_is_shorter_than_the_line_the_geodesic_is_shorter_still() -> None:
    trained = load(SHIPPED / "mnist-vae-2d")
    codes = trained.latent_map
    assert codes.labels is not None
    one, zero = (codes.mu[codes.labels == label].mean(axis=0) for label in (1, 0))
    surface = trained.surface()
    found = geodesic(surface, one, zero, graph=start_graph(surface, codes.mu))
    assert found.length < length(surface, slerp(one, zero, 150)) < found.straight_length
