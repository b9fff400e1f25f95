from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from vae_core.errors import InputError
from vae_core.metrics import knn_accuracy, linear_probe_accuracy

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Data = tuple[Floats, Labels, Floats, Labels]


def blobs(seed: int, d: int = 3, count: int = 120, classes: int = 4) -> Data:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(classes, d)) * 2
    labels = rng.integers(0, classes, 2 * count)
    labels[:classes] = np.arange(classes)
    mu = centres[labels] + rng.normal(size=(2 * count, d))
    return mu[:count], labels[:count], mu[count:], labels[count:]


def by_scipy(reference: Floats, known: Labels, mu: Floats, labels: Labels) -> float:
    """The same minimum, found by another optimiser from the formula."""
    mean, deviation = reference.mean(axis=0), reference.std(axis=0)
    z, classes = (reference - mean) / deviation, known.max() + 1

    def split(w: Floats) -> tuple[Floats, Floats]:
        return w[classes:].reshape(z.shape[1], classes), w[:classes]

    def loss(w: Floats) -> float:
        weights, bias = split(w)
        likely = log_softmax(z @ weights + bias, axis=1)[np.arange(len(z)), known]
        return float((weights**2).sum() / 2 - likely.sum())

    weights, bias = split(minimize(loss, np.zeros(classes * (z.shape[1] + 1))).x)
    return float(((((mu - mean) / deviation) @ weights + bias).argmax(axis=1) == labels).mean())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("classes", [2, 4])
def test_it_agrees_with_minimising_the_formula(seed: int, classes: int) -> None:
    data = blobs(seed, d=2, classes=classes)
    assert linear_probe_accuracy(*data) == pytest.approx(by_scipy(*data), abs=0.01)


@given(st.integers(0, 1000), st.floats(0.1, 100), st.floats(-100, 100))
@settings(deadline=None, max_examples=8)
def test_scaling_moving_and_mirroring_dimensions_change_nothing(
    seed: int, scale: float, shift: float
) -> None:
    reference, known, mu, labels = blobs(seed)
    each = np.array([scale, -scale, 1.0])
    moved = linear_probe_accuracy(reference * each + shift, known, mu * each + shift, labels)
    assert moved == pytest.approx(linear_probe_accuracy(reference, known, mu, labels), abs=0.01)


def test_separate_classes_are_told_apart_and_labels_without_meaning_are_not() -> None:
    mu, labels, more, wanted = blobs(2, count=400)
    assert (
        linear_probe_accuracy(
            mu + 50 * np.eye(4)[labels, :3], labels, more + 50 * np.eye(4)[wanted, :3], wanted
        )
        == 1
    )
    assert linear_probe_accuracy(mu, np.random.default_rng(0).permutation(labels), more, wanted) < 0.45


def test_rings_are_apart_for_neighbours_and_not_for_a_straight_boundary() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 600)
    angle = rng.uniform(0, 2 * np.pi, 600)
    mu = (1 + 2 * labels + 0.1 * rng.normal(size=600))[:, None] * np.stack(
        [np.cos(angle), np.sin(angle)], axis=1
    )
    data = mu[:300], labels[:300], mu[300:], labels[300:]
    assert knn_accuracy(*data) == 1
    assert linear_probe_accuracy(*data) < 0.65


def test_a_collapsed_dimension_does_no_harm() -> None:
    reference, known, mu, labels = blobs(0)
    padded = [np.c_[codes, np.full(len(codes), 0.3)] for codes in (reference, mu)]
    assert linear_probe_accuracy(padded[0], known, padded[1], labels) == linear_probe_accuracy(*blobs(0))


def test_the_same_codes_give_the_same_number_and_classes_need_not_be_counted_from_zero() -> None:
    reference, known, mu, labels = blobs(1)
    found = linear_probe_accuracy(reference, known, mu, labels)
    assert found == linear_probe_accuracy(reference, known, mu, labels)
    assert found == linear_probe_accuracy(reference, 7 * known - 3, mu, 7 * labels - 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels_reference": np.ones(120, dtype=int)}, "one class only"),
        ({"mu": np.zeros((120, 4))}, "4 and 3"),
        ({"mu_reference": np.full((120, 3), np.nan)}, "mu_reference holds NaN"),
        ({"labels": np.zeros(120)}, "labels does not go with its codes"),
    ],
)
def test_what_can_not_be_probed_is_refused(change: dict[str, object], message: str) -> None:
    names = ("mu_reference", "labels_reference", "mu", "labels")
    given: dict[str, object] = dict(zip(names, blobs(0), strict=True)) | change
    with pytest.raises(InputError, match=message):
        linear_probe_accuracy(**given)  # type: ignore[arg-type]
