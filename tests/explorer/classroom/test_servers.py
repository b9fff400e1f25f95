"""Real processes of the app on one database: killed in the middle of answers, and two of them serving one room."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from pathlib import Path

from sqlalchemy import create_engine
from websockets.exceptions import ConnectionClosed

from benchmarks.classroom import Browser, browser
from benchmarks.server import Server, running_app
from explorer import owners
from explorer.classroom import answers, people, rooms
from explorer.classroom.store import Store

STUDENTS, BEFORE_KILL = 12, 40
Given = tuple[int, int, int]


def test_a_server_that_is_killed_loses_no_answer_that_it_acknowledged(url: str, tmp_path: Path) -> None:
    engine = create_engine(url)
    store, teacher = Store(engine), owners.new_token()
    code = rooms.open_room(store, teacher).code
    students = [owners.new_token() for _ in range(STUDENTS)]
    for who in students:
        people.join(store, code, who)
    with running_app(tmp_path / "runs", VAE_DATABASE_URL=url) as server:
        acknowledged = asyncio.run(answer_until_killed(server, code, students))
    with running_app(tmp_path / "runs", VAE_DATABASE_URL=url) as server:
        given = asyncio.run(answer_again(server, code, students))
    kept = [(one.student - 1, one.step, one.choice) for one in answers.all_of(store, code, teacher)]
    assert len(acknowledged) >= BEFORE_KILL
    assert set(acknowledged) <= set(kept)
    assert set(given) <= set(kept)
    assert max(Counter((student, step) for student, step, _ in kept).values()) == 1
    engine.dispose()


async def answer_until_killed(server: Server, code: str, students: list[str]) -> list[Given]:
    """Have all answer one step after the other, kill the server on the way, and return what was acknowledged."""
    acknowledged: list[Given] = []

    async def answer(number: int, who: str) -> None:
        with contextlib.suppress(ConnectionClosed, ConnectionError):
            async with browser(server, code, who, page=False) as one:
                for step in range(15):
                    choice = (number + step) % 4
                    assert await one.answer("elbo", step, choice) == choice
                    acknowledged.append((number, step, choice))
                    if len(acknowledged) == BEFORE_KILL:
                        server.process.kill()

    await asyncio.gather(*(answer(number, who) for number, who in enumerate(students)))
    return acknowledged


async def answer_again(server: Server, code: str, students: list[str]) -> list[Given]:
    """Have all answer the first step once more, otherwise, on the server after it; return what counts."""

    async def answer(number: int, who: str) -> Given:
        async with browser(server, code, who, page=False) as one:
            await one.heard(lambda room: room["students"] == len(students))
            return number, 0, await one.answer("elbo", 0, (number + 1) % 4)

    return list(await asyncio.gather(*(answer(number, who) for number, who in enumerate(students))))


def test_two_servers_on_one_database_serve_one_room(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rooms.sqlite'}"  # the other kind serves forty in tests/benchmarks
    engine = create_engine(url)
    store, teacher, students = Store(engine), owners.new_token(), [owners.new_token() for _ in range(4)]
    code = rooms.open_room(store, teacher).code
    for who in students:
        people.join(store, code, who)

    async def lesson(servers: list[Server]) -> None:
        async with contextlib.AsyncExitStack() as stack:
            leader = await stack.enter_async_context(browser(servers[0], code, teacher, page=False))
            seats: list[Browser] = [
                await stack.enter_async_context(browser(servers[number % 2], code, who, page=False))
                for number, who in enumerate(students)
            ]
            for one in (leader, *seats):
                await one.counts(4)
            await leader.lead(lesson="elbo", step=3)
            for one in seats:
                await one.heard(lambda room: room["step"] == 3)
            assert [await one.answer("elbo", 3, 1) for one in seats] == [1] * 4
            await leader.heard(lambda room: room["histogram"] == {"1": 4})
            await leader.lead(reveal=True)
            for one in seats:
                await one.heard(lambda room: room["reveal"] and room["histogram"] == {"1": 4})

    with (
        running_app(tmp_path / "one", VAE_DATABASE_URL=url) as first,
        running_app(tmp_path / "two", VAE_DATABASE_URL=url) as second,
    ):
        asyncio.run(lesson([first, second]))
    engine.dispose()
