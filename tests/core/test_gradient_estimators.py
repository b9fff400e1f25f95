from __future__ import annotations

import numpy as np
import pytest

from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, as_float
from vae_core.errors import InputError
from vae_core.gradient_estimators import gradient_estimates
from vae_core.models import AutoencoderConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import freeze
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

SMALL = NetworkConfig(hidden=(32,), sine_features=0)


def _trained(digits: ImageDataset, model: VAEConfig | AutoencoderConfig) -> TrainedModel:
    run = TrainingRun(
        RunConfig(DataConfig("digits"), model, TrainingConfig(epochs=4.0, seconds=None)), digits
    )
    for _ in run.events():
        pass
    return freeze(run)


@pytest.fixture(scope="module")
def vae(digits: ImageDataset) -> TrainedModel:
    return _trained(digits, VAEConfig(network=SMALL, likelihood="gaussian"))


def test_both_estimates_agree_with_the_slope_of_the_expected_error_within_their_noise(
    vae: TrainedModel, digits: ImageDataset
) -> None:
    image = as_float(digits.test.images[:1])[0]
    found = gradient_estimates(vae, image, 60_000, np.random.default_rng(0))
    # The same expectation as a function of mu, by quadrature along one axis at a time with the same draws.
    step = 1e-2
    for axis in range(2):
        shifts = []
        for sign in (1, -1):
            z = found.z.copy()
            z[:, axis] += sign * step
            squares = ((vae.decode(z) - image) ** 2).sum(axis=(1, 2, 3)) / 2
            shifts.append(squares.mean(dtype=np.float64))
        slope = (shifts[0] - shifts[1]) / (2 * step)
        for estimate in (found.pathwise_mu, found.score_mu):
            noise = estimate[:, axis].std() / np.sqrt(len(estimate))
            assert abs(estimate[:, axis].mean() - slope) < 5 * noise + 1e-3
    for pathwise, score in zip(found.pathwise_sigma.T, found.score_sigma.T, strict=True):
        noise = np.hypot(pathwise.std(), score.std()) / np.sqrt(len(pathwise))
        assert abs(pathwise.mean() - score.mean()) < 5 * noise


def test_the_score_function_varies_more(vae: TrainedModel, digits: ImageDataset) -> None:
    image = as_float(digits.test.images[:1])[0]
    assert (gradient_estimates(vae, image, 500, np.random.default_rng(0)).spread_ratio > 3).all()


def test_the_same_draws_give_the_same_estimates(vae: TrainedModel, digits: ImageDataset) -> None:
    image = as_float(digits.test.images[:1])[0]
    first, again = (gradient_estimates(vae, image, 5, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.score_sigma, again.score_sigma)


def test_a_model_that_gives_points_has_nothing_to_draw(digits: ImageDataset) -> None:
    image = as_float(digits.test.images[:1])[0]
    with pytest.raises(InputError, match="gives a point"):
        gradient_estimates(
            _trained(digits, AutoencoderConfig(network=SMALL)), image, 5, np.random.default_rng(0)
        )


def test_one_draw_has_no_spread(vae: TrainedModel, digits: ImageDataset) -> None:
    with pytest.raises(InputError, match="no spread"):
        gradient_estimates(vae, as_float(digits.test.images[:1])[0], 1, np.random.default_rng(0))
