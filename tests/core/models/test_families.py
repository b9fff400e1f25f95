"""What holds for every family with a Gaussian posterior, and for all families where it says so."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from vae_core import load, runs
from vae_core.datasets import SPLITS, ImageDataset
from vae_core.evaluation import evaluate
from vae_core.events import Step
from vae_core.export.weights import decoder_payload
from vae_core.models import MODELS, GaussianVAE
from vae_core.networks import NetworkConfig
from vae_core.training import TrainingRun

Fresh = Callable[..., Any]
Drawn = Callable[..., torch.Generator]
MakeRun = Callable[..., TrainingRun]
EVERY = [name for name in MODELS if name != "vqvae"]  # its networks have other settings
FAMILIES = [name for name, model in MODELS.items() if issubclass(model, GaussianVAE)]
CONVOLUTIONAL = NetworkConfig(kind="conv", channels=2, hidden=(12,), sine_features=4)
LABELS = torch.arange(16) % 10

every_family = pytest.mark.parametrize("family", FAMILIES)


@pytest.mark.parametrize("family", EVERY)
@pytest.mark.parametrize("side", [8, 28, 32, 64])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_step_on_images_of_any_size_moves_all_parts_of_the_model(
    family: str, side: int, channels: int, fresh: Fresh, drawn: Drawn
) -> None:
    shape = (channels, side, side)
    model = fresh(family, shape, **({"network": CONVOLUTIONAL} if side == 32 else {}))
    before = {name: value.clone() for name, value in model.named_parameters()}
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    terms = model.loss(torch.rand(6, *shape, generator=drawn()), drawn(), labels=torch.arange(6))
    for name, parameters in model.players().items():
        terms[name].backward(inputs=parameters, retain_graph=True)
    optimiser.step()
    assert all(term.ndim == 0 and term.isfinite() for term in terms.values())
    for name, value in model.named_parameters():
        if value.requires_grad:
            assert value.isfinite().all(), name
            assert not torch.equal(value, before[name]), name


@every_family
def test_the_generator_decides_the_loss_and_the_warm_up_changes_it(
    family: str, fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    model = fresh(family)
    one, same, other, warm = (
        model.loss(x, drawn(seed), scale, labels=LABELS)["loss"]
        for seed, scale in ((1, 1.0), (1, 1.0), (2, 1.0), (1, 0.3))
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert not torch.equal(one, warm)


@every_family
def test_the_terms_of_the_elbo_are_logged_whatever_is_minimised(
    family: str, fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    if family == "cvae":
        pytest.skip("its terms are given the class")
    settings = {"samples": 1} if family == "iwae" else {}
    ours = fresh(family, **settings).loss(x, drawn(), labels=LABELS)
    vae = fresh("vae").loss(x, drawn())
    for name in ("reconstruction", "kl"):
        torch.testing.assert_close(ours[name], vae[name])


@every_family
def test_the_encoder_may_see_other_pixels_than_the_decoder_is_judged_by(
    family: str, fresh: Fresh, drawn: Drawn, x: Tensor
) -> None:
    model = fresh(family)
    plain, same, noisy = (model.loss(x, drawn(), 1.0, seen, LABELS)["kl"] for seen in (None, x, 1 - x))
    assert torch.equal(plain, same)
    assert not torch.equal(plain, noisy)


@every_family
def test_a_run_saved_and_resumed_is_the_same_to_the_bit_and_its_model_opens(
    family: str, make_run: MakeRun, digits: ImageDataset, tmp_path: Path
) -> None:
    whole, run = make_run(family=family, kl_warmup=0.5), make_run(family=family, kl_warmup=0.5)
    for _ in whole.events():
        pass
    for _ in itertools.islice(run.events(), 7):
        pass
    run = runs.resume(runs.save(run, tmp_path / "run"), digits)
    for _ in run.events():
        pass
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, run.model.state_dict()[name]), name
    assert runs.still(run).latent_map.mu.shape == (200, 2)
    opened = load(runs.save(run, tmp_path / "run"))
    assert opened.has_prior
    assert opened.family == family
    assert opened.title == runs.freeze(run).title
    np.testing.assert_array_equal(
        opened.encode(digits.test.images, digits.test.labels)[1],
        runs.freeze(run).encode(digits.test.images, digits.test.labels)[1],
    )
    metrics = evaluate(opened, digits, limit=50, importance_samples=5)
    assert metrics.keys() >= {"elbo", "kl", "iwae", "active_units", "mse"}
    shown = opened.given(0) if opened.is_conditional else opened
    assert decoder_payload(shown).program["latent_dim"] == 2
    assert opened.title.split(" (")[0] in (tmp_path / "run" / "CARD.md").read_text("utf-8")


@every_family
def test_training_improves_the_reconstruction(family: str, make_run: MakeRun) -> None:
    run = make_run(family=family, epochs=15.0, hidden=(32,))
    steps = [event for event in run.events() if isinstance(event, Step)]
    assert steps[-1].terms["reconstruction"] < steps[0].terms["reconstruction"] - 5


@pytest.mark.parametrize("family", EVERY)
def test_few_images_are_trained_on_too(
    family: str, make_run: MakeRun, make_images: Callable[..., ImageDataset]
) -> None:
    few = make_images(count=3)
    if family == "cvae":
        classes = {
            name: dataclasses.replace(few.split(name), labels=np.zeros(1, np.int64)) for name in SPLITS
        }
        few = dataclasses.replace(few, class_names=("blob",), **classes)
    run = make_run(few, family=family, epochs=3.0)
    assert [event.reason for event in run.events() if hasattr(event, "reason")] == ["complete"]


def test_each_title_tells_the_settings_that_make_the_model_what_it_is(fresh: Fresh) -> None:
    assert {family: fresh(family).full_title for family in FAMILIES} == {
        "vae": "Variational autoencoder",
        "cvae": "Conditional VAE",
        "capacity": "Capacity-controlled VAE (C = 5 nats)",
        "tcvae": "β-TCVAE (β = 4)",
        "factor": "FactorVAE (γ = 6)",
        "infovae": "InfoVAE (α = 0.5, λ = 10)",
        "iwae": "Importance-weighted autoencoder (K = 5)",
    }
    assert fresh("vae", beta=2.0, free_bits=0.5).full_title == "β-VAE (β = 2), free bits λ = 0.5 nats"
    assert fresh("cvae", beta=2.0).full_title == "Conditional β-VAE (β = 2)"
