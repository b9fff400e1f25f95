from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import record as module
from benchmarks.record import machine, percentile, record, spread, table

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


def test_percentiles_are_nearest_ranks() -> None:
    numbers = [float(value) for value in range(1, 101)]
    assert percentile(numbers, 0.5) == 50
    assert percentile(numbers, 0.95) == 95
    assert percentile(numbers, 1.0) == 100
    assert percentile(numbers[::-1], 0.0) == 1
    assert percentile([7.0], 0.95) == 7


@given(values, st.floats(0, 1))
def test_a_percentile_is_one_of_the_values_and_grows_with_the_share(
    values: list[float], share: float
) -> None:
    found = percentile(values, share)
    assert found in values
    assert min(values) <= found <= percentile(values, 1.0) == max(values)


def test_a_spread_gives_mean_and_range_or_a_single_value_alone() -> None:
    assert spread([1.0, 2.0, 6.0]) == "3.00 (1.00 to 6.00)"
    assert spread([1.25], digits=1) == "1.2"


def test_a_table_has_every_column_once_in_order_of_appearance() -> None:
    rows = [{"what": "a", "median": 1.23456}, {"what": "b", "p95": 3}]
    assert table(rows).splitlines() == [
        "| what | median | p95 |",
        "|---|---|---|",
        "| a | 1.235 |  |",
        "| b |  | 3 |",
    ]


def test_a_result_is_stored_with_machine_versions_and_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    record("walking", [{"what": "a mile", "minutes": 20}], "On foot.")
    stored = json.loads((tmp_path / "results" / "walking.json").read_text("utf-8"))
    assert stored["rows"] == [{"what": "a mile", "minutes": 20}]
    assert stored["note"] == "On foot."
    assert stored["machine"] == machine()
    assert {"processor", "cores", "memory_gib", "python", "versions", "date"} <= stored["machine"].keys()
    assert "| a mile | 20 |" in capsys.readouterr().out
