from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.__main__ import BENCHMARKS
from benchmarks.record import machine
from benchmarks.targets import TARGETS, Target

ROWS = [{"loop": "ours", "pace": 300.0}, {"loop": "theirs", "pace": "100.0 (90 to 110)"}]


def test_the_readme_says_what_the_stored_results_say() -> None:
    results = report.stored()
    written = report.README.read_text("utf-8") if report.README.exists() else ""
    if not results and not written:
        pytest.skip("nothing has been measured yet: run python -m benchmarks")
    assert written == report.render(results), "run python -m benchmarks.report"


def test_a_target_is_met_or_missed_by_its_bounds() -> None:
    more = Target("pace", "r", {"loop": "ours"}, "pace", must=250, goal=350, at_least=True)
    assert more.verdict(more.measured(ROWS)) == "met"
    assert more.verdict(350) == "goal met"
    assert more.verdict(249) == "missed"
    less = Target("pace", "r", {"loop": "ours"}, "pace", must=250)
    assert less.verdict(less.measured(ROWS)) == "missed"
    assert less.verdict(250) == "met"


def test_a_target_may_compare_two_rows() -> None:
    ratio = Target("pace", "r", {"loop": "ours"}, "pace", 2, at_least=True, over={"loop": "theirs"})
    assert ratio.measured(ROWS) == 3
    assert ratio.measured(ROWS[:1]) is None
    assert ratio.verdict(None) == "not measured"


def test_every_target_is_in_the_report_and_unmeasured_ones_say_so() -> None:
    text = report.render({})
    assert text.count("not measured") == len(TARGETS)
    assert all(target.what in text for target in TARGETS)


def test_a_section_tells_what_was_measured_how_and_where() -> None:
    about = machine() | {"date": "2001-02-03", "processor": "A slow one"}
    result = {
        "benchmark": "decoding",
        "note": "Model: a.",
        "machine": about,
        "rows": [{"what": "b", "median": 1}],
    }
    text = report.render({"decoding": result})
    for part in (
        "How fast a trained model answers",
        "`python -m benchmarks decoding`",
        "| b | 1 |",
        "Model: a.",
    ):
        assert part in text
    assert "2001-02-03: A slow one" in text
    assert "torch" in text


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_has_a_docstring_and_a_main(name: str) -> None:
    module = importlib.import_module(BENCHMARKS[name])
    assert module.__doc__
    assert callable(module.main)


def test_every_target_names_a_result_of_the_report() -> None:
    assert {target.result for target in TARGETS} <= set(report.SECTIONS)
    assert {module for _, module in report.SECTIONS.values()} <= set(BENCHMARKS)


def test_an_unknown_benchmark_is_refused_with_the_known_ones(root: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks", "speed"], cwd=root, capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert "no such benchmark: speed; there are " in found.stderr
