from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from vae_core.centring import BOX, centred, is_dark_on_light, scaled, smaller, without_paper
from vae_core.datasets import as_float, is_available, load_dataset


def blot(height: int, width: int, top: int, left: int, tall: int, wide: int) -> np.ndarray:
    image = np.zeros((height, width), np.float32)
    image[top : top + tall, left : left + wide] = 1
    return image


def box_of(image: np.ndarray) -> tuple[int, int]:
    rows, columns = np.argwhere(image > 1e-6).min(0), np.argwhere(image > 1e-6).max(0)
    tall, wide = columns - rows + 1
    return int(tall), int(wide)


def test_a_tall_stroke_is_twenty_of_28_pixels_high_and_keeps_its_proportions() -> None:
    made = centred(blot(336, 336, 10, 20, 200, 100), 28, 28)
    assert box_of(made) == (20, 10)
    assert_allclose(made.sum(), 200, rtol=1e-6)


@given(top=st.integers(0, 200), left=st.integers(0, 200), size=st.integers(40, 136))
def test_where_and_how_large_it_was_drawn_makes_no_difference(top: int, left: int, size: int) -> None:
    drawn = np.tri(size, dtype=np.float32)
    image = np.zeros((336, 336), np.float32)
    image[top : top + size, left : left + size] = drawn
    assert_array_equal(centred(image, 28, 28), centred(drawn, 28, 28))


def test_the_centre_of_mass_is_within_the_pixel_beyond_the_centre_as_in_mnist() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        drawn = (rng.random((90, 60)) < rng.random((90, 60)) ** 2).astype(np.float32)
        made = centred(drawn, 28, 28).astype(np.float64)
        middle = (np.indices(made.shape) + 0.5).reshape(2, -1) @ made.ravel() / made.sum()
        assert middle.min() >= 14 - 1e-6
        assert middle.max() < 15 + 1e-6


@pytest.mark.parametrize(("height", "width"), [(8, 8), (28, 28), (64, 64), (32, 48)])
def test_other_sizes_have_their_margin_in_proportion(height: int, width: int) -> None:
    made = centred(blot(400, 600, 0, 0, 400, 600), height, width)
    assert_allclose(made.sum(), (BOX * min(height / 400, width / 600)) ** 2 * 400 * 600, rtol=1e-5)


def test_grey_edges_come_from_averages_over_a_pixels_part() -> None:
    rng = np.random.default_rng(0)
    image = rng.random((3, 20, 30)).astype(np.float32)
    whole = image.reshape(3, 5, 4, 6, 5).mean((2, 4))
    assert_allclose(scaled(image, 5, 6), whole, atol=1e-6)
    assert_allclose(scaled(image, 40, 60), image.repeat(2, 1).repeat(2, 2), atol=1e-6)


def test_a_blank_image_is_black() -> None:
    assert centred(np.zeros((50, 40), np.float32), 28, 28).max() == 0
    assert centred(np.full((50, 40), 0.1, np.float32), 28, 28).max() == 0


def test_one_far_off_its_box_stays_inside_the_image() -> None:
    drawn = blot(100, 100, 0, 0, 100, 2)
    drawn[0, :] = 0.3
    made = centred(drawn, 28, 28)
    assert_allclose(made.sum(), drawn.sum() / 25, rtol=0.02)


def test_scans_are_told_from_images_of_light_on_dark() -> None:
    dark = blot(60, 60, 20, 20, 20, 5)[None]
    assert not is_dark_on_light(dark)
    assert is_dark_on_light(1 - dark)
    assert is_dark_on_light(1 - np.repeat(dark, 3, 0) * 0.6)
    assert not is_dark_on_light(np.ones((1, 60, 60), np.float32))


def test_the_paper_of_an_inverted_scan_becomes_black_and_its_ink_white() -> None:
    scan = 0.15 + 0.6 * blot(60, 60, 20, 20, 20, 5)
    assert_allclose(without_paper(scan), blot(60, 60, 20, 20, 20, 5), atol=1e-6)
    flat = np.full((60, 60), 0.5, np.float32)
    assert without_paper(flat) is flat


def test_a_large_image_is_shrunk_with_its_proportions_and_a_small_one_left_alone() -> None:
    assert smaller(np.zeros((3, 1000, 300), np.float32), 100).shape == (3, 100, 30)
    small = np.zeros((1, 28, 28), np.float32)
    assert smaller(small, 100) is small
    assert smaller(np.zeros((1, 3000, 1), np.float32), 100).shape == (1, 100, 1)


@pytest.mark.skipif(not is_available("mnist"), reason="MNIST is not on this machine")
def test_mnist_itself_is_left_as_it_is() -> None:
    images = as_float(load_dataset("mnist").test.images[:200, 0])
    made = np.stack([centred(image, 28, 28) for image in images])
    assert np.abs(made - images).mean() < 0.005
