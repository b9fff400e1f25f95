from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from vae_core.datasets.digits import load_digits
from vae_core.datasets.image_dataset import SPLITS
from vae_core.errors import DatasetError


def test_the_splits_hold_every_image_of_scikit_learn_once() -> None:
    dataset = load_digits()
    values, labels = sklearn_datasets.load_digits(return_X_y=True)
    assert [len(dataset.split(name)) for name in SPLITS] == [1197, 200, 400]
    together = np.concatenate([dataset.split(name).images for name in SPLITS]).reshape(-1, 64)
    reference = np.rint(values * 255 / 16).astype(np.uint8)
    np.testing.assert_array_equal(np.sort(together, axis=0), np.sort(reference, axis=0))
    labelled = {(image.tobytes(), label) for image, label in zip(reference, labels, strict=True)}
    for name in SPLITS:
        split = dataset.split(name)
        assert split.labels is not None
        assert split.labels.dtype == np.int64
        assert {
            (i.tobytes(), n) for i, n in zip(split.images.reshape(-1, 64), split.labels, strict=True)
        } <= labelled


def test_the_grey_scale_is_stretched_to_its_full_width() -> None:
    images = load_digits().train.images
    assert (images.dtype, images.shape[1:], images.min(), images.max()) == (np.uint8, (1, 8, 8), 0, 255)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_each_digit_has_its_share_in_each_split(seed: int) -> None:
    dataset = load_digits(seed=seed)
    for name in SPLITS:
        labels = dataset.split(name).labels
        assert labels is not None
        shares = np.bincount(labels, minlength=10) / len(labels)
        assert np.abs(shares - 0.1).max() < 0.015


def test_the_seed_decides_the_splits() -> None:
    first, again, other = load_digits(seed=3), load_digits(seed=3), load_digits(seed=4)
    for name in SPLITS:
        np.testing.assert_array_equal(first.split(name).images, again.split(name).images)
        assert not np.array_equal(first.split(name).images, other.split(name).images)


def test_more_validation_means_less_training_and_the_same_test_images() -> None:
    small, large = load_digits(validation=50), load_digits(validation=500)
    assert (len(small.train), len(large.train)) == (1347, 897)
    np.testing.assert_array_equal(small.test.images, large.test.images)


@pytest.mark.parametrize("count", [0, -5, 1388, 2000])
def test_a_validation_split_that_does_not_fit_is_refused(count: int) -> None:
    with pytest.raises(DatasetError, match="1 to 1387"):
        load_digits(validation=count)
