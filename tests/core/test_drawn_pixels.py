from __future__ import annotations

import numpy as np
import torch

from vae_core.datasets import load_dataset
from vae_core.drawn_pixels import MOST_NOISE, draw, noise_share


def test_a_pixel_is_white_as_often_as_it_is_bright() -> None:
    greys = torch.arange(256, dtype=torch.uint8).repeat(4000, 1)
    share = draw(greys, 0, 0, torch.float32).mean(dim=0)
    np.testing.assert_allclose(share, np.arange(256) / 256, atol=0.04)


def test_black_stays_black() -> None:
    assert not draw(torch.zeros(100, 100, dtype=torch.uint8), 0, 0, torch.float32).any()


def test_each_step_and_seed_draws_anew_and_the_same_again() -> None:
    greys = torch.full((3, 1, 5, 7), 128, dtype=torch.uint8)
    first, again = draw(greys, 1, 2, torch.float32), draw(greys, 1, 2, torch.float32)
    assert torch.equal(first, again)
    assert not torch.equal(first, draw(greys, 1, 3, torch.float32))
    assert not torch.equal(first, draw(greys, 2, 2, torch.float32))
    assert draw(greys, 1, 2, torch.bfloat16).dtype == torch.bfloat16


def test_the_noise_share_is_what_drawing_adds() -> None:
    images = np.random.default_rng(0).integers(0, 256, (500, 1, 8, 8)).astype(np.uint8)
    repeated = torch.from_numpy(images).repeat(40, 1, 1, 1)
    added = (draw(repeated, 0, 0, torch.float32) - repeated / 255).square().mean()
    own = (images / 255).var(axis=0).mean()
    np.testing.assert_allclose(noise_share(images), float(added) / own, rtol=0.02)


def test_shapes_are_black_and_white_and_digits_are_grey() -> None:
    assert noise_share(load_dataset("shapes", size=32, count=200).train.images) == 0
    assert noise_share(load_dataset("digits").train.images) > MOST_NOISE


def test_identical_images_have_nothing_to_compare_the_noise_with() -> None:
    assert noise_share(np.full((10, 1, 8, 8), 100, np.uint8)) == 0
