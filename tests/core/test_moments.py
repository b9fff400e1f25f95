from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from vae_core.errors import CheckpointError
from vae_core.moments import IMAGES, LEVELS, MOST, RATIO, SIDE, Moment, Replay, grid_places
from vae_core.runs import freeze
from vae_core.training import TrainingRun

MakeRun = Callable[..., TrainingRun]


def replay(steps: list[int], shape: tuple[int, int, int] = (1, 8, 8)) -> Replay:
    made = Replay.of(20, np.arange(20) % 10, shape)
    for step in steps:
        decoded = torch.full((SIDE**2 + len(made.copied), *shape), 0.5)
        made = made.plus(step, np.full((20, 2), step, np.float32), decoded)
    return made


def finished(make_run: MakeRun, **settings: object) -> TrainingRun:
    run = make_run(**settings)
    for _ in run.events():
        pass
    return run


def test_one_image_of_each_class_is_reconstructed() -> None:
    labels = np.array([3, 3, 1, 0, 1, 0, 2])
    assert Replay.of(7, labels, (1, 8, 8)).copied.tolist() == [3, 2, 6, 0]
    assert Replay.of(4, None, (1, 8, 8)).copied.tolist() == [0, 1, 2, 3]


def test_the_codes_are_of_a_few_hundred_images() -> None:
    labels = np.zeros(2 * IMAGES, np.int64)
    made = Replay.of(2 * IMAGES, labels, (1, 8, 8))
    decoded = torch.zeros(SIDE**2 + len(made.copied), 1, 8, 8)
    made = made.plus(0, np.zeros((2 * IMAGES, 2), np.float32), decoded)
    assert made.labels is not None
    assert len(made.moments[0].mu) == len(made.labels) == IMAGES


def test_sixty_moments_reach_past_a_hundred_thousand_steps() -> None:
    empty, step, count = replay([]), 0, 0
    while step < 100_000:
        count += empty.due(step)
        if empty.due(step):
            empty = replay([step])
        step += 1 + int(step * (RATIO - 1) / 4)
    assert count <= MOST


def test_when_there_are_too_many_the_first_and_the_last_stay_and_the_densest_goes() -> None:
    thinned = replay([0, 10, 11, 100, 1000]).thinned(4)
    assert [moment.step for moment in thinned.moments] == [0, 10, 100, 1000]
    assert [moment.step for moment in thinned.thinned(2).moments] == [0, 1000]


def test_a_step_is_kept_once_and_never_more_than_the_most() -> None:
    made = replay([0, 0, *range(1, 2 * MOST)])
    assert len(made.moments) == MOST
    assert made.moments[0].step == 0
    assert made.moments[-1].step == 2 * MOST - 1


def test_going_back_to_a_step_forgets_what_came_later() -> None:
    assert [moment.step for moment in replay([0, 5, 9]).until(5).moments] == [0, 5]


def test_tiles_are_the_decoded_images_in_64_levels() -> None:
    made = Replay.of(5, None, (3, 12, 9))
    decoded = torch.rand(SIDE**2 + 5, 3, 12, 9, generator=torch.Generator().manual_seed(0))
    made = made.plus(0, np.zeros((5, 2), np.float32), decoded)
    tiles = made.tiles(made.moments[0])
    assert tiles.shape == decoded.shape
    assert np.abs(tiles / LEVELS - decoded.numpy()).max() <= 0.5 / LEVELS + 1e-6


def test_large_images_are_kept_at_half_size() -> None:
    made = Replay.of(1, None, (1, 64, 64))
    decoded = torch.zeros(SIDE**2 + 1, 1, 64, 64)
    decoded[:, :, :32] = 1
    made = made.plus(0, np.zeros((1, 2), np.float32), decoded)
    tiles = made.tiles(made.moments[0])
    assert tiles.shape[1:] == (1, 32, 32)
    assert (tiles[:, :, :16] == LEVELS).all()
    assert (tiles[:, :, 16:] == 0).all()


def test_numbers_that_are_none_are_kept_as_black_and_zero() -> None:
    made = Replay.of(1, None, (1, 8, 8))
    nothing = torch.full((SIDE**2 + 1, 1, 8, 8), torch.nan)
    made = made.plus(0, np.full((1, 2), np.nan, np.float32), nothing)
    assert not made.tiles(made.moments[0]).any()
    assert not made.moments[0].mu.any()


@pytest.mark.parametrize("damage", [b"", b"none", b"\x78\x9c\x01"])
def test_tiles_that_do_not_inflate_are_refused(damage: bytes) -> None:
    made = replay([0])
    with pytest.raises(CheckpointError, match="tiles of a moment"):
        made.tiles(Moment(0, made.moments[0].mu, damage))


def test_kept_codes_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        replay([0]).moments[0].mu[...] = 1


@pytest.mark.parametrize("d", [1, 2, 5])
@pytest.mark.parametrize("prior", [True, False])
def test_the_grid_s_places_follow_the_prior_or_the_codes(d: int, prior: bool) -> None:
    mu = (10 + 3 * np.random.default_rng(1).standard_normal((400, d))).astype(np.float32)
    places = grid_places(mu, prior)
    assert places.shape == (SIDE**2, d)
    middle, spread = (0, 1) if prior else (10, 3)
    assert np.abs(places.mean(axis=0) - middle).max() < 0.5 * spread
    assert (np.abs(places.std(axis=0) / spread - 1) < 0.3).all()
    np.testing.assert_array_equal(places, grid_places(mu, prior))


def test_a_grid_in_two_dimensions_has_the_largest_z2_on_top() -> None:
    for prior in (True, False):
        rows = grid_places(np.random.default_rng(0).random((50, 2)).astype(np.float32), prior)
        across, up = rows.reshape(SIDE, SIDE, 2).transpose(2, 0, 1)
        assert (np.diff(across, axis=1) > 0).all()
        assert (np.diff(up, axis=0) < 0).all()


@pytest.mark.parametrize("family", ["vae", "ae"])
def test_the_last_moment_shows_the_finished_model(make_run: MakeRun, family: str) -> None:
    run = finished(make_run, family=family, epochs=4.0)
    made, last = run.replay, run.replay.moments[-1]
    model, held_out = freeze(run), run.dataset.validation.images
    mu, _ = model.encode(held_out[: len(last.mu)])
    np.testing.assert_allclose(last.mu, mu, atol=1e-2)
    grid = model.decode(grid_places(mu, family == "vae"))
    tiles = made.tiles(last)
    assert np.abs(tiles[: SIDE**2] / LEVELS - grid).max() < 0.01
    copies = model.reconstruct(held_out[made.copied])
    assert np.abs(tiles[SIDE**2 :] / LEVELS - copies).max() < 0.01


def test_the_first_moment_is_from_before_the_first_step(make_run: MakeRun) -> None:
    run = make_run()
    untrained, _ = run.posteriors()
    next(run.events())
    assert run.replay.moments[0].step == 0
    np.testing.assert_allclose(run.replay.moments[0].mu, untrained[:IMAGES], atol=1e-2)
