from __future__ import annotations

import pytest

from explorer.classroom import rates
from explorer.classroom.bounds import TooOftenError
from tests.explorer.classroom.conftest import Clock


def test_turns_run_out_and_come_back() -> None:
    clock = Clock()
    allowance = rates.Allowance(burst=3, rate=0.5, clock=clock)
    assert [allowance.take("ada") for _ in range(4)] == [True, True, True, False]
    clock.now += 2
    assert [allowance.take("ada") for _ in range(2)] == [True, False]
    clock.now += 1000
    assert [allowance.take("ada") for _ in range(4)] == [True, True, True, False]


def test_nobody_spends_the_turns_of_somebody_else() -> None:
    allowance = rates.Allowance(burst=1, rate=0, clock=Clock())
    assert allowance.take("ada")
    assert not allowance.has("ada")
    assert allowance.has("bo")
    assert allowance.take("bo")


def test_too_much_is_said_in_a_line() -> None:
    allowance = rates.Allowance(burst=1, rate=0, clock=Clock())
    allowance.spend("ada", "guessing")
    with pytest.raises(TooOftenError, match=r"too much guessing at once\. Wait"):
        allowance.spend("ada", "guessing")


def test_who_was_not_here_for_longest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_PEOPLE", 3)
    allowance = rates.Allowance(burst=1, rate=0, clock=Clock())
    assert allowance.take("ada")
    for other in range(2):
        allowance.take(other)
    assert not allowance.has("ada")
    for other in range(2, 5):
        allowance.take(other)
    assert allowance.has("ada")
