from __future__ import annotations

import numpy as np
import pytest

from tests.core.latent.known_surfaces import cylinder, random_surface, sphere
from vae_core.errors import InputError
from vae_core.latent import Surface, magnification_field

PLACES = np.random.default_rng(0).uniform(-1, 1, (40, 2))


def test_the_metric_of_longitude_and_latitude_is_the_spheres() -> None:
    metric = sphere().metric(PLACES)
    assert (metric.shape, metric.dtype) == ((40, 2, 2), np.float64)
    np.testing.assert_allclose(metric[:, 0, 0], np.cos(PLACES[:, 1]) ** 2, atol=1e-6)
    np.testing.assert_allclose(metric[:, 1, 1], 1, atol=1e-6)
    np.testing.assert_allclose(metric[:, 0, 1], 0, atol=1e-6)


def test_the_magnification_is_how_much_area_a_small_square_gets() -> None:
    for surface, area in ((sphere(), np.cos(PLACES[:, 1])), (cylinder(3.0), 3.0)):
        found = 10 ** magnification_field(PLACES[None], surface.metric, np.eye(2))[0]
        np.testing.assert_allclose(found, np.broadcast_to(area, 40), atol=1e-5)


def test_a_metric_measures_what_a_small_step_changes() -> None:
    surface = random_surface(1, 3)
    z = np.random.default_rng(2).normal(size=(30, 3))
    step = 1e-2 * np.random.default_rng(3).normal(size=(30, 3))
    change = np.linalg.norm(surface.points(z + step / 2) - surface.points(z - step / 2), axis=1)
    told = np.sqrt(np.einsum("nd,nde,ne->n", step, surface.metric(z), step))
    np.testing.assert_allclose(told, change, rtol=2e-3)


def test_side_by_side_two_metrics_add_up() -> None:
    one, other = sphere(), cylinder(2.0)
    both = one.beside(other)
    assert both.points(PLACES).shape == (40, 6)
    np.testing.assert_allclose(both.metric(PLACES), one.metric(PLACES) + other.metric(PLACES), atol=1e-5)


def test_images_are_laid_out_flat() -> None:
    def decode(z: np.ndarray) -> np.ndarray:
        return (z @ np.ones((2, 12))).reshape(-1, 1, 3, 4)

    surface = Surface(decode, lambda z: (decode(z), np.ones((len(z), 1, 3, 4, 2))))
    assert surface.points(PLACES).shape == (40, 12)
    points, tangents = surface.tangents(PLACES)
    assert (points.shape, tangents.shape) == ((40, 12), (40, 2, 12))
    np.testing.assert_allclose(surface.metric(PLACES), 12)


def test_what_does_not_fit_is_refused() -> None:
    wrong = Surface(lambda z: z, lambda z: (z, np.zeros((len(z), 3))))
    with pytest.raises(InputError, match="Jacobian does not fit"):
        wrong.metric(PLACES)
    with pytest.raises(InputError, match="one image a code"):
        Surface(lambda z: z[:3], lambda z: (z, z)).points(PLACES)
    with pytest.raises(InputError, match="z has the wrong shape"):
        sphere().points([1.0, 2.0])
