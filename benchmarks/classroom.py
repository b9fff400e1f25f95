"""A teacher and a class of forty in one room, each a real client of the running app.

Each holds Streamlit's session on the Classroom page, which draws again when the page would, and the room's socket. The
teacher's pad moves five times a second for ten seconds; a move *reaches* a student when the socket tells it, or a later
one. Then the class goes to a step of a lesson, and all answer it within two seconds, each at another moment; an answer
is *acknowledged* when it is on disk. With two processes, every other student is on the other one. The clients share the
machine with the servers and the database. Bounded: loopback only, 41 clients, a minute a row.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import postgres
from benchmarks.app import Session, connected, cookie
from benchmarks.record import percentile, record
from benchmarks.server import ROOT, Server, running_app
from explorer import owners
from explorer.classroom import PATH, answers, people, rooms
from explorer.classroom.store import Store
from explorer.lessons import LESSONS
from vae_core import catalogue

STUDENTS, MOVES, PERIOD = 40, 50, 0.2
ANSWER_SECONDS = 2.0
PATIENCE = 60.0


@dataclasses.dataclass(frozen=True)
class Load:
    """How many students, how many moves of the teacher's pad, and how many seconds between them."""

    students: int = STUDENTS
    moves: int = MOVES
    period: float = PERIOD


@dataclasses.dataclass
class Outcome:
    """What a lesson was like.

    Attributes
    ----------
    moves, steps, drawn, answers : list of float
        Seconds until a student heard of a move of the pad and of the step, until the step's page was drawn, and until
        an answer was acknowledged.
    lost : int
        Students who did not hear of the last move.
    counted, told : int
        Answers in the database, and in the histogram that the teacher is told.
    errors : list of str
    """

    moves: list[float] = dataclasses.field(default_factory=list)
    steps: list[float] = dataclasses.field(default_factory=list)
    drawn: list[float] = dataclasses.field(default_factory=list)
    answers: list[float] = dataclasses.field(default_factory=list)
    lost: int = 0
    counted: int = 0
    told: int = 0
    errors: list[str] = dataclasses.field(default_factory=list)


class Browser:
    """Somebody's browser on the Classroom page."""

    def __init__(self, session: Session, socket: ClientConnection) -> None:
        self.session, self._socket = session, socket
        self.room: dict[str, Any] = {}
        self.here = 0
        self.errors: list[str] = []
        self._answered: dict[str, Any] | None = None
        self._is_over = False
        self._has_news = asyncio.Condition()
        self._hearing: list[Callable[[dict[str, Any], float], None]] = []

    def on_news(self, act: Callable[[dict[str, Any], float], None]) -> None:
        """Have `act` called with each news of the room and the moment it came."""
        self._hearing.append(act)

    async def listen(self) -> None:
        """Take in what the socket says, until it is closed."""
        try:
            async for text in self._socket:
                self._take(json.loads(text))
                async with self._has_news:
                    self._has_news.notify_all()
        finally:
            self._is_over = True
            async with self._has_news:
                self._has_news.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        if "error" in message:
            self.errors.append(message["error"])
        self.here = message.get("here", self.here)
        if "room" in message:
            self.room = message["room"]
            for act in self._hearing:
                act(self.room, time.perf_counter())
        self._answered = message.get("answered", self._answered)

    async def heard(self, is_so: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until something is so in the room."""
        await self._until(lambda: bool(self.room) and is_so(self.room))

    async def counts(self, students: int) -> None:
        """Wait until that many students are here."""
        await self._until(lambda: self.here == students)

    async def lead(self, **changes: Any) -> None:
        """Go somewhere with the class."""
        await self._socket.send(json.dumps({"lead": changes}))

    async def answer(self, lesson: str, step: int, choice: int) -> int:
        """Answer a step; return the choice that counts, once it is acknowledged."""
        wanted = {"lesson": lesson, "step": step}
        await self._socket.send(json.dumps({"answer": wanted | {"choice": choice}}))
        await self._until(lambda: self._answered is not None and wanted.items() <= self._answered.items())
        return int((self._answered or {})["choice"])

    async def _until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._has_news:
            await self._has_news.wait_for(lambda: self._is_over or is_so())
        if not is_so():
            raise ConnectionError("The server closed the socket.")


@contextlib.asynccontextmanager
async def browser(server: Server, code: str, who: str, page: bool = True) -> AsyncIterator[Browser]:
    """Open the Classroom page of a room as the browser with the token `who`, or its socket alone."""
    async with contextlib.AsyncExitStack() as stack:
        session = Session(await stack.enter_async_context(connected(server, who)), random.Random(0))
        if page:
            await session.visit("classroom", f"room={code}")
        address = f"ws://127.0.0.1:{server.port}/{PATH}/{code}"
        socket = await stack.enter_async_context(connect(address, additional_headers=cookie(who), proxy=None))
        opened = Browser(session, socket)
        listening = asyncio.create_task(opened.listen())
        try:
            yield opened
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def teach(servers: list[Server], store: Store, load: Load) -> Outcome:
    """Open a room in the servers' database, have a class join it, and hold a lesson."""
    teacher, students = owners.new_token(), [owners.new_token() for _ in range(load.students)]
    code = rooms.open_room(store, teacher).code
    for who in students:
        people.join(store, code, who)
    async with contextlib.AsyncExitStack() as stack:
        leader = await stack.enter_async_context(browser(servers[0], code, teacher))
        seats = [
            await stack.enter_async_context(browser(servers[number % len(servers)], code, who))
            for number, who in enumerate(students)
        ]
        await _all(one.counts(load.students) for one in (leader, *seats))
        outcome = Outcome()
        await _move(leader, seats, load, outcome)
        lesson, step, choices = _question()
        await _go_to(leader, seats, lesson, step, outcome)
        await _answer(leader, seats, (lesson, step, choices), outcome)
        outcome.counted = sum(answers.counts(store, code, lesson, step).values())
        for one in (leader, *seats):
            outcome.errors += one.errors + one.session.errors
    return outcome


async def _move(leader: Browser, seats: list[Browser], load: Load, outcome: Outcome) -> None:
    model = next(entry.name for entry in catalogue(ROOT / "checkpoints") if entry.name.endswith("vae-2d"))
    await leader.lead(page="map", model=model, z=[0.0, 0.0])
    await _all(one.heard(lambda room: room["model"] == model) for one in seats)
    await _all(one.session.again() for one in seats)
    sent: list[float] = []
    for seat in seats:
        seat.on_news(_noting(sent, outcome.moves))
    for number in range(1, load.moves + 1):
        sent.append(time.perf_counter())
        await leader.lead(z=[number / 100, 0.0])
        await asyncio.sleep(load.period)
    last = [load.moves / 100, 0.0]
    with contextlib.suppress(TimeoutError, ConnectionError):
        await _all(one.heard(lambda room: room["z"] == last) for one in seats)
    outcome.lost = sum(one.room["z"] != last for one in seats)


def _noting(sent: list[float], into: list[float]) -> Callable[[dict[str, Any], float], None]:
    """Return what notes, for each move once, how long after `sent` one student heard of it or of a later one."""
    known = 0

    def note(room: dict[str, Any], at: float) -> None:
        nonlocal known
        newest = round(100 * room["z"][0]) if room["z"] else 0
        into.extend(at - moment for moment in sent[known:newest])
        known = max(known, newest)

    return note


async def _go_to(leader: Browser, seats: list[Browser], lesson: str, step: int, outcome: Outcome) -> None:
    started = time.perf_counter()

    async def follow(one: Browser) -> None:
        await one.heard(lambda room: (room["lesson"], room["step"]) == (lesson, step))
        outcome.steps.append(time.perf_counter() - started)
        await one.session.again()
        outcome.drawn.append(time.perf_counter() - started)

    await leader.lead(lesson=lesson, step=step)
    await _all(follow(one) for one in seats)


async def _answer(
    leader: Browser, seats: list[Browser], question: tuple[str, int, int], outcome: Outcome
) -> None:
    lesson, step, choices = question
    rng = random.Random(0)

    async def answer(one: Browser, after: float, choice: int) -> None:
        await asyncio.sleep(after)
        started = time.perf_counter()
        if await one.answer(lesson, step, choice) != choice:
            outcome.errors.append("an answer was taken for another")
        outcome.answers.append(time.perf_counter() - started)

    await _all(answer(one, rng.uniform(0, ANSWER_SECONDS), rng.randrange(choices)) for one in seats)
    await leader.heard(lambda room: room["answers"] == len(seats))
    outcome.told = sum(leader.room["histogram"].values())


def _question() -> tuple[str, int, int]:
    """Return a lesson, a step of it that asks something, and between how many choices."""
    return next(
        (lesson.name, number, len(step.question.choices))
        for lesson in LESSONS
        for number, step in enumerate(lesson.steps)
        if step.question is not None
    )


async def _all(tasks: Iterator[Awaitable[Any]]) -> None:
    await asyncio.gather(*tasks)


@contextlib.contextmanager
def school(kind: str, processes: int) -> Iterator[tuple[list[Server], Store]]:
    """Start processes of the app on a new database of a kind, and open it here too."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'rooms.sqlite'}"
        if kind == "PostgreSQL":
            url = stack.enter_context(postgres.database(stack.enter_context(postgres.running())))
        servers = [stack.enter_context(running_app(VAE_DATABASE_URL=url)) for _ in range(processes)]
        engine = create_engine(url)
        stack.callback(engine.dispose)
        yield servers, Store(engine)


def main() -> None:
    """Hold the lesson with each database and one or two processes, and record it."""
    lacks, busy = postgres.missing(), os.getloadavg()[0]
    kinds = ["SQLite"] if lacks else ["SQLite", "PostgreSQL"]
    rows = []
    for kind in kinds:
        for processes in (1, 2):
            with school(kind, processes) as (servers, store):
                rows.append(_row(kind, processes, asyncio.run(teach(servers, store, Load()))))
    notes = [f"{lacks} So it was not measured."] if lacks else []
    if busy > 1:
        notes.append(f"Other work kept the machine busy meanwhile: its load average was {busy:.0f} before.")
    record("classroom", rows, " ".join(notes))


def _row(kind: str, processes: int, outcome: Outcome) -> dict[str, Any]:
    for error in sorted(set(outcome.errors)):
        print(error)

    def milliseconds(values: list[float], share: float) -> float:
        return round(1e3 * percentile(values, share), 1)

    return {
        "database": kind,
        "processes": processes,
        "students": STUDENTS,
        "a move reaches a student, p50, ms": milliseconds(outcome.moves, 0.5),
        "a move reaches a student, p95, ms": milliseconds(outcome.moves, 0.95),
        "slowest, ms": milliseconds(outcome.moves, 1.0),
        "students who missed the last move": outcome.lost,
        "a step is told, p95, ms": milliseconds(outcome.steps, 0.95),
        "a step is drawn, p95, ms": milliseconds(outcome.drawn, 0.95),
        "answers": len(outcome.answers),
        "counted": outcome.counted,
        "told to the teacher": outcome.told,
        "acknowledged, p95, ms": milliseconds(outcome.answers, 0.95),
        "errors": len(outcome.errors),
    }


if __name__ == "__main__":
    main()
