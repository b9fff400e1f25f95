from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from vae_core.datasets import ImageDataset, as_float
from vae_core.errors import InputError
from vae_core.metrics import gradient_energy_ratio, mse, psnr, ssim

Images = NDArray[np.float64]
PAIRED = pytest.mark.parametrize("measure", [mse, psnr, ssim])
shapes = st.tuples(st.integers(1, 5), st.sampled_from([1, 3]), st.integers(8, 20), st.integers(8, 20))


def pair(seed: int, shape: tuple[int, ...] = (4, 1, 16, 16), noise: float = 0.2) -> tuple[Images, Images]:
    rng = np.random.default_rng(seed)
    smooth = gaussian_filter(rng.uniform(size=shape), (0, 0, 1.5, 1.5))
    references = (smooth - smooth.min()) / np.ptp(smooth)
    return np.clip(references + noise * rng.normal(size=shape), 0, 1), references


def ssim_of_scipy(x: Images, y: Images, window: int) -> float:
    """One image and channel after the other, with the centre of scipy's filter where the window lies inside."""
    half = window // 2

    def mean(image: Images) -> Images:
        return gaussian_filter(image, 1.5, radius=half)[
            half : image.shape[0] - half, half : image.shape[1] - half
        ]

    found = []
    for a, b in zip(x.reshape(-1, *x.shape[2:]), y.reshape(-1, *y.shape[2:]), strict=True):
        var_a, var_b = mean(a * a) - mean(a) ** 2, mean(b * b) - mean(b) ** 2
        luminance = (2 * mean(a) * mean(b) + 1e-4) / (mean(a) ** 2 + mean(b) ** 2 + 1e-4)
        structure = (2 * (mean(a * b) - mean(a) * mean(b)) + 9e-4) / (var_a + var_b + 9e-4)
        found.append((luminance * structure).mean())
    return float(np.mean(found))


@given(st.integers(0, 10_000), shapes, st.floats(0, 0.5))
@settings(deadline=None, max_examples=30)
def test_similarity_agrees_with_scipys_gaussian_filter(
    seed: int, shape: tuple[int, ...], noise: float
) -> None:
    x, y = pair(seed, shape, noise)
    side = min(shape[2:])
    window = 11 if side >= 11 else side - 1 + side % 2
    assert ssim(x, y) == pytest.approx(ssim_of_scipy(x, y, window), abs=1e-9)
    assert ssim(x, y, window=5) == pytest.approx(ssim_of_scipy(x, y, 5), abs=1e-9)


@given(st.integers(0, 10_000), shapes)
@settings(deadline=None, max_examples=30)
def test_the_squared_error_is_the_mean_over_all_pixels_and_the_ratio_its_logarithm(
    seed: int, shape: tuple[int, ...]
) -> None:
    x, y = pair(seed, shape)
    assert mse(x, y) == pytest.approx(np.mean((x - y) ** 2))
    assert psnr(x, y) == pytest.approx(10 * math.log10(1 / np.mean((x - y) ** 2)))


@given(st.integers(0, 1000), shapes)
@settings(deadline=None, max_examples=20)
def test_exchanging_images_and_references_changes_nothing(seed: int, shape: tuple[int, ...]) -> None:
    x, y = pair(seed, shape)
    for measure in (mse, psnr, ssim):
        assert measure(x, y) == pytest.approx(measure(y, x), abs=1e-12)
    assert -1 <= ssim(x, y) <= 1


def test_identical_images_are_perfect() -> None:
    _, y = pair(0)
    assert (mse(y, y), psnr(y, y), ssim(y, y)) == (0, math.inf, 1)


def test_of_two_changes_of_equal_error_a_shift_of_brightness_is_the_more_similar() -> None:
    _, y = pair(0)
    y = 0.2 + 0.6 * y
    shifted = y + 0.1
    noisy = y + 0.1 * np.random.default_rng(0).choice([-1.0, 1.0], y.shape)
    assert mse(shifted, y) == pytest.approx(mse(noisy, y))
    assert ssim(shifted, y) > ssim(noisy, y) + 0.1


def test_more_noise_is_worse_by_every_measure() -> None:
    found = [
        [measure(*pair(0, noise=noise)) for noise in (0.05, 0.1, 0.2, 0.4)] for measure in (mse, psnr, ssim)
    ]
    assert found[0] == sorted(found[0])
    assert found[1] == sorted(found[1], reverse=True)
    assert found[2] == sorted(found[2], reverse=True)


def test_many_images_are_the_mean_of_few() -> None:
    x, y = pair(1, (600, 1, 8, 8))
    assert ssim(x, y) == pytest.approx(
        np.mean([ssim(x[k : k + 100], y[k : k + 100]) for k in range(0, 600, 100)])
    )
    assert mse(x, y) == pytest.approx(np.mean((x - y) ** 2))
    assert ssim(x.astype(np.float32), y.astype(np.float32)) == pytest.approx(ssim(x, y), abs=1e-4)


def test_every_measure_gives_the_same_number_again() -> None:
    x, y = pair(2)
    for measure in (mse, psnr, ssim, gradient_energy_ratio):
        assert measure(x, y) == measure(x, y)


@given(st.integers(0, 10_000), shapes)
@settings(deadline=None, max_examples=30)
def test_sharpness_is_the_ratio_of_squared_differences_of_neighbours(
    seed: int, shape: tuple[int, ...]
) -> None:
    x, y = pair(seed, shape)

    def energy(images: Images) -> float:
        down, across = images[:, :, 1:] - images[:, :, :-1], images[..., 1:] - images[..., :-1]
        return float((down**2).mean() + (across**2).mean())

    assert gradient_energy_ratio(x, y) == pytest.approx(energy(x) / energy(y))


def test_real_images_are_as_sharp_as_others_of_their_kind_and_blurred_ones_are_not(
    digits: ImageDataset,
) -> None:
    one, other = as_float(digits.train.images), as_float(digits.test.images)
    assert gradient_energy_ratio(other, other) == 1
    assert gradient_energy_ratio(other, one) == pytest.approx(1, abs=0.05)
    blurred = [gradient_energy_ratio(gaussian_filter(other, (0, 0, s, s)), one) for s in (0.5, 1.0, 2.0)]
    assert 0.9 > blurred[0] > blurred[1] > blurred[2]
    noisy = np.clip(other + 0.3 * np.random.default_rng(0).normal(size=other.shape), 0, 1)
    assert gradient_energy_ratio(noisy, one) > 1.2


@PAIRED
@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((2, 1, 8, 8)), np.zeros((3, 1, 8, 8)), "differ in shape"),
        (np.zeros((2, 8, 8)), np.zeros((2, 8, 8)), r"allowed|Allowed: floats \[N, C, H, W\]"),
        (np.zeros((0, 1, 8, 8)), np.zeros((0, 1, 8, 8)), "not empty"),
        (np.zeros((2, 1, 8, 8), np.uint8), np.zeros((2, 1, 8, 8)), "uint8"),
        (np.full((2, 1, 8, 8), 255.0), np.zeros((2, 1, 8, 8)), "0 to 1"),
        (np.full((2, 1, 8, 8), np.nan), np.zeros((2, 1, 8, 8)), "0 to 1"),
    ],
)
def test_what_are_no_pairs_of_images_is_refused(
    measure: Callable[[Images, Images], float], x: Images, y: Images, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        measure(x, y)


@pytest.mark.parametrize("window", [0, 4, 9, -1])
def test_a_window_that_does_not_fit_is_refused(window: int) -> None:
    with pytest.raises(InputError, match="odd, 1 to 8"):
        ssim(*pair(0, (1, 1, 8, 8)), window=window)


def test_data_without_edges_or_of_another_shape_are_no_yardstick() -> None:
    with pytest.raises(InputError, match="no edges"):
        gradient_energy_ratio(pair(0)[0], np.full((4, 1, 16, 16), 0.5))
    with pytest.raises(InputError, match="differ in shape"):
        gradient_energy_ratio(pair(0)[0], np.zeros((4, 1, 8, 8)))
