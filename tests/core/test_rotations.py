from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from vae_core import bounds
from vae_core.datasets import as_float, load_dataset
from vae_core.errors import InputError
from vae_core.models import GaussianVAE
from vae_core.rotations import rotation, turned
from vae_core.trained import TrainedModel, load

SHIPPED = Path(__file__).parents[2] / "checkpoints"


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return load(SHIPPED / "digits-vae-8d")


@pytest.fixture(scope="module")
def images() -> NDArray[np.float32]:
    return as_float(load_dataset("digits").test.images[:100])


@pytest.mark.parametrize("angle", [0, 30, 45, 200])
def test_a_rotation_keeps_lengths_and_turns_by_its_angle(angle: float) -> None:
    turn = rotation(4, 1, 3, angle)
    np.testing.assert_allclose(turn @ turn.T, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(rotation(4, 1, 3, -angle) @ turn, np.eye(4), atol=1e-12)
    assert turn[1, 1] == pytest.approx(np.cos(np.radians(angle)))


def test_not_turned_it_is_the_model_itself(trained: TrainedModel, images: NDArray[np.float32]) -> None:
    found = turned(trained, images, np.eye(8), np.random.default_rng(0))
    np.testing.assert_allclose(found.mu, trained.encode(images)[0], atol=1e-6)
    assert isinstance(trained.module, GaussianVAE)
    reconstruction, kl = bounds.elbo(
        trained.module, torch.from_numpy(images), torch.Generator().manual_seed(0), samples=20
    )
    np.testing.assert_allclose(found.kl, kl, rtol=1e-4)
    assert found.reconstruction.mean() == pytest.approx(reconstruction.mean().item(), abs=2)


@pytest.mark.parametrize("angle", [10, 45, 90])
def test_turned_it_has_the_same_bound_and_other_codes(
    trained: TrainedModel, images: NDArray[np.float32], angle: float
) -> None:
    before = turned(trained, images, np.eye(8), np.random.default_rng(0))
    turn = rotation(8, 0, 5, angle) @ rotation(8, 2, 3, 2 * angle)
    after = turned(trained, images, turn, np.random.default_rng(0))
    np.testing.assert_allclose(after.kl, before.kl, rtol=1e-6)
    np.testing.assert_allclose(after.reconstruction, before.reconstruction, atol=1e-2)
    assert np.abs(after.mu - before.mu).max() > 0.1
    np.testing.assert_allclose(np.linalg.norm(after.mu, axis=1), np.linalg.norm(before.mu, axis=1), rtol=1e-6)


def test_draws_are_the_generators_own(trained: TrainedModel, images: NDArray[np.float32]) -> None:
    turn = rotation(8, 0, 1, 30)
    runs = [turned(trained, images, turn, np.random.default_rng(seed)).reconstruction for seed in (0, 0, 1)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()


def test_what_is_no_rotation_or_no_region_is_refused(
    trained: TrainedModel, images: NDArray[np.float32]
) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="no rotation"):
        turned(trained, images, 2 * np.eye(8), rng)
    with pytest.raises(InputError, match="points"):
        turned(load(SHIPPED / "digits-ae-2d"), images, np.eye(2), rng)
    with pytest.raises(InputError, match="different"):
        rotation(4, 1, 1, 30)
