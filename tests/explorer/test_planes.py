from __future__ import annotations

import numpy as np
import pytest

from explorer import planes

MU = np.random.default_rng(0).normal(size=(400, 5)).astype(np.float32) * np.float32([3, 1, 0.1, 2, 0.5]) + 1
LABELS = np.arange(400) % 4


def test_two_axes_show_the_codes_own_numbers() -> None:
    view = planes.view_of(MU, LABELS, "axes", (3, 1))
    np.testing.assert_allclose(view.points, MU[:, [3, 1]], rtol=1e-5)
    assert view.titles == ("z4", "z2")
    assert "other 3 dimensions" in view.note


def test_the_principal_plane_says_how_much_it_holds() -> None:
    view = planes.view_of(MU, LABELS, "pca", (0, 1))
    variances = np.sort(np.linalg.eigvalsh(np.cov(MU, rowvar=False)))[::-1]
    assert "{:.0%} + {:.0%}".format(*(variances / variances.sum())[:2]) in view.note
    assert view.titles == ("PCA 1", "PCA 2")


def test_a_model_of_two_dimensions_needs_no_note() -> None:
    assert planes.view_of(MU[:, :2], LABELS, "pca", (0, 1)).note == ""


def test_one_dimension_is_spread_by_class_without_moving_along_it() -> None:
    view = planes.view_of(MU[:, :1], LABELS, "axes", (0, 1))
    np.testing.assert_array_equal(view.points[:, 0], MU[:, 0])
    assert np.abs(view.points[:, 1] - LABELS).max() <= 0.3
    z, columns, rows = planes.grid(view, planes.PRIOR, 7)
    assert z.shape == (1, 7, 1)
    np.testing.assert_array_equal(z[0, :, 0], columns)
    assert len(rows) == 1


@pytest.mark.parametrize("kind", ["axes", "pca"])
@pytest.mark.parametrize("spacing", [planes.PRIOR, planes.CODES, planes.EVEN])
def test_the_grid_goes_right_and_down_as_the_map_does(kind: str, spacing: str) -> None:
    view = planes.view_of(MU, LABELS, kind, (0, 3))
    z, columns, rows = planes.grid(view, spacing, 9)
    assert z.shape == (9, 9, 5)
    assert (np.diff(columns) > 0).all()
    assert (np.diff(rows) < 0).all()
    assert view.plane is not None
    back = view.plane.project(z.reshape(-1, 5)).reshape(9, 9, 2)
    np.testing.assert_allclose(back[..., 0], np.broadcast_to(columns, (9, 9)), atol=1e-4)
    np.testing.assert_allclose(back[..., 1], np.broadcast_to(rows[:, None], (9, 9)), atol=1e-4)


def test_the_priors_grid_is_centred_on_the_prior_even_in_a_principal_plane() -> None:
    view = planes.view_of(MU, LABELS, "pca", (0, 1))
    assert view.plane is not None
    _, columns, rows = planes.grid(view, planes.PRIOR, 9)
    origin = view.plane.project(np.zeros((1, 5)))[0]
    np.testing.assert_allclose([columns[4], rows[4]], origin, atol=1e-5)


def test_a_grid_at_the_codes_quantiles_has_as_many_codes_in_each_column() -> None:
    view = planes.view_of(MU, LABELS, "axes", (0, 1))
    _, columns, _ = planes.grid(view, planes.CODES, 10)
    ranks = [(MU[:, 0] < edge).mean() for edge in columns]
    np.testing.assert_allclose(ranks, (np.arange(10) + 0.5) / 10, atol=0.01)


@pytest.mark.parametrize(("count", "most"), [(0, 5), (1, 5), (5, 5), (1000, 7)])
def test_spread_rows_are_distinct_in_order_and_within(count: int, most: int) -> None:
    rows = planes.spread_rows(count, most)
    assert len(rows) == min(count, most)
    assert (np.diff(rows) > 0).all()
    assert count == 0 or (rows.min() == 0 and rows.max() <= count - 1)


def test_the_central_row_of_each_class_is_of_that_class_and_near_its_median() -> None:
    rows = planes.central_rows(MU[:, :2], LABELS)
    assert LABELS[rows].tolist() == [0, 1, 2, 3]
    for row in rows:
        own = MU[LABELS[row] == LABELS, :2]
        away = np.linalg.norm(own - np.median(own, axis=0), axis=1)
        assert np.linalg.norm(MU[row, :2] - np.median(own, axis=0)) == pytest.approx(away.min(), rel=1e-5)


def test_usage_is_the_kl_with_a_posterior_and_the_variance_without() -> None:
    logvar = np.zeros_like(MU)
    np.testing.assert_allclose(planes.usage(MU, logvar), (MU.astype(float) ** 2).mean(axis=0) / 2, rtol=1e-4)
    np.testing.assert_allclose(planes.usage(MU, None), MU.var(axis=0), rtol=1e-4)
