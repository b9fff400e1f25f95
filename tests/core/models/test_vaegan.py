from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from vae_core import load, runs
from vae_core.datasets import ImageDataset
from vae_core.dissection import dissect
from vae_core.evaluation import evaluate
from vae_core.events import Evaluated, Step
from vae_core.export.weights import decoder_payload
from vae_core.measures import measure
from vae_core.models.vaegan import feature_error
from vae_core.training import TrainingRun

Fresh = Callable[..., Any]
Drawn = Callable[..., torch.Generator]
MakeRun = Callable[..., TrainingRun]


def test_the_three_objectives_are_the_papers(fresh: Fresh, drawn: Drawn, x: Tensor) -> None:
    model = fresh("vaegan", gamma_r1=0.0, gamma_features=0.3)
    terms = model.loss(x, drawn(7), 0.5)
    generator = drawn(7)
    posterior = model.encode(x)
    z = posterior.rsample(generator)
    prior = torch.randn(z.shape, generator=generator)
    copies, draws = (torch.sigmoid(model.decode(place)) for place in (z, prior))

    def normal(images: Tensor) -> Tensor:
        f = model.features(images)
        return (f - f.mean(1, keepdim=True)) / (f.var(1, unbiased=False, keepdim=True) + 1e-5).sqrt()

    error = 0.5 * (normal(x) - normal(copies)).square().sum(1).mean()
    fooling = 0.5 * (softplus(-model.logit(copies)) + softplus(-model.logit(draws))).mean()
    caught = 0.5 * (softplus(model.logit(copies)) + softplus(model.logit(draws))).mean()
    torch.testing.assert_close(terms["features"], error)
    torch.testing.assert_close(terms["loss"], error + 0.5 * posterior.kl().mean())
    torch.testing.assert_close(terms["decoder"], 0.3 * error + fooling)
    torch.testing.assert_close(terms["discriminator"], 0.5 * softplus(-model.logit(x)).mean() + 0.5 * caught)


def test_each_network_is_one_player(fresh: Fresh) -> None:
    model = fresh("vaegan")
    parts = {
        "loss": (model.encoder,),
        "decoder": (model.decoder,),
        "discriminator": (model.features, model.verdict),
    }
    for name, modules in parts.items():
        expected = [id(parameter) for module in modules for parameter in module.parameters()]
        assert list(map(id, model.players()[name])) == expected


def test_features_are_compared_whatever_their_scale(drawn: Drawn) -> None:
    one, other = torch.randn(5, 30, generator=drawn(1)), torch.randn(5, 30, generator=drawn(2))
    torch.testing.assert_close(
        feature_error(one, other), feature_error(9 * one + 2, other), rtol=1e-3, atol=0
    )
    assert torch.equal(feature_error(one, one), torch.zeros(5))
    torch.testing.assert_close(feature_error(one, other), feature_error(other, one))
    assert (feature_error(one, other) <= 2 * 30).all()


def test_the_encoder_may_see_other_pixels_and_the_generator_decides_the_rest(
    fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    model = fresh("vaegan")
    plain, same, noisy, other = (
        model.loss(x, drawn(seed), seen=seen) for seed, seen in ((1, None), (1, x), (1, 1 - x), (2, None))
    )
    for name, term in plain.items():
        assert torch.equal(term, same[name]), name
    assert not torch.equal(plain["kl"], noisy["kl"])
    assert not torch.equal(plain["loss"], other["loss"])


def test_a_run_saved_and_resumed_is_the_same_to_the_bit_and_its_model_opens(
    make_run: MakeRun, digits: ImageDataset, tmp_path: Path
) -> None:
    whole, run = make_run(family="vaegan", kl_warmup=0.5), make_run(family="vaegan", kl_warmup=0.5)
    for _ in whole.events():
        pass
    for _ in itertools.islice(run.events(), 7):
        pass
    run = runs.resume(runs.save(run, tmp_path / "run"), digits)
    for _ in run.events():
        pass
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, run.model.state_dict()[name]), name
    opened = load(runs.save(run, tmp_path / "run"))
    assert opened.latent_map.mu.shape == (400, 2)
    assert opened.latent_map.logvar is not None
    assert decoder_payload(opened).program["latent_dim"] == 2
    assert opened.reconstruct(digits.test.images[:2]).shape == (2, 1, 8, 8)


def test_no_bound_in_pixels_is_claimed(make_run: MakeRun, digits: ImageDataset) -> None:
    run = make_run(family="vaegan")
    for event in run.events():
        if isinstance(event, (Step, Evaluated)):
            assert not event.terms.keys() & {"elbo", "reconstruction"}
            assert event.terms.keys() >= {"loss", "decoder", "discriminator", "features", "kl"}
    model = runs.freeze(run)
    found = evaluate(model, digits, importance_samples=5)
    assert found.keys() == {"mse", "kl", "active_units", "knn_accuracy"}
    mu, sigma = model.encode(digits.test.images)
    kl = 0.5 * (mu**2 + sigma**2 - 1 - 2 * np.log(sigma)).sum(1).mean()
    assert found["kl"]["value"] == pytest.approx(float(kl), rel=1e-4)
    assert measure(model, digits).keys() >= {"sharpness", "draws_sharpness", "mutual_information", "psnr"}


def test_a_step_taken_apart_holds_copies_against_images_in_features(make_run: MakeRun) -> None:
    run = make_run(family="vaegan", encoder_sees="grey")
    batch = run.peek()
    parts = dissect(run, count=len(batch.x))
    assert parts is not None
    assert parts.in_features
    step = next(event for event in run.events() if isinstance(event, Step))
    assert parts.reconstruction.mean() == pytest.approx(step.terms["features"], rel=1e-4)
    assert parts.kl.mean() == pytest.approx(step.terms["kl"], rel=1e-3)


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
def test_training_makes_copies_like_their_images(make_run: MakeRun, digits: ImageDataset, kind: str) -> None:
    run = make_run(
        family="vaegan",
        kind=kind,
        channels=4,
        latent_dim=8,
        epochs=15.0,
        hidden=(64,),
        learning_rate=2e-3,
        beta1=0.5,
    )
    first = evaluate(runs.freeze(run), digits, limit=200)["mse"]["value"]
    for _ in run.events():
        pass
    assert evaluate(runs.freeze(run), digits, limit=200)["mse"]["value"] < 0.5 * first
