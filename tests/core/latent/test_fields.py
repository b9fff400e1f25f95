from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.neighbors import KNeighborsClassifier

from vae_core.errors import InputError
from vae_core.latent import (
    class_field,
    decoded_field,
    distance_field,
    log_aggregate,
    log_density_ratio,
    magnification_field,
    plane_covariances,
    regression_field,
    scott_bandwidth,
    square_grid,
)

RNG = np.random.default_rng(0)
GRID = square_grid([0.5, -0.5], 3.0, 24)
CODES = RNG.normal(size=(60, 2)) * [1.0, 0.6]
LABELS = (CODES[:, 0] > 0).astype(np.int64) + (CODES[:, 1] > 0.3)


def rotated(angle: float = 0.7) -> np.ndarray:
    axes = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return plane_covariances(RNG.normal(-1.5, 0.5, (60, 2)), axes)


class TestGrid:
    def test_its_first_row_is_the_top_and_its_cells_fill_the_square(self) -> None:
        assert GRID.shape == (24, 24)
        assert GRID.y[0] > GRID.y[-1]
        assert GRID.x[0] < GRID.x[-1]
        np.testing.assert_allclose(GRID.points[0], [0.5 - 3 + 0.125, -0.5 + 3 - 0.125])
        assert GRID.cell == 0.25

    @pytest.mark.parametrize("wrong", [([0], 1, 4), ([0, 0], 0, 4), ([0, 0], math.nan, 4), ([0, 0], 1, 0)])
    def test_what_is_no_grid_is_refused(self, wrong: tuple) -> None:
        with pytest.raises(InputError):
            square_grid(*wrong)


class TestAggregate:
    @pytest.mark.parametrize("covariances", [np.stack([np.diag([0.2, 0.1])] * 60), rotated()])
    def test_is_the_mixture_that_scipy_computes(self, covariances: np.ndarray) -> None:
        found = log_aggregate(GRID, CODES, covariances)
        each = [multivariate_normal(m, c).pdf(GRID.points) for m, c in zip(CODES, covariances, strict=True)]
        np.testing.assert_allclose(np.exp(found).ravel(), np.mean(each, axis=0), rtol=1e-5, atol=1e-12)

    def test_holds_all_of_the_mass(self) -> None:
        wide = square_grid([0, 0], 8, 200)
        assert np.exp(log_aggregate(wide, CODES, rotated())).sum() * wide.cell**2 == pytest.approx(
            1, abs=1e-3
        )

    def test_far_away_it_is_low_and_finite(self) -> None:
        far = square_grid([1e4, 1e4], 1, 3)
        assert np.isfinite(log_aggregate(far, CODES, np.stack([np.eye(2) * 1e-4] * 60))).all()

    @pytest.mark.parametrize(
        "wrong", [np.zeros((60, 2, 2)), -np.stack([np.eye(2)] * 60), np.ones((60, 2)), np.stack([np.eye(2)])]
    )
    def test_what_is_no_covariance_is_refused(self, wrong: np.ndarray) -> None:
        with pytest.raises(InputError):
            log_aggregate(GRID, CODES, wrong)


class TestDensityRatio:
    def test_is_zero_where_the_codes_are_the_prior(self) -> None:
        ratio = log_density_ratio(GRID, [[0.3, 0.4]], [np.eye(2)], [0.3, 0.4])
        np.testing.assert_allclose(ratio, 0, atol=1e-5)
        assert ratio.dtype == np.float32

    def test_is_the_difference_of_two_quadratic_forms_for_one_posterior(self) -> None:
        var = 0.25
        ratio = log_density_ratio(GRID, [[1.0, 0.0]], [var * np.eye(2)], [0.0, 0.0])
        x, y = GRID.points.T
        q, p = var + GRID.cell**2, 1 + GRID.cell**2
        known = -((x - 1) ** 2 + y**2) / (2 * q) - math.log(q) + (x**2 + y**2) / (2 * p) + math.log(p)
        np.testing.assert_allclose(ratio.ravel(), known, rtol=1e-4, atol=1e-4)

    def test_a_place_that_no_image_is_near_is_a_hole(self) -> None:
        around = np.array([[math.cos(a), math.sin(a)] for a in np.arange(0, 6.28, 0.1)]) * 2
        middle = square_grid([0, 0], 0.1, 1)
        assert (
            log_density_ratio(middle, around, np.stack([0.01 * np.eye(2)] * len(around)), [0, 0])[0, 0] < -20
        )

    def test_where_neither_has_any_density_it_is_blank(self) -> None:
        whole = log_density_ratio(GRID, [[3.0, 0.0]], [0.1 * np.eye(2)], [0, 0])
        some = log_density_ratio(GRID, [[3.0, 0.0]], [0.1 * np.eye(2)], [0, 0], least=0.1)
        x, y = GRID.points.T
        near = (x**2 + y**2 < 2 * math.log(10)) | ((x - 3) ** 2 + y**2 < 0.1)
        assert np.isfinite(some.ravel()[near & (x**2 + y**2 < 4)]).all()
        assert np.isnan(some[0, 0])
        shown = np.isfinite(some)
        np.testing.assert_array_equal(some[shown], whole[shown])

    def test_says_the_same_along_axes_and_turned_together(self) -> None:
        turned = rotated(0.0) + np.array([[0, 1e-9], [1e-9, 0]])
        first = log_density_ratio(GRID, CODES, turned, [0, 0])
        again = log_density_ratio(GRID, CODES, np.stack([np.diag(np.diag(c)) for c in turned]), [0, 0])
        np.testing.assert_allclose(first, again, atol=1e-4)


class TestRegression:
    def test_is_the_weighted_mean_that_its_definition_says(self) -> None:
        values = RNG.uniform(1, 2, 60)
        found = regression_field(GRID, CODES, values, 0.4).ravel()
        apart = ((GRID.points[:, None] - CODES) ** 2).sum(axis=2)
        weights = np.exp(-apart / (2 * 0.4**2))
        near = weights.sum(axis=1) >= math.exp(-4.5)
        np.testing.assert_allclose(found[near], (weights @ values / weights.sum(axis=1))[near], rtol=1e-5)
        assert np.isnan(found[~near]).all()
        assert 0 < near.sum() < len(near)

    def test_a_constant_stays_that_constant(self) -> None:
        found = regression_field(GRID, CODES, np.full(60, 0.125), scott_bandwidth(CODES))
        assert set(found[~np.isnan(found)]) == {0.125}

    def test_scotts_bandwidth_shrinks_with_the_sixth_root_of_the_count(self) -> None:
        many = np.concatenate([CODES] * 64)
        assert scott_bandwidth(many) == pytest.approx(scott_bandwidth(CODES) / 2)

    @pytest.mark.parametrize(
        ("values", "width"), [(np.ones(59), 1.0), (np.ones(60), 0.0), (np.ones(60), -1.0)]
    )
    def test_what_does_not_fit_is_refused(self, values: np.ndarray, width: float) -> None:
        with pytest.raises(InputError):
            regression_field(GRID, CODES, values, width)


class TestClasses:
    @pytest.mark.parametrize("k", [1, 5, 15])
    def test_are_those_of_scikit_learn(self, k: int) -> None:
        classes, share = class_field(GRID, CODES, LABELS, k)
        known = KNeighborsClassifier(k).fit(CODES, LABELS)
        np.testing.assert_array_equal(classes.ravel(), known.predict(GRID.points))
        np.testing.assert_allclose(share.ravel(), known.predict_proba(GRID.points).max(axis=1), atol=1e-6)

    def test_with_fewer_codes_than_neighbours_all_vote(self) -> None:
        _, share = class_field(GRID, CODES[:3], np.array([0, 1, 1]), 15)
        np.testing.assert_allclose(share, 2 / 3, atol=1e-6)

    @pytest.mark.parametrize("labels", [LABELS[:-1], LABELS - 5, LABELS + 0.5])
    def test_labels_that_do_not_fit_are_refused(self, labels: np.ndarray) -> None:
        with pytest.raises(InputError):
            class_field(GRID, CODES, labels)


class TestPlaces:
    def test_the_distance_is_that_to_the_nearest_code_in_all_dimensions(self) -> None:
        z, mu = RNG.normal(size=(4, 5, 7)), RNG.normal(size=(30, 7))
        known = np.sqrt(((z[:, :, None] - mu) ** 2).sum(axis=3)).min(axis=2)
        np.testing.assert_allclose(distance_field(z, mu), known, rtol=1e-5)

    def test_a_measure_is_asked_once_for_all_places(self) -> None:
        asked = []
        z = RNG.normal(size=(4, 5, 3))
        found = decoded_field(z, lambda codes: (asked.append(codes.shape), codes[:, 0])[1])
        assert asked == [(20, 3)]
        np.testing.assert_allclose(found, z[..., 0], rtol=1e-6)

    @pytest.mark.parametrize("d", [1, 2, 8, 9, 40])
    def test_the_distance_is_that_to_the_nearest_of_all_codes(self, d: int) -> None:
        z, mu = RNG.normal(size=(7, 9, d)), RNG.normal(size=(300, d))
        mu[17] = z[3, 4]
        wanted = np.linalg.norm(z[:, :, None] - mu, axis=-1).min(axis=-1)
        found = distance_field(z, mu)
        np.testing.assert_allclose(found, wanted, atol=1e-6)
        assert found[3, 4] == pytest.approx(0, abs=1e-6)

    def test_the_magnification_is_the_area_of_the_planes_image(self) -> None:
        # A linear map: the plane's two axes become two vectors, and their parallelogram has the area known.
        linear, axes = RNG.normal(size=(6, 3)), np.linalg.qr(RNG.normal(size=(3, 2)))[0].T
        sides = linear @ axes.T
        area = np.sqrt(np.prod((sides**2).sum(axis=0)) - (sides[:, 0] @ sides[:, 1]) ** 2)
        found = magnification_field(
            RNG.normal(size=(30, 20, 3)), lambda z: np.stack([linear.T @ linear] * len(z)), axes
        )
        np.testing.assert_allclose(found, np.log10(area), rtol=1e-5)
        flat = magnification_field(np.zeros((1, 1, 3)), lambda z: np.zeros((1, 3, 3)), axes)
        assert flat.tolist() == [[-30]]
        with pytest.raises(InputError):
            magnification_field(np.zeros((1, 1, 3)), lambda z: np.zeros((1, 3, 3)), np.eye(2))

    def test_what_does_not_fit_is_refused(self) -> None:
        with pytest.raises(InputError):
            distance_field(np.zeros((2, 2, 3)), np.zeros((4, 2)))
        with pytest.raises(InputError):
            decoded_field(np.zeros((4, 3)), len)
        with pytest.raises(InputError):
            decoded_field(np.zeros((2, 2, 3)), lambda codes: codes)


def test_every_field_is_the_same_each_time() -> None:
    for make in (
        lambda: log_density_ratio(GRID, CODES, np.stack([np.eye(2)] * 60), [0, 0]),
        lambda: regression_field(GRID, CODES, CODES[:, 0], 0.5),
        lambda: class_field(GRID, CODES, LABELS)[0],
        lambda: distance_field(GRID.points.reshape(24, 24, 2), CODES),
    ):
        np.testing.assert_array_equal(make(), make())
