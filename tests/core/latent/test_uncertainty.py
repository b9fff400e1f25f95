from __future__ import annotations

import numpy as np
import pytest

from tests.core.latent.known_surfaces import hill
from vae_core.errors import InputError
from vae_core.latent import geodesic, off_data, start_graph

ANGLE = np.random.default_rng(0).uniform(0, np.pi, 600)
ARCH = np.stack([np.cos(ANGLE), np.sin(ANGLE)], 1) + np.random.default_rng(1).normal(0, 0.05, (600, 2))
FLAT = hill(0.0)


def test_the_spread_is_small_on_the_data_and_grows_to_its_bound_away_from_it() -> None:
    known = off_data(ARCH, 100, scale=0.1, floor=0.01)
    assert np.median(known.sd(ARCH)) == pytest.approx(0.1, rel=0.05)
    away = known.sd(np.stack([np.zeros(30), np.linspace(1, 8, 30)], 1))
    assert (np.diff(away) >= -1e-12).all()
    assert away[-1] == pytest.approx(1.0, rel=1e-3)
    assert known.sd(100 * ARCH).max() <= 1.0


def test_its_slope_is_that_of_finite_differences() -> None:
    surface = off_data(ARCH, 100).surface()
    z = np.random.default_rng(2).uniform(-1.5, 1.5, (50, 2))
    found = surface.tangents(z)[1][:, :, 0]
    known = off_data(ARCH, 100)
    for axis in (0, 1):
        step = 1e-5 * np.eye(2)[axis]
        numeric = 10 * (known.sd(z + step) - known.sd(z - step)) / 2e-5
        np.testing.assert_allclose(found[:, axis], numeric, rtol=1e-3, atol=1e-4)


def test_it_is_as_long_as_the_spread_of_all_pixels_together() -> None:
    known = off_data(ARCH, 784)
    np.testing.assert_allclose(known.surface().points(ARCH)[:, 0], 28 * known.sd(ARCH), rtol=1e-5)


def test_a_path_keeps_to_the_data_unless_that_is_switched_off() -> None:
    a, b = [-1, 0], [1, 0]
    middles = []
    for scale in (1.0, 0.0):
        surface = FLAT.beside(off_data(ARCH, 100, scale=scale).surface())
        found = geodesic(surface, a, b, graph=start_graph(surface, ARCH))
        middles.append(np.linalg.norm(found.path[len(found.path) // 2]))
    assert middles[0] == pytest.approx(1, abs=0.2)
    assert middles[1] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    "setting", [{"width": 0.5}, {"floor": 0.1}, {"clusters": 5}, {"scale": 0.3}], ids=lambda s: next(iter(s))
)
def test_each_setting_has_an_effect(setting: dict[str, float]) -> None:
    place = np.float64([[0.0, 0.3]])
    assert off_data(ARCH, 1, **setting).sd(place) != off_data(ARCH, 1).sd(place)  # type: ignore[arg-type]


def test_the_same_codes_give_the_same_spread() -> None:
    assert off_data(ARCH, 9).sd(ARCH).tobytes() == off_data(ARCH, 9).sd(ARCH).tobytes()


@pytest.mark.parametrize("codes", [np.zeros((1, 3)), np.zeros((40, 3)), np.ones((5, 1))])
def test_few_or_equal_codes_still_have_a_spread(codes: np.ndarray) -> None:
    assert np.isfinite(off_data(codes, 4).sd(codes + 1)).all()


@pytest.mark.parametrize(
    "setting",
    [{"scale": -1.0}, {"scale": np.nan}, {"width": 0.0}, {"floor": 0.0}, {"floor": 2.0}, {"clusters": 0}],
)
def test_settings_that_do_not_fit_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(InputError):
        off_data(ARCH, 4, **setting)  # type: ignore[arg-type]
