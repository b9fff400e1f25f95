from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benchmarks import classroom, postgres
from benchmarks.classroom import Load, school, teach
from vae_core import catalogue


@pytest.mark.parametrize(("kind", "processes"), [("SQLite", 1), ("PostgreSQL", 2)])
def test_a_class_of_forty_follows_its_teacher_and_every_answer_is_counted_once(
    root: Path, kind: str, processes: int
) -> None:
    if not catalogue(root / "checkpoints"):
        pytest.skip("no shipped model is here: run make checkpoints")
    if kind == "PostgreSQL" and (lacks := postgres.missing()):
        pytest.skip(lacks)
    with school(kind, processes) as (servers, store):
        outcome = asyncio.run(teach(servers, store, Load(moves=10, period=0.1)))
    assert outcome.errors == []
    assert outcome.lost == 0
    assert len(outcome.moves) == 10 * classroom.STUDENTS
    assert len(outcome.steps) == len(outcome.drawn) == classroom.STUDENTS
    assert len(outcome.answers) == outcome.counted == outcome.told == classroom.STUDENTS
