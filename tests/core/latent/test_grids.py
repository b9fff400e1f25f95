from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vae_core.errors import InputError
from vae_core.latent import bilinear, lerp, plane_grid, prior_grid, tile

counts = st.integers(1, 40)


@given(counts)
@settings(deadline=None)
def test_the_prior_grid_holds_the_quantiles_of_the_normal_distribution(n: int) -> None:
    reference = stats.norm.ppf((np.arange(n) + 0.5) / n)
    z = prior_grid(n)
    assert (z.shape, z.dtype) == ((n, n, 2), np.float32)
    np.testing.assert_allclose(z[0, :, 0], reference, atol=1e-6)
    np.testing.assert_allclose(z[:, 0, 1], reference[::-1], atol=1e-6)


@given(counts, st.floats(0.1, 10))
@settings(deadline=None)
def test_the_top_row_has_the_largest_z2_and_columns_grow_to_the_right(n: int, extent: float) -> None:
    for z in (prior_grid(n), plane_grid(n, extent)):
        assert (np.diff(z[:, :, 0], axis=1) > 0).all()
        assert (np.diff(z[:, :, 1], axis=0) < 0).all()
        assert (np.diff(z[:, :, 0], axis=0) == 0).all()
        assert (np.diff(z[:, :, 1], axis=1) == 0).all()


@given(counts, st.floats(0.1, 10))
@settings(deadline=None)
def test_grids_are_symmetric_about_the_middle(n: int, extent: float) -> None:
    for z in (prior_grid(n), plane_grid(n, extent)):
        np.testing.assert_allclose(z[::-1, ::-1], -z, atol=1e-6)
    np.testing.assert_array_equal(prior_grid(n)[::-1, ::-1], -prior_grid(n))


@given(st.integers(2, 40), st.floats(0.1, 10))
@settings(deadline=None)
def test_the_plane_grid_is_even_and_reaches_its_extent(n: int, extent: float) -> None:
    z = plane_grid(n, extent)
    np.testing.assert_allclose(z[0, :, 0], np.linspace(-extent, extent, n), rtol=1e-6, atol=1e-6)
    assert z[0, 0].tolist() == pytest.approx([-extent, extent])


def test_a_single_point_is_the_centre() -> None:
    assert prior_grid(1).tolist() == plane_grid(1, 3.0).tolist() == [[[0.0, 0.0]]]


@pytest.mark.parametrize("n", [0, -1, 2.0, True, "3", None])
def test_a_number_of_points_that_does_not_fit_is_refused(n: object) -> None:
    for ask in (prior_grid, lambda n: plane_grid(n, 1.0)):
        with pytest.raises(InputError, match="at least 1"):
            ask(n)  # type: ignore[arg-type]


@pytest.mark.parametrize("extent", [0, -1.0, float("nan"), float("inf")])
def test_an_extent_that_is_not_positive_is_refused(extent: float) -> None:
    with pytest.raises(InputError, match="positive"):
        plane_grid(3, extent)


@given(st.tuples(*[st.integers(1, 4)] * 5))
@settings(deadline=None)
def test_each_tile_lies_in_its_row_and_column(shape: tuple[int, int, int, int, int]) -> None:
    rows, columns, channels, height, width = shape
    images = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    joined = tile(images)
    assert joined.shape == (channels, rows * height, columns * width)
    assert joined.dtype == images.dtype
    for i in range(rows):
        for j in range(columns):
            part = joined[:, i * height : (i + 1) * height, j * width : (j + 1) * width]
            np.testing.assert_array_equal(part, images[i, j])


def test_images_that_are_not_in_rows_and_columns_are_refused() -> None:
    with pytest.raises(InputError, match="Cc"):
        tile(np.zeros((4, 1, 8, 8)))


@given(st.integers(2, 12), st.integers(1, 5), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_a_grid_between_four_codes_has_them_at_its_corners_and_straight_sides(
    n: int, d: int, seed: int
) -> None:
    corners = np.random.default_rng(seed).normal(size=(4, d)).astype(np.float32)
    grid = bilinear(corners, n)
    assert (grid.shape, grid.dtype) == ((n, n, d), np.float32)
    np.testing.assert_array_equal(grid[[0, 0, -1, -1], [0, -1, 0, -1]], corners)
    np.testing.assert_allclose(grid[0], lerp(corners[0], corners[1], n), atol=1e-6)
    np.testing.assert_allclose(grid[:, -1], lerp(corners[1], corners[3], n), atol=1e-6)
    assert bilinear(corners, n).tobytes() == grid.tobytes()


def test_a_grid_between_codes_needs_four_of_one_length() -> None:
    with pytest.raises(InputError, match="4 codes"):
        bilinear([[0, 0], [1, 1]], 3)
    with pytest.raises(InputError, match="at least 2"):
        bilinear(np.zeros((4, 2)), 1)
