from __future__ import annotations

import itertools
import math

from explorer.training.progress import _MOST_POINTS, Notes, Progress
from vae_core.events import Evaluated, Step, Warned


def step(number: int, value: float = 1.0) -> Step:
    return Step(number, 0, 0.5, float(number), 1e-3, 1000.0, {"loss": value})


def test_a_long_curve_stays_short_and_covers_the_whole_run() -> None:
    notes = Notes()
    for number in range(20_000):
        notes.take(step(number, float(number)))
    curve = notes.fields()["curves"]["loss"]
    assert len(curve) <= _MOST_POINTS
    assert curve[0][0] < 200
    assert curve[-1][0] > 19_800
    gaps = {round(later - earlier) for (earlier, _), (later, _) in itertools.pairwise(curve)}
    assert len(gaps) == 1


def test_a_thinned_point_is_the_mean_of_what_it_stands_for() -> None:
    notes = Notes()
    for number in range(_MOST_POINTS):
        notes.take(step(number, float(number % 2)))
    assert {value for _, value in notes.fields()["curves"]["loss"]} == {0.5}


def test_a_number_that_is_not_finite_is_left_out_of_the_curve() -> None:
    notes = Notes()
    notes.take(step(1, math.nan))
    notes.take(step(2, 3.0))
    assert notes.fields()["curves"]["loss"] == ((2.0, 3.0),)


def test_training_and_validation_are_kept_apart() -> None:
    notes = Notes()
    notes.take(step(1, 2.0))
    notes.take(Evaluated(1, 0, 1.0, {"loss": 5.0}))
    fields = notes.fields()
    assert fields["curves"]["loss"] == ((1.0, 2.0),)
    assert fields["held_out"]["loss"] == ((1.0, 5.0),)


def test_a_warning_is_told_once() -> None:
    notes = Notes()
    warned = Warned(1, "collapse", "It has collapsed.")
    for _ in range(3):
        notes.take(warned)
    assert notes.fields()["warnings"] == (warned,)


def test_only_three_endings_are_endings() -> None:
    assert [Progress(status).over for status in ("queued", "preparing", "running")] == [False] * 3
    assert [Progress(status).over for status in ("complete", "stopped", "failed")] == [True] * 3
