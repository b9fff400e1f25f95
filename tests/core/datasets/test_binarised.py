"""Binarised images: exact at black and white, right on average, the same for the same seed, anew in each step."""

import dataclasses

import numpy as np
import pytest
import torch

from vae_core.batches import Batches
from vae_core.config import DataConfig
from vae_core.datasets import load_dataset
from vae_core.datasets.binarised import drawn_once
from vae_core.errors import ConfigError, DatasetError


def test_pixels_are_black_or_white_and_black_and_white_ones_stay() -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16)
    drawn = drawn_once(np.repeat(grey, 500, axis=0), np.random.default_rng(0))
    assert set(np.unique(drawn)) == {0, 255}
    assert (drawn[:, 0, 0, 0] == 0).all()
    assert (drawn[:, 0, -1, -1] == 255).all()


def test_a_pixel_is_white_as_often_as_it_is_grey() -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16)
    share = (drawn_once(np.repeat(grey, 4000, axis=0), np.random.default_rng(1)) == 255).mean(axis=0)
    expected = grey[0] / 255
    error = 5 * np.sqrt(expected * (1 - expected) / 4000)
    assert (np.abs(share - expected) <= error + 1e-9).all()


def test_static_draws_every_split_once_and_dynamic_leaves_the_training_images() -> None:
    plain, static, dynamic = (load_dataset("digits", binarised=how) for how in ("no", "static", "dynamic"))
    assert set(np.unique(static.train.images)) == {0, 255}
    assert (dynamic.train.images == plain.train.images).all()
    for name in ("validation", "test"):
        assert (dynamic.split(name).images == static.split(name).images).all()
        assert set(np.unique(static.split(name).images)) == {0, 255}
        assert (static.split(name).labels == plain.split(name).labels).all()
    assert "statically binarised" in static.title


def test_the_seed_decides_the_draws() -> None:
    grey = load_dataset("digits").test.images
    one, same, other = (drawn_once(grey, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert (one == same).all()
    assert (one != other).any()


def test_dynamic_batches_are_drawn_anew_in_each_step_and_alike_for_the_same_step() -> None:
    images = load_dataset("digits").train.images
    batches = Batches(images, seed=3, drawn_as=None, binarised=True)
    first, again, later = (batches.take(step, 0, 0, 64) for step in (5, 5, 6))
    assert torch.equal(first.x, again.x)
    assert not torch.equal(first.x, later.x)
    assert set(first.x.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(first.seen, first.x)


def test_an_unknown_way_is_refused_in_words() -> None:
    with pytest.raises(DatasetError, match="static, dynamic"):
        load_dataset("digits", binarised="maybe")
    with pytest.raises(ConfigError):
        DataConfig("digits", binarised="maybe")


def test_a_configuration_opens_its_own_data() -> None:
    data = DataConfig("digits", binarised="static")
    assert set(np.unique(load_dataset(**dataclasses.asdict(data)).test.images)) == {0, 255}
