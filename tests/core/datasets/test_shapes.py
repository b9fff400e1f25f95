from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vae_core.datasets.image_dataset import SPLITS
from vae_core.datasets.shapes import (
    FACTOR_SIZES,
    GRID_COUNT,
    draw,
    draw_split,
    factor_values,
    load_shapes,
    sample_indices,
)
from vae_core.errors import DatasetError

indices = st.integers(0, GRID_COUNT - 1)
sizes = st.sampled_from([32, 64])


def at(*steps: int) -> NDArray[np.int64]:
    return np.array([np.ravel_multi_index(steps, FACTOR_SIZES)])


def centre(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Centre of mass (x, y) of a drawing in pixels."""
    down, right = np.nonzero(image)
    return np.array([right.mean() + 0.5, down.mean() + 0.5])


def test_the_grid_has_the_sizes_of_dsprites() -> None:
    assert FACTOR_SIZES == (3, 6, 40, 32, 32)
    assert GRID_COUNT == 737_280


def drawn_by_definition(index: int, size: int) -> NDArray[np.uint8]:
    """Draw one image pixel by pixel from the factors, with no window and no table."""
    shape, scale, angle, x, y = factor_values(np.array([index]))[0].astype(np.float64)
    centre_x, centre_y = 16.5 + 31 * x, 16.5 + 31 * y
    image = np.zeros((size, size), dtype=np.uint8)
    for row in range(size):
        for column in range(size):
            right = (column + 0.5) * 64 / size - centre_x
            down = (row + 0.5) * 64 / size - centre_y
            u = (right * np.cos(angle) + down * np.sin(angle)) / scale
            v = (down * np.cos(angle) - right * np.sin(angle)) / scale
            if shape == 0:
                inside = max(abs(u), abs(v)) <= 10.3
            elif shape == 1:
                inside = (u / 15) ** 2 + (v / 7.5) ** 2 <= 1
            else:
                a, b = u / 12, 0.29 - v / 12
                inside = (a * a + b * b - 1) ** 3 <= a * a * b**3
            image[row, column] = 255 * inside
    return image


@given(indices, sizes)
@settings(max_examples=25, deadline=None)
def test_an_image_is_what_its_factors_say(index: int, size: int) -> None:
    different = drawn_by_definition(index, size) != draw(np.array([index]), size)[0, 0]
    # A pixel whose centre lies on the outline to the last bit may fall on either side.
    assert different.sum() <= 2


@given(st.lists(indices, min_size=1, max_size=20), sizes)
@settings(max_examples=50, deadline=None)
def test_pixels_are_black_or_white_and_both_occur(chosen: list[int], size: int) -> None:
    images = draw(np.array(chosen), size)
    assert images.shape == (len(chosen), 1, size, size)
    assert images.dtype == np.uint8
    assert set(np.unique(images)) == {0, 255}
    assert (images.reshape(len(chosen), -1).max(axis=1) == 255).all()


def test_no_sprite_is_cut_off_at_the_edge() -> None:
    sprites = np.arange(np.prod(FACTOR_SIZES[:3])) * 32 * 32
    corners = [0, 31, 31 * 32, 31 * 32 + 31]
    areas = np.stack([(draw(sprites + corner, 64) > 0).sum(axis=(1, 2, 3)) for corner in corners])
    assert (areas == areas[0]).all()


def test_each_position_moves_the_sprite_by_its_step() -> None:
    for size in (32, 64):
        step = size / 64
        for shape in range(3):
            first = centre(draw(at(shape, 3, 0, 0, 0), size)[0, 0])
            right = centre(draw(at(shape, 3, 0, 30, 0), size)[0, 0])
            down = centre(draw(at(shape, 3, 0, 0, 30), size)[0, 0])
            np.testing.assert_allclose(right - first, [30 * step, 0], atol=1e-9)
            np.testing.assert_allclose(down - first, [0, 30 * step], atol=1e-9)


def test_scale_grows_the_area_with_its_square() -> None:
    for shape in range(3):
        areas = [(draw(at(shape, scale, 0, 16, 16), 64) > 0).sum() for scale in range(6)]
        assert areas == sorted(areas)
        assert areas[-1] / areas[0] == pytest.approx(4, rel=0.25)


def test_orientation_turns_clockwise() -> None:
    tip = draw(at(2, 5, 0, 15, 15), 64)[0, 0]
    quarter = draw(at(2, 5, 10, 15, 15), 64)[0, 0]
    # Turning about the sprite's centre, which lies in the middle of a pixel, is turning an odd-sized part of the image.
    np.testing.assert_array_equal(np.rot90(tip[:63, :63], -1), quarter[:63, :63])


def test_a_heart_stands_on_its_tip() -> None:
    heart = draw(at(2, 5, 0, 15, 15), 64)[0, 0] > 0
    widths = heart.sum(axis=1)[heart.any(axis=1)]
    assert widths[-1] <= 3
    assert widths[:8].max() > 15


def test_the_three_shapes_and_all_forty_orientations_of_a_heart_differ() -> None:
    assert len({draw(at(shape, 5, 3, 9, 9), 64).tobytes() for shape in range(3)}) == 3
    assert len({draw(at(2, 5, turn, 9, 9), 64).tobytes() for turn in range(40)}) == 40


def test_the_full_grid_in_order_counts_its_last_factor_fastest() -> None:
    factors = factor_values(np.arange(GRID_COUNT))
    assert factors.dtype == np.float32
    assert [len(np.unique(column)) for column in factors.T] == list(FACTOR_SIZES)
    assert (np.diff(factors[:32, 4]) > 0).all()
    assert (factors[:32, :4] == factors[0, :4]).all()
    assert len(np.unique(factors, axis=0)) == GRID_COUNT
    np.testing.assert_array_equal(factors.min(axis=0), [0, 0.5, 0, 0, 0])
    np.testing.assert_allclose(factors.max(axis=0), [2, 1, 2 * np.pi * 39 / 40, 1, 1], rtol=1e-6)


@given(st.integers(0, 5000), st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_sampled_points_are_different_and_decided_by_the_seed(count: int, seed: int) -> None:
    chosen = sample_indices(count, seed)
    assert len(np.unique(chosen)) == count
    np.testing.assert_array_equal(chosen, sample_indices(count, seed))
    if count > 10:
        assert not np.array_equal(chosen, sample_indices(count, seed + 1))


def test_the_splits_share_no_image_and_carry_their_factors() -> None:
    dataset = load_shapes(count=2000, size=32)
    assert [len(dataset.split(name)) for name in SPLITS] == [1600, 200, 200]
    factors = np.concatenate(
        [dataset.split(name).factors for name in SPLITS if dataset.split(name) is not None]
    )
    assert len(np.unique(factors, axis=0)) == 2000
    for name in SPLITS:
        split = dataset.split(name)
        assert split.labels is not None
        assert split.factors is not None
        np.testing.assert_array_equal(split.labels, split.factors[:, 0])
    assert dataset.factor_names == ("shape", "scale", "orientation", "x", "y")
    assert dataset.class_names == ("square", "ellipse", "heart")


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again = load_shapes(seed=5, count=100), load_shapes(seed=5, count=100)
    for name in SPLITS:
        assert first.split(name).images.tobytes() == again.split(name).images.tobytes()


def test_size_changes_the_pixels_but_not_the_factors() -> None:
    small, large = load_shapes(count=100, size=32), load_shapes(count=100, size=64)
    np.testing.assert_array_equal(small.train.factors, large.train.factors)
    areas = [(data.train.images > 0).mean() for data in (small, large)]
    assert areas[0] == pytest.approx(areas[1], rel=0.03)


def test_drawing_leaves_no_trace_for_the_next_one() -> None:
    split = draw_split(np.arange(10), 64)
    before = split.images.copy()
    split.images[:] = 7
    np.testing.assert_array_equal(draw_split(np.arange(10), 64).images, before)


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({"size": 28}, "32 or 64"),
        ({"size": 0}, "32 or 64"),
        ({"count": 9}, "10 to 737280"),
        ({"count": GRID_COUNT + 1}, "10 to 737280"),
        ({"count": 100, "validation": 0}, "1 to 89"),
        ({"count": 100, "validation": 90}, "1 to 89"),
    ],
)
def test_numbers_out_of_bounds_are_refused(given: dict[str, int], allowed: str) -> None:
    with pytest.raises(DatasetError, match=allowed):
        load_shapes(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("index", [-1, GRID_COUNT])
def test_a_point_outside_the_grid_is_refused(index: int) -> None:
    for ask in (factor_values, lambda chosen: draw(chosen, 64)):
        with pytest.raises(DatasetError, match="no such point"):
            ask(np.array([index]))
    with pytest.raises(DatasetError, match="32 or 64"):
        draw(np.array([0]), 16)


def test_the_first_held_out_images_stand_for_all() -> None:
    dataset = load_shapes(count=20_000, size=32)
    for split in (dataset.validation, dataset.test):
        assert split.labels is not None
        shares = np.bincount(split.labels[:500], minlength=3) / 500
        np.testing.assert_allclose(shares, 1 / 3, atol=0.08)
