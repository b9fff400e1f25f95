from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vae_core.applications import impute
from vae_core.errors import InputError
from vae_core.trained import TrainedModel

Images = NDArray[np.float32]
LOWER = np.zeros((1, 8, 8), bool)
LOWER[:, 4:] = True


def test_known_pixels_stay_and_missing_ones_do_not_matter(trained: TrainedModel, test_images: Images) -> None:
    few = test_images[:20]
    found = impute(trained, few, LOWER, np.random.default_rng(0))
    np.testing.assert_array_equal(found[:, :, :4], few[:, :, :4])
    hidden = np.where(LOWER, np.float32(0.3), few)
    np.testing.assert_array_equal(impute(trained, hidden, LOWER, np.random.default_rng(0)), found)


def test_the_upper_half_tells_more_of_the_lower_one_than_the_mean_image_does(
    trained: TrainedModel, test_images: Images
) -> None:
    found = np.mean(
        [impute(trained, test_images, LOWER, np.random.default_rng(seed)) for seed in range(8)], axis=0
    )
    mean = np.broadcast_to(test_images.mean(0), test_images.shape)
    errors = [((guess - test_images)[:, LOWER] ** 2).mean() for guess in (found, mean)]
    assert errors[0] < 0.9 * errors[1]


def test_where_nothing_is_missing_nothing_changes_and_where_all_is_it_draws(
    trained: TrainedModel, test_images: Images
) -> None:
    few = test_images[:5]
    none, whole = np.zeros((1, 8, 8), bool), np.ones((1, 8, 8), bool)
    np.testing.assert_array_equal(impute(trained, few, none, np.random.default_rng(0)), few)
    assert (impute(trained, few, whole, np.random.default_rng(0)) != few).any()


def test_a_chain_is_its_generators_own_and_as_long_as_asked(
    trained: TrainedModel, test_images: Images
) -> None:
    few = test_images[:5]
    runs = [impute(trained, few, LOWER, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()
    assert (runs[0] != impute(trained, few, LOWER, np.random.default_rng(0), rounds=2)).any()


@pytest.mark.parametrize("missing", [LOWER[:, :4], LOWER.astype(int)])
def test_another_mask_is_refused(
    trained: TrainedModel, test_images: Images, missing: NDArray[np.bool_]
) -> None:
    with pytest.raises(InputError, match="missing"):
        impute(trained, test_images[:2], missing, np.random.default_rng(0))


def test_a_chain_without_a_round_is_refused(trained: TrainedModel, test_images: Images) -> None:
    with pytest.raises(InputError, match="round"):
        impute(trained, test_images[:2], LOWER, np.random.default_rng(0), rounds=0)
