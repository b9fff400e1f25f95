from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vae_core.datasets import ImageDataset, as_float
from vae_core.errors import InputError
from vae_core.metrics import Completeness, longest_step_ratio, prior_completeness

Floats = NDArray[np.float64]
CODES = np.random.default_rng(0).normal(size=(400, 2))
WAYS = np.random.default_rng(1).normal(size=(2, 64))


def ratio(decode: object, mu: Floats = CODES, seed: int = 0, **options: int) -> float:
    return longest_step_ratio(decode, mu, np.random.default_rng(seed), **options)  # type: ignore[arg-type]


def linear(z: Floats) -> Floats:
    return (z @ WAYS).reshape(-1, 1, 8, 8)


def smooth(z: Floats) -> Floats:
    return np.tanh(z @ WAYS).reshape(-1, 1, 8, 8)


def jumping(z: Floats) -> Floats:
    return np.sign(z @ WAYS).reshape(-1, 1, 8, 8)


def test_a_linear_decoder_changes_evenly_a_smooth_one_nearly_and_a_jumping_one_does_not() -> None:
    assert ratio(linear) == pytest.approx(1, abs=1e-3)
    assert 1 < ratio(smooth) < 1.2
    assert ratio(jumping) > 4


def test_a_single_jump_on_every_segment_is_the_largest_ratio_there_is() -> None:
    line = np.array([[-1.0], [1.0]])
    for steps in (2, 5, 16):
        assert ratio(lambda z: z > 0.01, line, steps=steps) == pytest.approx(steps)


def test_a_quadratic_decoder_has_the_ratio_of_its_formula() -> None:
    line = np.array([[0.0], [1.0]])
    # Of 4 steps over [0, 1] the last is 1 - 9/16, and their mean is 1/4.
    assert ratio(lambda z: z**2, line, steps=4) == pytest.approx(4 * 7 / 16)


@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(0.01, 100))
@settings(deadline=None, max_examples=15)
def test_the_units_of_codes_and_pixels_do_not_matter(seed: int, unit: float, brightness: float) -> None:
    def scaled(z: Floats) -> Floats:
        return brightness * smooth(z / unit)

    assert ratio(scaled, CODES * unit, seed, segments=50) == pytest.approx(
        ratio(smooth, CODES, seed, segments=50), abs=0.01
    )


@given(st.integers(0, 1000), st.integers(2, 20))
@settings(deadline=None, max_examples=15)
def test_it_lies_between_one_and_the_number_of_steps(seed: int, steps: int) -> None:
    weights = np.random.default_rng(seed).normal(size=(2, 9))
    assert 1 <= ratio(lambda z: np.sin(20 * z @ weights), seed=seed, steps=steps, segments=20) <= steps


def test_an_image_that_does_not_change_counts_as_even() -> None:
    assert ratio(lambda z: np.ones((len(z), 1, 8, 8))) == 1
    assert ratio(lambda z: 1 + 1e-9 * np.sign(z)) == 1
    assert ratio(jumping, np.zeros((20, 2))) == 1


def test_a_tear_is_met_the_more_often_the_longer_the_segments() -> None:
    def torn(z: Floats) -> Floats:
        return linear(z) + 50 * (z[:, :1, None, None] > 0)

    assert 1 < ratio(torn, neighbours=1) < ratio(torn, neighbours=20) < ratio(torn, neighbours=1000)


def test_the_decoder_is_asked_for_few_codes_at_a_time_and_for_float32() -> None:
    asked: list[tuple[int, np.dtype]] = []

    def decode(z: NDArray[np.float32]) -> Floats:
        asked.append((len(z), z.dtype))
        return smooth(z)

    ratio(decode, segments=300)
    assert sum(count for count, _ in asked) == 300 * 17
    assert max(count for count, _ in asked) <= 1024
    assert {kind for _, kind in asked} == {np.dtype(np.float32)}


def test_the_same_generator_gives_the_same_ratio_and_each_count_has_an_effect() -> None:
    found = ratio(jumping)
    assert found == ratio(jumping)
    changed = [
        ratio(jumping, seed=1),
        ratio(jumping, segments=9),
        ratio(jumping, steps=4),
        ratio(jumping, neighbours=1),
    ]
    assert len({found, *changed}) == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mu": np.zeros((1, 2))}, "no neighbour"),
        ({"mu": np.full((5, 2), np.nan)}, "mu holds NaN"),
        ({"segments": 0}, "segments does not fit"),
        ({"steps": 1}, "steps does not fit"),
        ({"neighbours": 0}, "neighbours does not fit"),
        ({"decode": lambda z: np.zeros((3, 1, 8, 8))}, "decode returned no images"),
        ({"decode": lambda z: np.full((len(z), 1), np.nan)}, "decode returned no images"),
    ],
)
def test_what_has_no_segments_is_refused(change: dict[str, object], message: str) -> None:
    given: dict[str, object] = {"decode": linear, "mu": CODES} | change
    with pytest.raises(InputError, match=message):
        ratio(**given)  # type: ignore[arg-type]


BARS = np.tile([[0.6, 0.4]], (8, 4))


def stripes(seed: int, count: int = 400) -> NDArray[np.float32]:
    """Noisy images of two classes, upright and level stripes, which are nearer to their mean than to each other."""
    rng = np.random.default_rng(seed)
    upright = rng.integers(0, 2, (count, 1, 1)) == 1
    images = np.where(upright, BARS, BARS.T) + 0.15 * rng.normal(size=(count, 8, 8))
    return images[:, np.newaxis].astype(np.float32)


def classify(x: NDArray[np.float32]) -> Floats:
    upright = 1 / (1 + np.exp(-10 * (x * (BARS - BARS.T)).sum(axis=(1, 2, 3))))
    return np.stack([upright, 1 - upright], axis=1)


def test_draws_just_like_the_images_are_accepted_as_often_as_the_quantiles_say() -> None:
    found = prior_completeness(stripes(1, 2000), stripes(0, 2000), classify)
    assert found == pytest.approx((0.9025, 0.95, 0.95), abs=0.03)
    half = prior_completeness(stripes(1, 2000), stripes(0, 2000), classify, quantile=0.5)
    assert half[1:] == pytest.approx((0.5, 0.5), abs=0.06)


def test_a_blur_of_two_classes_is_near_but_not_recognised() -> None:
    blur = np.full((50, 1, 8, 8), 0.5, np.float32)
    assert prior_completeness(blur, stripes(0), classify) == Completeness(accepted=0, recognised=0, near=1)


def test_what_is_far_from_every_image_is_not_accepted_however_sure_the_classifier() -> None:
    x = stripes(0)
    assert prior_completeness(x * 3, x, classify) == pytest.approx((0, 1, 0), abs=0.01)


def test_both_must_hold_for_the_same_draw() -> None:
    mixed = np.concatenate([stripes(1)[:100], np.full((100, 1, 8, 8), 0.5, np.float32), 3 * stripes(2)[:100]])
    found = prior_completeness(mixed, stripes(0), classify)
    assert found == pytest.approx((0.3, 0.65, 0.65), abs=0.03)


@given(st.integers(0, 1000), st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=15)
def test_accepted_draws_are_recognised_and_near_in_any_order(seed: int, quantile: float) -> None:
    x, draws = stripes(0, 100), stripes(seed + 1, 60) * 0.95
    found = prior_completeness(draws, x, classify, quantile=quantile)
    assert 0 <= found.accepted <= min(found.recognised, found.near) <= 1
    turned = prior_completeness(draws[::-1], x, classify, quantile=quantile)
    assert found == pytest.approx(turned, abs=2 / 60)  # at the bounds, rounding may decide


def test_real_digits_are_complete_and_noise_is_not(digits: ImageDataset) -> None:
    one, other = as_float(digits.train.images), as_float(digits.test.images)

    def sure(x: NDArray[np.float32]) -> Floats:
        return np.full((len(x), 10), 0.1)

    assert prior_completeness(one, other, sure).accepted > 0.9
    noise = np.random.default_rng(0).uniform(size=other.shape).astype(np.float32)
    assert prior_completeness(noise, other, sure).accepted < 0.1


@pytest.mark.parametrize("quantile", [0.0, 1.0, float("nan")])
def test_a_quantile_that_accepts_all_or_nothing_is_refused(quantile: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        prior_completeness(stripes(0), stripes(1), classify, quantile=quantile)


@pytest.mark.parametrize(
    "wrong", [np.zeros((3, 2)), np.zeros(400), np.full((400, 2), 2.0), np.full((400, 2), np.nan)]
)
def test_what_are_no_probabilities_is_refused(wrong: Floats) -> None:
    with pytest.raises(InputError, match="no probabilities"):
        prior_completeness(stripes(0), stripes(1), lambda x: wrong)


def test_images_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match="can't be compared"):
        prior_completeness(stripes(0)[..., :6], stripes(1), lambda x: np.full((len(x), 2), 0.5))
