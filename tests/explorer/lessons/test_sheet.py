from __future__ import annotations

from explorer.lessons import LESSONS
from explorer.lessons.notebook import Notebook
from explorer.lessons.sheet import BOX, MARKED, report, worksheet

NOTHING = Notebook({}, frozenset(), {})


def test_a_worksheet_asks_everything_and_tells_nothing() -> None:
    for lesson in LESSONS:
        told = worksheet(lesson)
        for step in lesson.steps:
            assert step.title in told
            assert step.after not in told
            assert step.question is None or all(f"{BOX} {choice}" in told for choice in step.question.choices)
            assert step.task is None or step.task.told in told
        assert MARKED not in told
        assert "✓" not in told


def test_a_report_marks_what_was_predicted_and_what_is_right_and_tells_no_more() -> None:
    lesson = next(one for one in LESSONS if one.name == "tug")
    told = "\n\n".join(report(lesson, Notebook({"tug.1": 1}, frozenset(), {})))
    assert f"{MARKED} Both fall" in told
    assert f"{BOX} The KL falls, the other rises ✓" in told
    assert lesson.steps[1].after in told
    assert lesson.steps[0].after not in told
    assert told.startswith("## The tug of war\n\n1 of 3 steps done.")


def test_a_report_of_nothing_marks_nothing() -> None:
    for lesson in LESSONS:
        told = "\n\n".join(report(lesson, NOTHING))
        assert MARKED not in told
        assert "✓" not in told
