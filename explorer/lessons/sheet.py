"""A lesson on paper: its texts and questions as a worksheet, or with what a student predicted and did as a report."""

from __future__ import annotations

from explorer.lessons.notebook import Notebook
from explorer.lessons.records import Lesson, Step

BOX, MARKED = "☐", "☒"


def worksheet(lesson: Lesson) -> str:
    """Return a lesson's texts in Markdown with boxes to tick and lines to write on; nothing is told beforehand."""
    parts = [f"## {lesson.title}", "Name: ______________________  Date: ______________"]
    for number, step in enumerate(lesson.steps, 1):
        parts += _head(number, step)
        if step.question is not None:
            choices = [f"{BOX} {choice}" for choice in step.question.choices]
            parts += [f"**Predict.** {step.question.asked}", _lines(choices), "Because: " + "_" * 60]
        if step.task is not None:
            parts += [f"{BOX} **Try.** {step.task.told}", "What you saw: " + "_" * 56]
    return "\n\n".join(parts)


def report(lesson: Lesson, kept: Notebook) -> list[str]:
    """Return what a student predicted and did, a text for each step, with what is the case where it was asked for."""
    done = sum(kept.is_done(lesson, number) for number in range(len(lesson.steps)))
    texts = [_reported(lesson, number, kept) for number in range(len(lesson.steps))]
    head = f"## {lesson.title}\n\n{done} of {len(lesson.steps)} steps done."
    return [f"{head}\n\n{texts[0]}", *texts[1:]]


def _reported(lesson: Lesson, number: int, kept: Notebook) -> str:
    step, answered = lesson.steps[number], kept.answer(lesson, number)
    parts = _head(number + 1, step)
    if step.question is not None:
        parts.append(f"**{step.question.asked}**")
        choices = [
            f"{MARKED if place == answered else BOX} {choice}"
            + (" ✓" if answered is not None and place == step.question.right else "")
            for place, choice in enumerate(step.question.choices)
        ]
        parts.append(_lines(choices))
    if step.task is not None:
        parts.append(f"{MARKED if kept.has_tried(lesson, number) else BOX} **Try.** {step.task.told}")
    if kept.is_told(lesson, number):
        parts.append(step.after)
    return "\n\n".join(parts)


def _head(number: int, step: Step) -> list[str]:
    return [f"#### {number}. {step.title}", step.text]


def _lines(items: list[str]) -> str:
    return "  \n".join(items)
