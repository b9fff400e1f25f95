from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from vae_core.applications import auroc, surprise
from vae_core.datasets import load_dataset
from vae_core.errors import InputError
from vae_core.trained import TrainedModel, load

Images = NDArray[np.float32]
SHIPPED = Path(__file__).parents[3] / "checkpoints"


def test_the_score_is_the_negative_of_the_bound_that_is_measured(
    trained: TrainedModel, test_images: Images
) -> None:
    found = surprise(trained, test_images, np.random.default_rng(0), draws=20)
    assert found.shape == (len(test_images),)
    assert -found.mean() == pytest.approx(trained.metrics["elbo"]["value"], abs=1)


def test_noise_is_stranger_than_digits(trained: TrainedModel, test_images: Images) -> None:
    rng = np.random.default_rng(0)
    noise = rng.random((50, 1, 8, 8), np.float32)
    assert auroc(surprise(trained, test_images, rng), surprise(trained, noise, rng)) > 0.99


@pytest.mark.parametrize(("digit", "low", "high"), [(6, 0.85, 1.0), (1, 0.3, 0.7)])
def test_a_six_that_was_never_seen_is_noticed_and_a_one_is_not(
    digit: int, low: float, high: float, test_images: Images
) -> None:
    found = surprise(load(SHIPPED / f"digits-without-{digit}-8d"), test_images, np.random.default_rng(0))
    labels = load_dataset("digits").test.labels
    assert labels is not None
    assert low < auroc(found[labels != digit], found[labels == digit]) < high


def test_scores_are_their_generators_own_and_steadier_with_more_draws(
    trained: TrainedModel, test_images: Images
) -> None:
    few = test_images[:50]
    runs = [surprise(trained, few, np.random.default_rng(seed), 1) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()
    steady = [surprise(trained, few, np.random.default_rng(seed), 50) for seed in (0, 1)]
    assert np.abs(steady[0] - steady[1]).mean() < np.abs(runs[0] - runs[2]).mean()


def test_auroc_is_the_area_that_scikit_learn_finds_ties_included() -> None:
    rng = np.random.default_rng(0)
    usual, strange = rng.integers(0, 20, 100), rng.integers(5, 25, 70)
    expected = roc_auc_score(np.r_[np.zeros(100), np.ones(70)], np.r_[usual, strange])
    assert auroc(usual, strange) == pytest.approx(expected)
    assert auroc(strange, usual) == pytest.approx(1 - expected)


def test_what_has_no_score_is_refused(trained: TrainedModel, test_images: Images) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="bound"):
        surprise(load(SHIPPED / "digits-ae-2d"), test_images, rng)
    with pytest.raises(InputError, match="draw"):
        surprise(trained, test_images, rng, 0)
    with pytest.raises(InputError, match="shape"):
        surprise(trained, test_images[:, :, :4], rng)
    with pytest.raises(InputError, match="pairs"):
        auroc(np.array([]), np.array([1.0]))
