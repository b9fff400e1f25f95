from __future__ import annotations

import numpy as np
import pytest

from explorer.figures import codes


def test_near_vectors_have_near_colours(rng: np.random.Generator) -> None:
    line = np.linspace(0, 1, 9)[:, None] * rng.normal(size=(1, 5)) * 10
    found = codes.colours(line.astype(np.float32))
    light = [float(colour.split("(")[1].split()[0]) for colour in found]
    assert light == sorted(light) or light == sorted(light, reverse=True)
    assert min(light) == pytest.approx(codes.LIGHT[0])
    assert max(light) == pytest.approx(codes.LIGHT[1])


@pytest.mark.parametrize(("count", "dimensions"), [(2, 1), (64, 16), (3, 2)])
def test_every_code_has_a_colour(count: int, dimensions: int, rng: np.random.Generator) -> None:
    found = codes.colours(rng.normal(size=(count, dimensions)).astype(np.float32))
    assert len(found) == count
    assert all(colour.startswith("oklab(") for colour in found)


def test_a_code_s_patch_is_the_mean_of_the_places_that_have_it() -> None:
    images = np.zeros((2, 1, 4, 4), np.float32)
    images[0, 0, :2, 2:], images[1, 0, 2:, :2] = 0.4, 0.8
    maps = np.array([[[0, 2], [0, 0]], [[0, 0], [2, 0]]])
    found, uses = codes.patches(images, maps, 4)
    assert uses.tolist() == [6, 0, 2, 0]
    assert found.shape == (4, 1, 4, 4)
    np.testing.assert_allclose(found[2, 0, 1:3, 1:3], 0.6)
    np.testing.assert_allclose(found[0, 0, 1:3, 1:3], 0)
    assert not found[1].any()


@pytest.mark.parametrize("side", [8, 9, 28, 29])
def test_places_need_not_divide_the_image(side: int, rng: np.random.Generator) -> None:
    images = rng.uniform(size=(3, 3, side, side)).astype(np.float32)
    maps = rng.integers(5, size=(3, 4, 4))
    found, uses = codes.patches(images, maps, 5)
    assert found.shape[:2] == (5, 3)
    assert uses.sum() == 48
    assert np.isfinite(found).all()
