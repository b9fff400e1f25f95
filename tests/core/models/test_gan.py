from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from vae_core import load, runs
from vae_core.datasets import ImageDataset
from vae_core.dissection import dissect
from vae_core.errors import InputError
from vae_core.evaluation import evaluate
from vae_core.events import Snapshot
from vae_core.export.weights import decoder_payload
from vae_core.measures import measure
from vae_core.moments import SIDE
from vae_core.training import TrainingRun

Fresh = Callable[..., Any]
Drawn = Callable[..., torch.Generator]
MakeRun = Callable[..., TrainingRun]


def _slope(model: Any, x: Tensor, k: int, step: float = 1e-3) -> Tensor:
    """Return how the logits of images change with pixel k, by central differences in double precision."""
    high, low = x.flatten(1).clone(), x.flatten(1).clone()
    high[:, k] += step
    low[:, k] -= step
    return (model.logit(high.view_as(x)) - model.logit(low.view_as(x))) / (2 * step)


def test_both_objectives_are_the_papers(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    model = fresh("gan", gamma_r1=0.0)
    terms = model.loss(x, drawn(7))
    z = torch.randn(16, 2, generator=drawn(7))
    real, fake = (torch.sigmoid(model.logit(images)) for images in (x, torch.sigmoid(model.decode(z))))
    torch.testing.assert_close(terms["loss"], -fake.log().mean())
    expected = -0.5 * real.log().mean() - 0.5 * (1 - fake).log().mean()
    torch.testing.assert_close(terms["discriminator"], expected)


def test_the_penalty_is_the_squared_slope_at_real_images(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    model = fresh("gan", gamma_r1=0.0).double()
    plain = model.judged(x.double(), torch.zeros(16))["discriminator"]
    model.config = fresh("gan", gamma_r1=3.0).config
    with_penalty = model.judged(x.double(), torch.zeros(16))["discriminator"]
    squared = torch.stack([_slope(model, x.double(), k) for k in range(64)]).square().sum(0).mean()
    assert (with_penalty - plain).item() == pytest.approx(1.5 * squared.item(), rel=1e-3)


def test_the_penalty_pulls_the_discriminator_level(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    def after(gamma: float) -> float:
        model = fresh("gan", gamma_r1=gamma)
        optimiser = torch.optim.Adam(model.players()["discriminator"], 1e-2)
        for _ in range(30):
            optimiser.zero_grad()
            model.loss(x, drawn())["discriminator"].backward(inputs=model.players()["discriminator"])
            optimiser.step()
        return abs((model.logit(x).mean() - model.logit(1 - x).mean()).item())

    assert after(100.0) < 0.2 * after(0.0)


def test_the_generator_of_noise_decides_both_losses_and_the_warm_up_neither(
    fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    model = fresh("gan")
    one, same, other = (model.loss(x, drawn(seed), scale) for seed, scale in ((1, 1.0), (1, 0.3), (2, 1.0)))
    for name in ("loss", "discriminator"):
        assert torch.equal(one[name], same[name])
        assert not torch.equal(one[name], other[name])


def test_a_fresh_discriminator_guesses(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    terms = fresh("gan", gamma_r1=0.0).loss(x, drawn())
    assert terms["discriminator"].item() == pytest.approx(math.log(2), abs=0.05)


def test_it_says_in_plain_words_that_it_has_no_encoder(
    make_run: MakeRun, digits: ImageDataset, fresh: Fresh
) -> None:
    model = runs.freeze(make_run(family="gan"))
    assert not model.has_encoder
    for encode in (lambda: model.encode(digits.test.images), lambda: model.encode(digits.test.images[:0]),
                   lambda: fresh("gan").encode(torch.zeros(1, 1, 8, 8))):  # fmt: skip
        with pytest.raises(InputError, match="A GAN has no encoder: no image has a place"):
            encode()


def test_a_run_saved_and_resumed_is_the_same_to_the_bit_and_its_model_opens(
    make_run: MakeRun, digits: ImageDataset, tmp_path: Path
) -> None:
    whole, run = make_run(family="gan", epochs=2.0), make_run(family="gan", epochs=2.0)
    for _ in whole.events():
        pass
    for _ in itertools.islice(run.events(), 20):
        pass
    run = runs.resume(runs.save(run, tmp_path / "run"), digits)
    for _ in run.events():
        pass
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, run.model.state_dict()[name]), name
    for place in (runs.save(run, tmp_path / "run"), runs.save(run, tmp_path / "rounded", resumable=False)):
        opened = load(place)
        assert opened.latent_map.mu.shape == (0, 2)
        assert opened.latent_map.labels is None
        z, images = opened.sample(3, np.random.default_rng(0))
        assert (z.shape, images.shape) == ((3, 2), (3, 1, 8, 8))
        assert 0 <= images.min() <= images.max() <= 1
        assert decoder_payload(opened).program["latent_dim"] == 2
    still = runs.still(run).latent_map
    assert (still.mu.shape, still.labels) == ((0, 2), None)


def test_its_moments_hold_the_decoded_grid_alone(make_run: MakeRun) -> None:
    run = make_run(family="gan")
    snapshots = [event for event in run.events(snapshot_every=0.0) if isinstance(event, Snapshot)]
    assert snapshots[-1].mu.shape == (0, 2)
    assert snapshots[-1].labels is not None
    assert len(snapshots[-1].labels) == 0
    moment = run.replay.moments[-1]
    assert moment.mu.shape == (0, 2)
    assert run.replay.tiles(moment).shape == (SIDE**2, 1, 8, 8)
    assert not np.array_equal(run.replay.tiles(moment), run.replay.tiles(run.replay.moments[0]))


def test_only_its_draws_are_measured(make_run: MakeRun, digits: ImageDataset) -> None:
    run = make_run(family="gan")
    for _ in itertools.islice(run.events(), 3):
        pass
    model = runs.freeze(run)
    assert evaluate(model, digits, importance_samples=5) == {}
    assert measure(model, digits).keys() == {"draws_sharpness"}
    assert dissect(run) is None


def test_the_real_images_it_learns_from_are_grey(make_run: MakeRun, digits: ImageDataset) -> None:
    assert not make_run(family="gan").draws


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
def test_training_brings_draws_nearer_to_the_data(make_run: MakeRun, digits: ImageDataset, kind: str) -> None:
    run = make_run(
        family="gan", kind=kind, channels=4, epochs=12.0, hidden=(32,), learning_rate=2e-3, beta1=0.5
    )

    def gap() -> float:
        drawn = runs.freeze(run).sample(400, np.random.default_rng(0))[1]
        return float(((drawn.mean(0) - digits.train.images.mean(0) / 255) ** 2).mean())

    before = gap()
    for _ in run.events():
        pass
    assert gap() < 0.3 * before
