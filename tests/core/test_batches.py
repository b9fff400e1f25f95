from __future__ import annotations

import numpy as np
import pytest
import torch

from vae_core.batches import Batches


@pytest.fixture
def numbered() -> Batches:
    """Thirty images, each of one shade that is its number."""
    shades = np.arange(30, dtype=np.uint8)[:, None, None, None] + np.zeros((1, 1, 8, 8), np.uint8)
    return Batches(shades, 0, None)


def numbers(x: torch.Tensor) -> list[int]:
    return (255 * x[:, 0, 0, 0]).round().int().tolist()


def test_each_epoch_shows_every_image_once_in_a_new_order(numbered: Batches) -> None:
    shown: list[list[int]] = [[], []]
    for epoch in (0, 1):
        at, position = epoch, 0
        while at == epoch:
            batch = numbered.take(0, epoch, position, 10)
            shown[epoch] += numbers(batch.x)
            at, position = batch.epoch, batch.position
        assert (at, position) == (epoch + 1, 0)
    assert sorted(shown[0]) == sorted(shown[1]) == list(range(30))
    assert shown[0] != shown[1]


def test_a_batch_can_be_taken_again(numbered: Batches) -> None:
    first = numbered.take(3, 1, 10, 10)
    numbered.take(4, 2, 0, 10)
    again = numbered.take(3, 1, 10, 10)
    assert torch.equal(first.x, again.x)
    assert torch.equal(torch.randn(5, generator=first.generator), torch.randn(5, generator=again.generator))


def test_an_incomplete_batch_at_the_end_of_an_epoch_is_dropped(numbered: Batches) -> None:
    assert (numbered.take(0, 0, 8, 8).epoch, numbered.take(0, 0, 16, 8).epoch) == (0, 1)
    assert len(numbered.take(0, 0, 0, 100).x) == 30
