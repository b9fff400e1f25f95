"""What a student has predicted and done, kept in the folder of the runs that are the student's own."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from explorer import shelf
from explorer.lessons.records import Lesson

FILE = ".lessons.json"
MOST_BYTES = 100_000
MOST_NUMBERS = 64
"""Numbers kept of the moment in which a task was done: a place has as many as there are latent dimensions."""
MOST_VALUE = 2**31
Numbers = tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Notebook:
    """What is kept of one student.

    Attributes
    ----------
    answers : dict
        Lesson and step, as ``NAME.NUMBER`` counted from 0, to the number of the choice that was predicted.
    done : frozenset of str
        Tasks that were done, by the same names.
    last : dict
        Lesson to the step that was open last.
    moments: dict
        Tasks that were done to the numbers that bring back what was on view: a place, a seed, or a slider's value.
    """

    answers: dict[str, int]
    done: frozenset[str]
    last: dict[str, int]
    moments: dict[str, Numbers] = dataclasses.field(default_factory=dict)

    def answer(self, lesson: Lesson, number: int) -> int | None:
        """Return what was predicted in a step, None before that."""
        question, found = lesson.steps[number].question, self.answers.get(_key(lesson, number))
        return found if question is not None and found is not None and found < len(question.choices) else None

    def has_tried(self, lesson: Lesson, number: int) -> bool:
        """Tell whether a step's task was done."""
        return _key(lesson, number) in self.done

    def moment(self, lesson: Lesson, number: int) -> Numbers:
        """Return the numbers of the moment in which a step's task was done; none before that."""
        return self.moments.get(_key(lesson, number), ())

    def is_told(self, lesson: Lesson, number: int) -> bool:
        """Tell whether what is the case was told: the question answered, or the task done where there is none."""
        has_question = lesson.steps[number].question is not None
        return self.answer(lesson, number) is not None if has_question else self.has_tried(lesson, number)

    def is_done(self, lesson: Lesson, number: int) -> bool:
        """Tell whether all that a step asks was answered and done."""
        step = lesson.steps[number]
        answered = step.question is None or self.answer(lesson, number) is not None
        return answered and (step.task is None or self.has_tried(lesson, number))


def read() -> Notebook:
    """Return this student's notebook, an empty one where there is none or it can't be read."""
    with contextlib.suppress(OSError, ValueError):
        place = _place()
        if place.stat().st_size <= MOST_BYTES:
            return _checked(json.loads(place.read_text("utf-8")))
    return Notebook({}, frozenset(), {})


def answer(lesson: Lesson, number: int, choice: int) -> None:
    """Keep a prediction; the first one counts."""
    kept = read()
    if kept.answer(lesson, number) is None:
        _write(dataclasses.replace(kept, answers=kept.answers | {_key(lesson, number): int(choice)}))


def tried(lesson: Lesson, number: int, moment: Numbers = ()) -> None:
    """Keep that a task was done, and the numbers of that moment."""
    kept, key = read(), _key(lesson, number)
    _write(dataclasses.replace(kept, done=kept.done | {key}, moments=kept.moments | {key: moment}))


def note(lesson: Lesson, number: int) -> None:
    """Keep which step is open."""
    kept = read()
    if kept.last.get(lesson.name) != number:
        _write(dataclasses.replace(kept, last=kept.last | {lesson.name: number}))


def _key(lesson: Lesson, number: int) -> str:
    return f"{lesson.name}.{number}"


def _place() -> Path:
    return shelf.mine().own / FILE


def _checked(found: Any) -> Notebook:
    def numbers(part: object) -> dict[str, int]:
        items = part.items() if isinstance(part, dict) else ()
        return {key: value for key, value in items if isinstance(value, int) and value >= 0}

    if not isinstance(found, dict):
        raise ValueError("A notebook is a JSON object.")
    done = found.get("done")
    names = frozenset(str(name) for name in done) if isinstance(done, list) else frozenset()
    moments = found.get("moments")
    kept = (
        {key: tuple(map(float, value)) for key, value in moments.items() if _are_numbers(value)}
        if isinstance(moments, dict)
        else {}
    )
    return Notebook(numbers(found.get("answers")), names, numbers(found.get("last")), kept)


def _are_numbers(found: object) -> bool:
    """Tell whether something read is a short list of finite numbers, no larger than any that is kept."""
    return (
        isinstance(found, list)
        and len(found) <= MOST_NUMBERS
        and all(type(value) in (int, float) and abs(value) < MOST_VALUE for value in found)
    )


def _write(kept: Notebook) -> None:
    """Write it whole or not at all; where it can't be written, the lesson goes on without."""
    place = _place()
    told = json.dumps(
        {"answers": kept.answers, "done": sorted(kept.done), "last": kept.last, "moments": kept.moments}
    )
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=FILE)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(told)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, place)
