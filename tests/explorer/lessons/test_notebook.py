from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from explorer.lessons import LESSONS, notebook

LESSON = LESSONS[0]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the notebook of these tests lies."""
    found = tmp_path / "own" / ".lessons.json"
    monkeypatch.setattr(notebook, "_place", lambda: found)
    return found


def test_the_numbers_of_the_moment_in_which_a_task_was_done_are_kept() -> None:
    assert notebook.read().moment(LESSON, 1) == ()
    notebook.tried(LESSON, 1, (0.5, -1.25))
    kept = notebook.read()
    assert kept.has_tried(LESSON, 1)
    assert kept.moment(LESSON, 1) == (0.5, -1.25)


def test_a_notebook_of_before_has_no_moments(place: Path) -> None:
    place.parent.mkdir()
    place.write_text(json.dumps({"answers": {}, "done": ["points.1"], "last": {}}))
    assert notebook.read().has_tried(LESSON, 1)
    assert notebook.read().moment(LESSON, 1) == ()


@pytest.mark.parametrize(
    "moments",
    [7, [1.0], {"points.1": "0"}, {"points.1": [True]}, {"points.1": [1e300]}, {"points.1": [0.0] * 65}],
)
def test_numbers_that_nobody_kept_are_ignored(place: Path, moments: Any) -> None:
    place.parent.mkdir()
    place.write_text(json.dumps({"done": ["points.1"], "moments": moments}))
    assert notebook.read().has_tried(LESSON, 1)
    assert notebook.read().moment(LESSON, 1) == ()


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_numbers_that_are_not_finite_are_ignored(place: Path, value: str) -> None:
    place.parent.mkdir()
    place.write_text(f'{{"moments": {{"points.1": [{value}]}}}}')
    assert notebook.read().moment(LESSON, 1) == ()


def test_a_step_is_told_once_it_is_answered_or_done_where_nothing_is_asked() -> None:
    assert LESSON.steps[1].question is None
    assert not notebook.read().is_told(LESSON, 1)
    notebook.tried(LESSON, 1)
    assert notebook.read().is_told(LESSON, 1)
    notebook.answer(LESSON, 0, 1)
    assert notebook.read().is_told(LESSON, 0)
    assert not notebook.read().is_told(LESSON, 2)
