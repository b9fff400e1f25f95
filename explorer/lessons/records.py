"""What a lesson is made of: steps with a text, a view beside it, a prediction to make, and something to do."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).parent / "texts"
AFTER, SLIDE = "### After\n", "### Slide\n"


@dataclasses.dataclass(frozen=True)
class Question:
    """A prediction, made before the step tells.

    Attributes
    ----------
    asked : str
    choices : tuple of str
    right : int
        Which choice holds, counted from 0.
    """

    asked: str
    choices: tuple[str, ...]
    right: int


@dataclasses.dataclass(frozen=True)
class Task:
    """Something to do in the view, found done or not from what the student did.

    Attributes
    ----------
    told : str
    check : str
        A name in :data:`explorer.lessons.checks.CHECKS`.
    about : dict
        What the check needs to know.
    """

    told: str
    check: str
    about: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Step:
    """One screen of a lesson.

    Attributes
    ----------
    view : str
        A name in :data:`explorer.lessons.views.VIEWS`.
    models : tuple of str
        The shipped models that the view shows.
    begin : tuple of (str, dict)
        Actions that bring the view into its state when the step is opened: names in
        :data:`explorer.lessons.actions.ACTIONS` and what they need to know.
    question : Question, optional
    task : Task, optional
    waits : bool
        Whether the view would give the answer away, and is shown once it was predicted.
    title, text, after : str
        Markdown; `after` is shown once the question is answered, or the task is done. They come from the lesson's file.
    slide, slide_after : str
        Both in a sentence, in Markdown, for a projector.
    """

    view: str
    models: tuple[str, ...]
    begin: tuple[tuple[str, dict[str, Any]], ...] = ()
    question: Question | None = None
    task: Task | None = None
    waits: bool = False
    title: str = ""
    text: str = ""
    after: str = ""
    slide: str = ""
    slide_after: str = ""


@dataclasses.dataclass(frozen=True)
class Lesson:
    """A lesson: its name in addresses, its title, what it is about in a line, and its steps."""

    name: str
    title: str
    about: str
    steps: tuple[Step, ...]


def lesson(name: str, title: str, about: str, *steps: Step) -> Lesson:
    """Return a lesson with its steps' texts read from ``texts/NAME.md``.

    Each step is a section ``## Title``, in the order of the steps; what follows ``### After`` in it is told afterwards,
    and what follows ``### Slide`` are both in a paragraph each, for a projector.

    Raises
    ------
    ValueError
        If the file has another number of sections.
    """
    sections = f"\n{TEXTS.joinpath(f'{name}.md').read_text('utf-8')}".split("\n## ")[1:]
    if len(sections) != len(steps):
        raise ValueError(f"The lesson {name} has {len(steps)} steps, its text {len(sections)} sections.")
    return Lesson(name, title, about, tuple(map(_with_text, steps, sections)))


def _with_text(step: Step, section: str) -> Step:
    title, _, rest = section.partition("\n")
    told, _, slides = rest.partition(SLIDE)
    text, _, after = told.partition(AFTER)
    slide, _, slide_after = slides.strip().partition("\n\n")
    return dataclasses.replace(
        step, title=title.strip(), text=text.strip(), after=after.strip(),
        slide=slide.strip(), slide_after=slide_after.strip(),
    )  # fmt: skip
