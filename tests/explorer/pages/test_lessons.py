from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.lessons import LESSONS
from explorer.lessons.records import Lesson

ADA, BOB = "a" * 32, "b" * 32
SHIPPED = Path(__file__).parents[3] / "checkpoints"


@pytest.fixture
def open_lesson(open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open the lessons with the models that are shipped: ``open_lesson(lesson="points", step="2")``."""
    monkeypatch.setenv("VAE_MODELS_DIR", str(SHIPPED))
    return lambda **address: open_page("lessons", **address)


def _texts(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def test_the_list_names_every_lesson(open_lesson: Callable[..., AppTest]) -> None:
    page = open_lesson()
    assert not page.exception
    assert all(lesson.title in _texts(page) for lesson in LESSONS)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_step_opens_by_its_address(lesson: Lesson, open_lesson: Callable[..., AppTest]) -> None:
    for number, step in enumerate(lesson.steps, 1):
        page = open_lesson(lesson=lesson.name, step=str(number))
        assert not page.exception
        assert not page.error
        assert step.title in _texts(page)


def test_a_step_tells_only_after_the_prediction(open_lesson: Callable[..., AppTest]) -> None:
    page = open_lesson(lesson="tug", step="2")
    step = next(lesson for lesson in LESSONS if lesson.name == "tug").steps[1]
    assert step.after not in _texts(page)
    assert page.button(key="reveal").disabled
    page.radio(key="predict.tug.1").set_value(1).run()
    page.button(key="reveal").click().run()
    assert step.after in _texts(page)
    assert "You predicted *Both fall*" in _texts(page)


def test_what_was_predicted_is_there_in_another_tab(open_lesson: Callable[..., AppTest]) -> None:
    page = open_lesson(lesson="tug", step="2", token=ADA)
    page.radio(key="predict.tug.1").set_value(0).run()
    page.button(key="reveal").click().run()
    again = open_lesson(lesson="tug", step="2", token=ADA)
    assert "You predicted it" in _texts(again)
    assert "You predicted it" not in _texts(open_lesson(lesson="tug", step="2", token=BOB))


def test_a_task_is_done_by_what_the_student_does(open_lesson: Callable[..., AppTest]) -> None:
    page = open_lesson(lesson="regions", step="2")
    for _ in range(3):
        assert ":material/task_alt:" not in _texts(page)
        page.button(key="lesson-epsilon").click().run()
    assert ":material/task_alt:" in _texts(page)


def test_a_lesson_that_is_not_there_shows_the_list(open_lesson: Callable[..., AppTest]) -> None:
    page = open_lesson(lesson="nothing", step="99")
    assert not page.exception
    assert LESSONS[0].title in _texts(page)


def test_a_damaged_notebook_is_an_empty_one(open_lesson: Callable[..., AppTest], tmp_path: Path) -> None:
    page = open_lesson(lesson="tug", step="2", token=ADA)
    page.radio(key="predict.tug.1").set_value(0).run()
    page.button(key="reveal").click().run()
    (kept,) = tmp_path.rglob(".lessons.json")
    kept.write_text('{"answers": {"tug.1": "x", "tug.0": 99}, "done": 3', "utf-8")
    assert "You predicted" not in _texts(open_lesson(lesson="tug", step="2", token=ADA))


def test_a_lesson_is_on_paper_with_and_without_what_was_predicted(
    open_lesson: Callable[..., AppTest],
) -> None:
    page = open_lesson(lesson="tug", step="2", token=ADA)
    page.radio(key="predict.tug.1").set_value(1).run()
    page.button(key="reveal").click().run()
    page.button(key="report").click().run()
    assert "☒ Both fall" in _texts(page)
    page.button(key="back").click().run()
    page.button(key="worksheet").click().run()
    assert "☐ Both fall" in _texts(page)
    again = open_lesson(lesson="tug", sheet="worksheet")
    assert "Name: ____" in _texts(again)


def test_a_report_shows_what_was_seen_where_it_was_told_and_nothing_elsewhere(
    open_lesson: Callable[..., AppTest], tmp_path: Path
) -> None:
    page = open_lesson(lesson="regions", step="2", token=ADA)
    page.radio(key="predict.regions.1").set_value(1).run()
    page.button(key="reveal").click().run()
    for _ in range(3):
        page.button(key="lesson-epsilon").click().run()
    (kept,) = tmp_path.rglob(".lessons.json")
    assert json.loads(kept.read_text())["moments"] == {"regions.1": [3.0]}
    report = open_lesson(lesson="regions", sheet="report", token=ADA)
    assert not report.exception
    assert len(report.get("image")) == 1
    assert "ε_1" in _texts(report) or "\\varepsilon_1" in _texts(report)
    assert not open_lesson(lesson="regions", sheet="report", token=BOB).get("image")
    assert not open_lesson(lesson="regions", sheet="worksheet", token=ADA).get("image")
