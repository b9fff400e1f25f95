from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vae_core import metrics, runs
from vae_core.classifier import Classifier, train_classifier
from vae_core.datasets import ImageDataset, Split, as_float
from vae_core.errors import InputError
from vae_core.measures import GROUPS, measure
from vae_core.trained import TrainedModel, load
from vae_core.training import TrainingRun

MakeRun = Callable[..., TrainingRun]
ENTRY = {"value", "unit", "split", "count", "estimator"}
NAMES = {
    "codes": {
        "mutual_information", "total_correlation", "dimension_wise_kl", "mmd_to_prior", "linear_probe_accuracy"
    },
    "map": {"trustworthiness", "neighbour_continuity"},
    "images": {"psnr", "ssim", "sharpness"},
    "draws": {
        "longest_step_ratio", "draws_sharpness", "classifier_frechet_distance", "prior_completeness"
    },
    "factors": set(),
}  # fmt: skip


@pytest.fixture(scope="module")
def judge(digits: ImageDataset) -> Classifier:
    return train_classifier(digits, steps=100)


def test_each_group_gives_what_it_is_for(
    model: TrainedModel, digits: ImageDataset, judge: Classifier
) -> None:
    for group, names in NAMES.items():
        found = measure(model, digits, [group], judge=judge)
        assert found.keys() == names
        for entry in found.values():
            assert entry.keys() == ENTRY
            assert type(entry["value"]) is float
            assert np.isfinite(entry["value"])
            assert 2 <= entry["count"] <= len(digits.test)
    assert NAMES.keys() == GROUPS.keys()


def test_a_group_s_values_do_not_depend_on_the_others(
    model: TrainedModel, digits: ImageDataset, judge: Classifier
) -> None:
    together = measure(model, digits, judge=judge)
    for group, names in NAMES.items():
        alone = measure(model, digits, [group], judge=judge)
        assert {name: together[name] for name in names} == alone


def test_the_values_are_those_of_the_metrics(model: TrainedModel, digits: ImageDataset) -> None:
    found = measure(model, digits, ["images", "codes"])
    images, labels = as_float(digits.test.images), digits.test.labels
    mu, _ = model.encode(digits.test.images)
    rebuilt = model.decode(mu)
    assert found["psnr"]["value"] == pytest.approx(metrics.psnr(rebuilt, images))
    assert found["ssim"]["value"] == pytest.approx(metrics.ssim(rebuilt, images))
    assert digits.train.labels is not None
    assert labels is not None
    codes, _ = model.encode(digits.train.images)
    assert found["linear_probe_accuracy"]["value"] == pytest.approx(
        metrics.linear_probe_accuracy(codes, digits.train.labels, mu, labels)
    )


def test_the_three_parts_of_the_kl_add_up_to_it(root: Path, digits: ImageDataset) -> None:
    model = load(root / "checkpoints" / "digits-vae-2d")
    found = measure(model, digits, ["codes"])
    parts = sum(
        found[name]["value"] for name in ("mutual_information", "total_correlation", "dimension_wise_kl")
    )
    mu, sigma = model.encode(digits.test.images)
    exact = (-0.5 * (1 + 2 * np.log(sigma) - mu**2 - sigma**2)).sum(1).mean()
    assert parts == pytest.approx(exact, rel=0.05)


def test_an_autoencoder_has_no_prior_to_be_judged_by(
    make_run: MakeRun, digits: ImageDataset, judge: Classifier
) -> None:
    model = runs.freeze(make_run(family="ae"))
    found = measure(model, digits, judge=judge)
    assert "longest_step_ratio" in found
    assert not found.keys() & {"mutual_information", "mmd_to_prior", "prior_completeness", "draws_sharpness"}


def test_without_classes_or_a_judge_what_needs_them_is_left_out(
    model: TrainedModel, digits: ImageDataset
) -> None:
    bare = dataclasses.replace(digits, train=Split(digits.train.images), test=Split(digits.test.images))
    found = measure(model, bare)
    assert "psnr" in found
    assert not found.keys() & {"linear_probe_accuracy", "classifier_frechet_distance", "prior_completeness"}


def test_known_factors_are_looked_for_in_the_code(model: TrainedModel, digits: ImageDataset) -> None:
    def with_factors(split: Split) -> Split:
        mu, _ = model.encode(split.images)
        ranks = np.floor(4 * mu.argsort(0).argsort(0) / len(mu))
        return Split(
            split.images, split.labels, np.column_stack([ranks, np.ones(len(mu))]).astype(np.float32)
        )

    known = dataclasses.replace(digits, train=with_factors(digits.train), test=with_factors(digits.test))
    found = measure(model, known, ["factors"])
    assert found.keys() == {
        "mig", "dci_disentanglement", "dci_completeness", "dci_informativeness", "factor_vae_score"
    }  # fmt: skip
    assert found["mig"]["value"] > 0.4
    assert found["factor_vae_score"]["value"] > 0.9


@pytest.mark.parametrize(("limit", "problem"), [(1, "too little"), (0, "too little"), (-3, "too little")])
def test_too_few_images_are_refused(
    model: TrainedModel, digits: ImageDataset, limit: int, problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        measure(model, digits, limit=limit)


def test_few_images_are_enough_for_most(model: TrainedModel, digits: ImageDataset, judge: Classifier) -> None:
    found = measure(model, digits, limit=10, judge=judge)
    assert {entry["count"] for entry in found.values()} == {10}
    assert "trustworthiness" not in found


def test_a_group_that_is_none_is_refused(model: TrainedModel, digits: ImageDataset) -> None:
    with pytest.raises(InputError, match="no such group"):
        measure(model, digits, ["beauty"])


def test_the_seed_decides_the_draws(model: TrainedModel, digits: ImageDataset) -> None:
    first, again, other = (measure(model, digits, ["codes"], seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first["mmd_to_prior"] != other["mmd_to_prior"]


def test_a_shipped_model_is_measured_whole(root: Path, digits: ImageDataset, judge: Classifier) -> None:
    found = measure(load(root / "checkpoints" / "digits-vae-2d"), digits, judge=judge)
    assert found["prior_completeness"]["value"] > 0.3
    assert found["trustworthiness"]["value"] > 0.8
