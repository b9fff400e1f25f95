from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from vae_core.config import DataConfig
from vae_core.datasets import load_dataset
from vae_core.errors import DatasetError


def test_a_class_is_left_out_of_training_and_validation_and_tested_on() -> None:
    whole, left = load_dataset("digits"), load_dataset("digits", without=1)
    for split in ("train", "validation"):
        before, after = whole.split(split), left.split(split)
        assert before.labels is not None
        np.testing.assert_array_equal(after.images, before.images[before.labels != 1])
        np.testing.assert_array_equal(after.labels, before.labels[before.labels != 1])
    np.testing.assert_array_equal(left.test.images, whole.test.images)


def test_factors_go_with_their_images() -> None:
    whole, left = (load_dataset("shapes", size=32, count=100, without=label) for label in (None, 0))
    assert whole.train.factors is not None
    np.testing.assert_array_equal(left.train.factors, whole.train.factors[whole.train.factors[:, 0] != 0])


@pytest.mark.parametrize("label", [10, -1])
def test_a_class_that_there_is_not_is_refused(label: int) -> None:
    with pytest.raises(DatasetError, match="0 to 9"):
        load_dataset("digits", without=label)


def test_a_configuration_opens_its_own_data() -> None:
    data = DataConfig("digits", without=3)
    labels = load_dataset(**dataclasses.asdict(data)).train.labels
    assert labels is not None
    assert set(labels.tolist()) == set(range(10)) - {3}
