from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.errors import InputError
from vae_core.metrics import class_agreement

CLASSES = 4


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def asked(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Decode to images of one pixel that tell the class asked for, but where z_1 is above 1."""
    return np.where(z[:, 0] > 1, (labels + 1) % CLASSES, labels)[:, None, None, None]


def certain(images: np.ndarray) -> np.ndarray:
    return np.eye(CLASSES)[images[:, 0, 0, 0]]


def test_it_is_the_share_of_draws_that_are_seen_as_what_they_were_asked_to_be() -> None:
    # P(z_1 > 1) = 0.1587 for a standard normal.
    assert class_agreement(asked, certain, CLASSES, 2, 40_000, rng()) == pytest.approx(1 - 0.1587, abs=0.006)
    assert class_agreement(lambda z, y: y[:, None, None, None], certain, CLASSES, 2, 100, rng()) == 1
    wrong = class_agreement(
        lambda z, y: ((y + 1) % CLASSES)[:, None, None, None], certain, CLASSES, 2, 100, rng()
    )
    assert wrong == 0


def test_a_decoder_that_ignores_the_class_scores_as_one_that_guesses() -> None:
    assert class_agreement(lambda z, y: 0 * y[:, None, None, None], certain, CLASSES, 2, 400, rng()) == 0.25


@given(st.integers(1, 2500), st.integers(1, 5))
def test_every_class_takes_its_turn_and_no_draw_is_lost(n: int, latent_dim: int) -> None:
    seen: list[np.ndarray] = []

    def decode(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
        assert z.shape == (len(labels), latent_dim)
        assert z.dtype == np.float32
        seen.append(labels)
        return labels[:, None, None, None]

    class_agreement(decode, certain, CLASSES, latent_dim, n, rng())
    np.testing.assert_array_equal(np.concatenate(seen), np.arange(n) % CLASSES)


def test_the_generator_decides_the_draws() -> None:
    first, again, other = (class_agreement(asked, certain, CLASSES, 2, 500, rng(seed)) for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("wrong", [{"classes": 0}, {"latent_dim": 0}, {"n": 0}, {"n": 1.5}])
def test_counts_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    counts = {"classes": CLASSES, "latent_dim": 2, "n": 10} | wrong
    with pytest.raises(InputError, match=next(iter(wrong))):
        class_agreement(asked, certain, **counts, rng=rng())


def test_a_classifier_of_other_classes_is_refused() -> None:
    with pytest.raises(InputError, match=r"Got: \[10, 4\]. Allowed: \[10, 5\]"):
        class_agreement(lambda z, y: 0 * y[:, None, None, None], certain, 5, 2, 10, rng())
