from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from vae_core import bounds, runs
from vae_core.datasets import ImageDataset, Split
from vae_core.errors import ConfigError, DatasetError, InputError
from vae_core.evaluation import evaluate
from vae_core.models import VAE
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

MakeRun = Callable[..., TrainingRun]
ENTRY = {"value", "unit", "split", "count", "estimator"}


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_every_number_is_what_a_plain_computation_gives(
    model: TrainedModel, digits: ImageDataset, split: str
) -> None:
    metrics = {name: entry["value"] for name, entry in evaluate(model, digits, split).items()}
    images, labels = digits.split(split).images, digits.split(split).labels
    assert isinstance(model.module, VAE)
    x = torch.from_numpy(images).float() / 255
    posterior = model.module.encode(x)
    kl = -0.5 * (1 + posterior.logvar - posterior.mu**2 - posterior.logvar.exp()).sum(1).mean().item()
    draws = []
    for seed in range(20):
        z = posterior.rsample(torch.Generator().manual_seed(seed))
        logits = model.module.decode(z)
        total = torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        draws.append(total.item() / len(x))
    assert metrics["kl"] == pytest.approx(kl, rel=1e-4)
    assert metrics["reconstruction"] == pytest.approx(np.mean(draws), abs=6 * np.std(draws) + 1e-3)
    assert metrics["elbo"] == pytest.approx(-metrics["reconstruction"] - metrics["kl"], rel=1e-6)
    mu = posterior.mu.numpy()
    decoded = torch.sigmoid(model.module.decode(posterior.mu)).numpy()
    assert metrics["mse"] == pytest.approx(np.mean((decoded - images / 255.0) ** 2), rel=1e-4)
    assert metrics["active_units"] == (mu.var(0) > 0.01).sum()
    assert labels is not None
    reference = model.encode(digits.train.images)[0]
    neighbours = KNeighborsClassifier(15).fit(reference, digits.train.labels)
    assert metrics["knn_accuracy"] == pytest.approx(neighbours.score(mu, labels), abs=0.02)


def test_each_number_says_its_unit_split_count_and_how_it_was_made(
    model: TrainedModel, digits: ImageDataset
) -> None:
    metrics = evaluate(model, digits, "validation", importance_samples=5)
    for entry in metrics.values():
        assert entry.keys() == ENTRY
        assert (entry["split"], entry["count"]) == ("validation", 200)
        assert isinstance(entry["value"], int | float)
        assert not isinstance(entry["value"], np.generic)
    assert "K = 5" in metrics["iwae"]["estimator"]


def test_the_importance_weighted_bound_is_left_out_unless_asked_for_and_is_tighter(
    model: TrainedModel, digits: ImageDataset
) -> None:
    assert "iwae" not in evaluate(model, digits, limit=50)
    metrics = evaluate(model, digits, limit=50, importance_samples=200)
    assert metrics["iwae"]["value"] > metrics["elbo"]["value"] - 0.2
    assert metrics["iwae_standard_error"]["value"] > 0


def test_an_autoencoder_has_no_bound(make_run: MakeRun, digits: ImageDataset) -> None:
    model = runs.freeze(make_run(family="ae"))
    metrics = evaluate(model, digits)
    assert metrics.keys() == {"mse", "reconstruction", "knn_accuracy"}
    x = torch.from_numpy(digits.test.images).float() / 255
    logits = model.module.decode(model.module.encode(x).mu)
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum").item() / len(
        x
    )
    assert metrics["reconstruction"]["value"] == pytest.approx(expected, rel=1e-5)


def test_the_seed_decides_the_draws_and_nothing_else_does(model: TrainedModel, digits: ImageDataset) -> None:
    torch.manual_seed(0)
    first = evaluate(model, digits, limit=40, importance_samples=3)
    torch.manual_seed(1)
    assert evaluate(model, digits, limit=40, importance_samples=3) == first
    assert evaluate(model, digits, limit=40, importance_samples=3, seed=1) != first


def test_chunks_do_not_change_what_is_not_random(
    model: TrainedModel, digits: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = evaluate(model, digits, limit=60)
    monkeypatch.setattr(bounds, "CHUNK", 11)
    parts = evaluate(model, digits, limit=60)
    for name in ("kl", "mse", "active_units", "knn_accuracy"):
        assert parts[name]["value"] == pytest.approx(whole[name]["value"], rel=1e-5)


def test_data_without_labels_has_no_neighbour_score(model: TrainedModel, digits: ImageDataset) -> None:
    bare = dataclasses.replace(digits, test=Split(digits.test.images))
    assert "knn_accuracy" not in evaluate(model, bare, limit=20)


def test_images_of_another_shape_are_refused(
    model: TrainedModel, make_images: Callable[..., ImageDataset]
) -> None:
    with pytest.raises(InputError, match="wrong shape"):
        evaluate(model, make_images((3, 9, 9)))


def test_an_unknown_split_is_refused(model: TrainedModel, digits: ImageDataset) -> None:
    with pytest.raises(DatasetError, match=r"no such split.*train, validation, test"):
        evaluate(model, digits, "tests")


@pytest.mark.parametrize("limit", [0, -3])
def test_no_images_cannot_be_measured(model: TrainedModel, digits: ImageDataset, limit: int) -> None:
    with pytest.raises(InputError, match="at least one image"):
        evaluate(model, digits, limit=limit)


@pytest.mark.parametrize("samples", [-1, 5001])
def test_k_out_of_bounds_is_refused(model: TrainedModel, digits: ImageDataset, samples: int) -> None:
    with pytest.raises(ConfigError, match="1 to 5000"):
        evaluate(model, digits, limit=10, importance_samples=samples)
