from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.metrics import factor_vae_score

Floats = NDArray[np.float64]
AXES = np.meshgrid(*[np.arange(size, dtype=float) for size in (4, 4, 4, 4)], indexing="ij")
FACTORS = np.stack([axis.ravel() for axis in AXES], axis=1)
ALL_MIXED = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2


def score(mu: Floats, factors: Floats = FACTORS, seed: int = 0, **options: int) -> float:
    return factor_vae_score(
        mu, factors, np.random.default_rng(seed), **({"votes": 800, "held_out_votes": 800} | options)
    )


def noise(seed: int) -> Floats:
    return np.random.default_rng(seed).normal(size=(len(FACTORS), 4))


def by_hand(mu: Floats, factors: Floats, batch_size: int, votes: int, held_out_votes: int) -> float:
    """One vote after the other, as the paper tells it."""
    rng = np.random.default_rng(0)

    def vote() -> tuple[int, int]:
        k = int(rng.integers(factors.shape[1]))
        value = factors[rng.integers(len(factors)), k]
        batch = mu[rng.choice(np.flatnonzero(factors[:, k] == value), batch_size)]
        return k, int((batch.var(axis=0, ddof=1) / mu.var(axis=0, ddof=1)).argmin())

    counts = np.zeros((factors.shape[1], mu.shape[1]))
    for _ in range(votes):
        counts[vote()] += 1
    best = counts.argmax(axis=0)
    return float(np.mean([best[j] == k for k, j in (vote() for _ in range(held_out_votes))]))


@pytest.mark.parametrize("strength", [0.3, 1.0, 3.0])
def test_it_agrees_with_voting_by_hand(strength: float) -> None:
    mu = FACTORS @ ALL_MIXED + strength * FACTORS + noise(0)
    wanted = by_hand(mu, FACTORS, 16, 3000, 3000)
    assert score(mu, batch_size=16, votes=3000, held_out_votes=3000) == pytest.approx(wanted, abs=0.05)


def test_a_dimension_to_each_factor_scores_one_and_another_more_makes_no_difference() -> None:
    assert score(FACTORS) == 1
    assert score(FACTORS[:, [3, 0, 1, 2, 2]]) == 1
    assert score(FACTORS + 0.1 * noise(0)) == 1


def test_codes_that_know_nothing_score_what_guessing_does() -> None:
    many = np.tile(FACTORS, (40, 1))
    mu = np.random.default_rng(0).normal(size=(len(many), 8))
    assert score(mu, many, votes=3000, held_out_votes=3000) == pytest.approx(1 / 4, abs=0.05)


def test_a_code_with_every_factor_in_every_dimension_scores_low() -> None:
    assert score(FACTORS @ ALL_MIXED) < 0.5


def test_one_dimension_can_tell_one_factor_only() -> None:
    assert score(FACTORS[:, :1]) == pytest.approx(1 / 4, abs=0.05)


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=15)
def test_order_scale_and_sign_of_dimensions_do_not_matter(seed: int) -> None:
    mu = FACTORS + noise(seed)
    rng = np.random.default_rng(seed)
    changed = mu[:, rng.permutation(4)] * rng.choice([-8.0, -0.5, 0.25, 1.0, 4.0], 4)
    assert score(changed, votes=200) == score(mu, votes=200)


def test_collapsed_dimensions_are_left_out_and_a_wholly_collapsed_code_scores_nothing() -> None:
    mu = FACTORS + noise(1)
    padded = np.concatenate([np.full((len(mu), 2), 0.3), mu], axis=1)
    assert score(padded) == score(mu)
    assert score(np.ones_like(mu)) == 0


def test_a_sample_of_the_grid_scores_about_what_the_grid_does() -> None:
    mu = FACTORS @ ALL_MIXED + FACTORS
    some = np.random.default_rng(0).choice(len(mu), 128, replace=False)
    assert score(mu[some], FACTORS[some]) == pytest.approx(score(mu), abs=0.1)


def test_a_value_that_occurs_once_is_never_held_fixed() -> None:
    rare = FACTORS.copy()
    rare[: len(rare) - 4, 0] = np.arange(len(rare) - 4) + 100
    assert score(FACTORS[:, 1:], rare[:, [0, 1]]) > 0.4
    with pytest.raises(InputError, match="No two images share"):
        score(FACTORS, np.arange(len(FACTORS), dtype=float)[:, np.newaxis])


def test_the_same_generator_gives_the_same_score_and_every_size_counts() -> None:
    mu = FACTORS + 2 * noise(2)
    found = score(mu)
    assert found == score(mu)
    assert found != score(mu, seed=1)
    assert found < score(mu, batch_size=256)
    assert len({score(mu, votes=votes) for votes in (5, 800)}) == 2
    assert len({score(mu, held_out_votes=votes) for votes in (7, 800)}) == 2


@pytest.mark.parametrize(
    ("mu", "factors", "options", "message"),
    [
        (FACTORS[:5], FACTORS, {}, "5 and 256"),
        (FACTORS + np.inf, FACTORS, {}, "mu holds NaN"),
        (FACTORS, np.ones((256, 2)), {}, "same value"),
        (FACTORS, FACTORS, {"batch_size": 1}, "batch_size does not fit"),
        (FACTORS, FACTORS, {"votes": 0}, "votes does not fit"),
        (FACTORS, FACTORS, {"held_out_votes": 0}, "held_out_votes does not fit"),
    ],
)
def test_what_can_not_be_voted_on_is_refused(
    mu: Floats, factors: Floats, options: dict[str, int], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        score(mu, factors, **options)
