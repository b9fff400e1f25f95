from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from benchmarks import postgres
from explorer import owners
from explorer.classroom import people, rooms
from explorer.classroom.store import Store


@dataclasses.dataclass
class Clock:
    """A clock that a test sets."""

    now: float = 1e9

    def __call__(self) -> float:
        return self.now


@dataclasses.dataclass(frozen=True)
class Class:
    """A room with its teacher and some students, known by their tokens."""

    code: str
    teacher: str
    students: list[str]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """The folder of a PostgreSQL server; skipped with a word where there can be none."""
    if lacks := postgres.missing():
        pytest.skip(lacks)
    with postgres.running(flushes=False) as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'rooms.sqlite'}"
        return
    with postgres.database(request.getfixturevalue("cluster")) as address:
        yield address


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connect(url: str, clock: Clock) -> Iterator[Callable[[], Store]]:
    """Open the database again, as another server does: ``connect()``."""
    engines = []

    def opened() -> Store:
        engine = create_engine(url, poolclass=NullPool)
        engines.append(engine)
        return Store(engine, clock)

    yield opened
    for engine in engines:
        engine.dispose()


@pytest.fixture
def store(connect: Callable[[], Store]) -> Store:
    return connect()


@pytest.fixture
def made(store: Store) -> Class:
    """A room that three students have joined."""
    teacher = owners.new_token()
    code = rooms.open_room(store, teacher).code
    students = [owners.new_token() for _ in range(3)]
    for who, name in zip(students, ("Ada", "Bo", ""), strict=True):
        people.join(store, code, who, name)
    return Class(code, teacher, students)
