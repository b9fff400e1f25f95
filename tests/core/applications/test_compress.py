from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from vae_core.applications import bits, log_level_mass, png_bits
from vae_core.datasets import load_dataset
from vae_core.errors import InputError
from vae_core.likelihoods import ContinuousBernoulli
from vae_core.trained import TrainedModel, load

Images = NDArray[np.float32]
SHIPPED = Path(__file__).parents[3] / "checkpoints"
LOGITS = [-60.0, -5.0, -0.5, -1e-3, 0.0, 2e-4, 0.5, 5.0, 60.0]


@pytest.mark.parametrize("logit", LOGITS)
@pytest.mark.parametrize("levels", [2, 17, 256])
def test_the_masses_of_all_levels_are_one_together(logit: float, levels: int) -> None:
    x = torch.linspace(0, 1, levels)
    mass = log_level_mass(torch.full_like(x, logit), x, levels).double().exp()
    assert mass.sum().item() == pytest.approx(1, abs=2e-4)


@pytest.mark.parametrize("logit", [-5.0, -0.5, 0.0, 0.5, 5.0])
def test_a_levels_mass_is_the_density_times_its_width_where_bins_are_narrow(logit: float) -> None:
    x = torch.linspace(0, 1, 1001)[1:-1]
    params = torch.full_like(x, logit)
    density = ContinuousBernoulli().log_prob(x.view(-1, 1, 1, 1), params.view(-1, 1, 1, 1))
    torch.testing.assert_close(log_level_mass(params, x, 1001), density + np.log(1e-3), atol=5e-3, rtol=0)


def test_digits_cost_less_than_their_levels_written_out_and_noise_costs_more(
    trained: TrainedModel, test_images: Images
) -> None:
    rng = np.random.default_rng(0)
    written = 64 * np.log2(17)
    assert bits(trained, test_images, 17, rng).mean() < 0.75 * written
    noise = np.round(16 * rng.random((50, 1, 8, 8))).astype(np.float32) / 16
    assert bits(trained, noise, 17, rng).mean() > written


def test_more_levels_cost_more_and_draws_are_the_generators_own(
    trained: TrainedModel, test_images: Images
) -> None:
    few = test_images[:20]
    runs = [bits(trained, few, 17, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()
    assert (bits(trained, few, 256, np.random.default_rng(0)) > runs[0]).all()


def test_what_can_not_be_coded_is_refused(trained: TrainedModel, test_images: Images) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="density"):
        bits(load(SHIPPED / "digits-vae-2d"), test_images, 17, rng)
    with pytest.raises(InputError, match="level"):
        bits(trained, test_images[:2], 1, rng)


def test_a_png_of_many_images_costs_less_for_each_than_of_one() -> None:
    images = load_dataset("digits").test.images
    assert 0 < png_bits(images) < png_bits(images[:1])
    flat = np.zeros_like(images)
    assert png_bits(flat) < 0.2 * png_bits(images)
    with pytest.raises(InputError, match="no image"):
        png_bits(images[:0])
