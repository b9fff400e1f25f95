from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vae_core.applications import denoise, with_noise
from vae_core.errors import InputError
from vae_core.trained import TrainedModel

Images = NDArray[np.float32]


def _error(found: Images, images: Images) -> float:
    return float(((found - images) ** 2).mean())


def test_denoising_takes_most_of_strong_noise_away_and_costs_a_clean_image_something(
    trained: TrainedModel, test_images: Images
) -> None:
    noisy = with_noise(test_images, 0.4, np.random.default_rng(0))
    assert _error(denoise(trained, noisy, 0.4), test_images) < 0.7 * _error(noisy, test_images)
    assert _error(denoise(trained, test_images, 0.0), test_images) > 0.01


def test_the_code_that_is_found_fits_better_than_the_encoders(
    trained: TrainedModel, test_images: Images
) -> None:
    few = test_images[:50]
    assert _error(denoise(trained, few, 0.0), few) < _error(trained.reconstruct(few), few)


def test_it_is_the_same_each_time_and_wider_noise_leads_nearer_to_what_is_usual(
    trained: TrainedModel, test_images: Images
) -> None:
    few = test_images[:20]
    narrow, wide = denoise(trained, few, 0.1), denoise(trained, few, 5.0)
    np.testing.assert_array_equal(narrow, denoise(trained, few, 0.1))
    assert wide.std(axis=0).mean() < 0.5 * narrow.std(axis=0).mean()


def test_noise_is_the_generators_own_as_wide_as_asked_and_stays_in_range() -> None:
    grey = np.full((200, 1, 8, 8), 0.5, np.float32)
    first, again, other = (with_noise(grey, 0.1, np.random.default_rng(seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.std() == pytest.approx(0.1, rel=0.03)
    wide = with_noise(grey, 5.0, np.random.default_rng(0))
    assert (wide.min(), wide.max()) == (0, 1)


def test_what_does_not_fit_is_refused(trained: TrainedModel, test_images: Images) -> None:
    with pytest.raises(InputError):
        with_noise(test_images, -1.0, np.random.default_rng(0))
    with pytest.raises(InputError):
        denoise(trained, test_images, -1.0)
