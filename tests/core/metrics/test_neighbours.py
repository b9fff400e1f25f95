from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.metrics import knn_accuracy, knn_votes

FloatCodes = NDArray[np.float64]
Labels = NDArray[np.int64]


def by_hand(reference: FloatCodes, known: Labels, mu: FloatCodes, labels: Labels, k: int) -> float:
    right = 0
    for code, label in zip(mu, labels, strict=True):
        nearest = np.argsort(((reference - code) ** 2).sum(axis=1), kind="stable")[:k]
        right += np.bincount(known[nearest]).argmax() == label
    return right / len(mu)


def blobs(seed: int, d: int = 3, count: int = 60) -> tuple[FloatCodes, Labels, FloatCodes, Labels]:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(4, d)) * 2
    labels = rng.integers(0, 4, 2 * count)
    mu = centres[labels] + rng.normal(size=(2 * count, d))
    return mu[:count], labels[:count], mu[count:], labels[count:]


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 10))
@settings(deadline=None, max_examples=40)
def test_it_agrees_with_counting_by_hand(seed: int, k: int, d: int) -> None:
    data = blobs(seed, d)
    assert knn_accuracy(*data, k=k) == pytest.approx(by_hand(*data, k=k))


def test_fifteen_neighbours_vote_by_default() -> None:
    data = blobs(1)
    assert knn_accuracy(*data) == knn_accuracy(*data, k=15)
    assert len({knn_accuracy(*data, k=k) for k in (1, 5, 15, 60)}) > 1


def test_separate_classes_are_told_apart_and_labels_without_meaning_are_not() -> None:
    mu, labels, more, wanted = blobs(2, d=2, count=400)
    far = labels[:, np.newaxis] * 1000.0
    assert knn_accuracy(mu + far, labels, more + wanted[:, np.newaxis] * 1000.0, wanted) == 1
    shuffled = np.random.default_rng(0).permutation(labels)
    assert knn_accuracy(mu, shuffled, more, wanted) < 0.45


@given(st.integers(0, 1000), st.floats(0.1, 100), st.floats(-100, 100))
@settings(deadline=None, max_examples=20)
def test_scaling_and_moving_the_space_change_nothing(seed: int, scale: float, shift: float) -> None:
    reference, known, mu, labels = blobs(seed)
    moved = knn_accuracy(reference * scale + shift, known, mu * scale + shift, labels, k=5)
    assert moved == knn_accuracy(reference, known, mu, labels, k=5)


def test_the_same_codes_give_the_same_number_even_where_all_are_equal() -> None:
    same = np.zeros((50, 2)), np.arange(50) % 3, np.zeros((20, 2)), np.arange(20) % 3
    assert knn_accuracy(*same) == knn_accuracy(*same)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"k": 0}, "at least 1"),
        ({"k": 61}, "1 to 60"),
        ({"mu": np.zeros((60, 4))}, "4 and 3"),
        ({"mu": np.full((60, 3), np.nan)}, "mu holds NaN"),
        ({"labels": np.zeros(5, dtype=int)}, "labels does not go with its codes"),
        ({"labels_reference": np.zeros(60)}, "labels_reference does not go with its codes"),
    ],
)
def test_what_does_not_go_together_is_refused(change: dict[str, object], message: str) -> None:
    names = ("mu_reference", "labels_reference", "mu", "labels")
    given: dict[str, object] = dict(zip(names, blobs(0), strict=True)) | change
    with pytest.raises(InputError, match=message):
        knn_accuracy(**given)  # type: ignore[arg-type]


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 10))
@settings(deadline=None, max_examples=40)
def test_the_votes_are_those_that_make_the_accuracy(seed: int, k: int, d: int) -> None:
    reference, known, mu, labels = blobs(seed, d)
    voted, shares = knn_votes(reference, known, mu, k=k)
    assert float((voted == labels).mean()) == pytest.approx(knn_accuracy(reference, known, mu, labels, k=k))
    assert (shares > 0).all()
    assert (shares <= 1).all()
    np.testing.assert_allclose(shares * k, np.rint(shares * k), atol=1e-9)


def test_among_copies_of_one_class_all_votes_agree_and_few_codes_all_vote() -> None:
    reference, known = np.float64([[0.0], [0.1], [5.0]]), np.int64([4, 4, 2])
    labels, shares = knn_votes(reference, known, [[0.0], [5.0]], k=2)
    assert (labels.tolist(), shares.tolist()) == ([4, 2], [1.0, 0.5])
    assert knn_votes(reference, known, [[5.0]])[1].tolist() == [pytest.approx(2 / 3)]


def test_votes_of_what_does_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="numbers of dimensions"):
        knn_votes([[0.0]], [1], [[0.0, 1.0]])
    with pytest.raises(InputError, match="labels_reference"):
        knn_votes([[0.0]], [1, 2], [[0.0]])
    with pytest.raises(InputError, match="at least 1"):
        knn_votes([[0.0]], [1], [[0.0]], k=0)
