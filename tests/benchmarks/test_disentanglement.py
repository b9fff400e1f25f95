from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def rows(root: Path) -> dict[tuple[str, float], dict[str, Any]]:
    """The recorded medians over seeds, by family and β."""
    stored = json.loads((root / "benchmarks" / "results" / "disentanglement.json").read_text("utf-8"))
    return {(row["family"], row["β"]): row for row in stored["rows"]}


def test_the_gap_of_the_total_correlation_is_above_that_of_beta_alone_at_the_same_reconstruction(
    rows: dict[tuple[str, float], dict[str, Any]],
) -> None:
    ours, better, worse = rows["tcvae", 6.0], rows["vae", 4.0], rows["vae", 8.0]
    assert {row["seeds"] for row in rows.values()} == {5}
    assert ours["MIG, median"] >= 0.3
    copies = [row["reconstruction, nats (median)"] for row in (better, ours, worse)]
    assert copies == sorted(copies)
    assert ours["MIG, median"] > max(better["MIG, median"], worse["MIG, median"])


def test_every_run_is_a_dot_of_the_plot(root: Path, rows: dict[tuple[str, float], dict[str, Any]]) -> None:
    plot = (root / "docs" / "disentanglement.svg").read_text("utf-8")
    for family, beta in rows:
        for seed in range(5):
            assert plot.count(f"{family}-beta{beta:g}-seed{seed}") == 2
