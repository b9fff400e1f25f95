"""A server that has nothing but the app's routes, and pages that talk to it through real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from explorer import owners
from explorer.classroom import PATH, answers, bounds, connection, hub, listener, people, rooms, wall
from explorer.classroom.store import LIVES_SECONDS, Store
from explorer.serving.routes import routes
from tests.explorer.classroom.conftest import Class, Clock

PATIENCE = 30.0


class Page:
    """A page that listens to a room."""

    def __init__(self, opened: ClientConnection) -> None:
        self.opened = opened
        self.news: list[dict[str, Any]] = []

    async def heard(self, what: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Return the next message that is of some kind, and keep all that comes before it."""
        while True:
            message = json.loads(await asyncio.wait_for(self.opened.recv(), PATIENCE))
            if "room" in message:
                self.news.append(message["room"])
            if what(message):
                return message

    async def room(self, **wanted: Any) -> dict[str, Any]:
        """Return the room once all of that is told of it."""
        found = await self.heard(
            lambda message: (
                all(message.get("room", {}).get(name) == value for name, value in wanted.items())
                and "room" in message
            )
        )
        return found["room"]

    async def said(self, name: str) -> Any:
        return (await self.heard(lambda message: name in message))[name]

    async def send(self, **message: Any) -> None:
        await self.opened.send(json.dumps(message))

    async def closed(self) -> tuple[int, str | None]:
        """Return the code with which the server closes the socket, and the error that it told before."""
        error = None
        try:
            while True:
                error = json.loads(await asyncio.wait_for(self.opened.recv(), PATIENCE)).get("error", error)
        except ConnectionClosed as closing:
            return closing.rcvd.code if closing.rcvd else 0, error


@pytest.fixture
def url(tmp_path: Path) -> str:
    """One kind of database is enough here; the other is served in tests/e2e."""
    return f"sqlite:///{tmp_path / 'rooms.sqlite'}"


@pytest.fixture
def server(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server whose classroom is `store`."""
    monkeypatch.setattr(connection, "store", lambda: store)
    with serving() as address:
        yield address


@contextlib.contextmanager
def serving() -> Iterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            Starlette(routes=routes("")), log_level="warning", ws="websockets-sansio", lifespan="off"
        )
        running = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: running.run([bound]))
        thread.start()
        while not running.started:
            time.sleep(0.01)
        try:
            yield f"127.0.0.1:{bound.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join(PATIENCE)


@contextlib.asynccontextmanager
async def page(server: str, code: str, who: str | None, **headers: str) -> AsyncIterator[Page]:
    named = {} if who is None else {"Cookie": f"{owners.COOKIE}={who}"}
    async with connect(
        f"ws://{server}/{PATH}/{code}", additional_headers=named | headers, proxy=None
    ) as opened:
        yield Page(opened)


def run(work: Callable[[], Any]) -> None:
    asyncio.run(asyncio.wait_for(work(), 2 * PATIENCE))


def test_a_page_is_told_the_room_at_once_and_each_change_after_it(
    server: str, store: Store, made: Class
) -> None:
    async def work() -> None:
        async with page(server, made.code.lower(), made.students[0]) as ada:
            first = await ada.heard(lambda message: "room" in message)
            assert first["you"] == people.STUDENT
            assert (first["room"]["students"], first["room"]["step"]) == (3, None)
            assert "code" not in first["room"]
            await asyncio.to_thread(
                rooms.lead, store, made.code, made.teacher, lesson="elbo", step=2, z=(0.5, 1.0)
            )
            told = await ada.room(step=2)
            assert (told["lesson"], told["z"], told["follow"]) == ("elbo", [0.5, 1.0], True)
            assert told["led"] > first["room"]["led"]
            await asyncio.to_thread(people.join, store, made.code, owners.new_token())
            assert (await ada.room(students=4))["led"] == told["led"]
            await asyncio.to_thread(wall.pin, store, made.code, made.students[1], "m", (1.0,))
            await ada.heard(lambda message: message.get("room", {}).get("wall", 0) > told["wall"])

    run(work)


def test_the_class_sees_the_histogram_when_the_teacher_reveals_it(
    server: str, store: Store, made: Class
) -> None:
    rooms.lead(store, made.code, made.teacher, lesson="elbo", step=2)

    async def work() -> None:
        async with (
            page(server, made.code, made.teacher) as teacher,
            page(server, made.code, made.students[0]) as ada,
        ):
            await ada.send(answer={"lesson": "elbo", "step": 2, "choice": 1})
            assert await ada.said("answered") == {"lesson": "elbo", "step": 2, "choice": 1}
            assert answers.counts(store, made.code, "elbo", 2) == {1: 1}
            assert (await teacher.room(answers=1))["histogram"] == {"1": 1}
            await ada.room(answers=1)
            await teacher.send(lead={"reveal": True})
            assert (await ada.room(reveal=True))["histogram"] == {"1": 1}
            assert all(news["histogram"] is None for news in ada.news if not news["reveal"])
            await teacher.send(lead={"step": 3})
            told = await ada.room(step=3)
            assert (told["reveal"], told["answers"], told["histogram"]) == (False, 0, None)

    run(work)


def test_an_answer_that_was_given_twice_is_acknowledged_as_the_first(server: str, made: Class) -> None:
    async def work() -> None:
        async with page(server, made.code, made.students[0]) as ada:
            for choice in (2, 0):
                await ada.send(answer={"lesson": "elbo", "step": 0, "choice": choice})
                assert (await ada.said("answered"))["choice"] == 2

    run(work)


def test_of_many_moves_of_a_pad_the_last_one_always_arrives(server: str, store: Store, made: Class) -> None:
    async def work() -> None:
        async with page(server, made.code, made.students[0]) as ada:
            await ada.room(students=3)
            async with page(server, made.code, made.teacher) as teacher:
                before = rooms.room(store, made.code).version
                for k in range(120):
                    await teacher.send(lead={"z": [k / 100, 0.0]})
            told = await ada.room(z=[1.19, 0.0])
            assert told["version"] - before < 120

    run(work)


def test_a_class_hears_of_what_happens_on_another_server_of_the_database(
    server: str, connect: Callable[[], Store], made: Class
) -> None:
    other = connect()

    async def work() -> None:
        async with page(server, made.code, made.students[0]) as ada:
            await ada.room(students=3)
            await asyncio.to_thread(rooms.lead, other, made.code, made.teacher, step=7)
            await ada.room(step=7)

    run(work)


def test_a_student_leads_nothing_and_is_told_so_in_a_line(server: str, store: Store, made: Class) -> None:
    async def work() -> None:
        async with page(server, made.code, made.students[0]) as ada:
            for message in (
                {"lead": {"step": 1}},
                {"answer": 3},
                {"answer": {"lesson": "elbo"}},
                {"x": 1},
                {},
            ):
                await ada.send(**message)
                assert "nothing that you can do here" in await ada.said("error")
            await ada.send(answer={"lesson": "<b>", "step": 0, "choice": 0})
            assert "That is no lesson" in await ada.said("error")
        async with page(server, made.code, made.teacher) as teacher:
            await teacher.send(answer={"lesson": "elbo", "step": 0, "choice": 0})
            assert "nothing that you can do here" in await teacher.said("error")
            await teacher.send(lead={"z": "far"})
            assert "That is no place" in await teacher.said("error")
            await teacher.send(lead={"used": 0})
            assert "no such thing to lead" in await teacher.said("error")

    run(work)
    assert rooms.room(store, made.code).step is None


def test_who_is_not_in_the_room_hears_nothing_of_it(server: str, made: Class) -> None:
    async def work() -> None:
        for who in (owners.new_token(), None, "", owners.name_of(made.teacher), made.teacher.upper()):
            async with page(server, made.code, who) as stranger:
                assert (await stranger.closed())[0] == listener.NOT_IN_ROOM
                assert stranger.news == []
        for code in (bounds.new_code(), "x", "%20"):
            async with page(server, code, made.teacher) as lost:
                closing, error = await lost.closed()
                assert closing == listener.NO_ROOM
                assert "There is no room with this code" in (error or "")

    run(work)


def test_a_page_of_another_site_is_refused(server: str, made: Class) -> None:
    async def work() -> None:
        with pytest.raises(InvalidStatus):
            async with page(server, made.code, made.teacher, Origin="https://evil.example"):
                pass
        async with page(server, made.code, made.teacher, Origin=f"http://{server}") as teacher:
            await teacher.room(students=3)

    run(work)


def test_codes_are_guessed_slowly_and_who_is_in_the_room_comes_back_all_the_same(
    server: str, store: Store, made: Class
) -> None:
    store.guesses.burst, store.guesses.rate = 3, 0
    stranger = owners.new_token()

    async def work() -> None:
        closings = []
        for code in (*(bounds.new_code() for _ in range(4)), made.code):
            async with page(server, code, stranger) as guessing:
                closings.append((await guessing.closed())[0])
        assert closings == [listener.NO_ROOM] * 3 + [listener.TOO_MUCH] * 2
        for who in (made.teacher, made.students[0]):
            async with page(server, made.code, who) as known:
                assert await known.room(students=3)

    run(work)


def test_all_are_told_how_many_students_are_here_each_counted_once(server: str, made: Class) -> None:
    ada, ben = made.students[:2]

    async def work() -> None:
        async with page(server, made.code, made.teacher) as teacher:
            assert await teacher.said("here") == 0
            async with page(server, made.code, ada) as first, page(server, made.code, ada):
                await teacher.heard(lambda message: message.get("here") == 1)
                await first.heard(lambda message: message.get("here") == 1)
                async with page(server, made.code, ben):
                    await teacher.heard(lambda message: message.get("here") == 2)
                await teacher.heard(lambda message: message.get("here") == 1)
            await teacher.heard(lambda message: message.get("here") == 0)

    run(work)


def test_everybody_is_told_when_the_room_is_closed_or_has_expired(
    server: str, store: Store, made: Class, clock: Clock
) -> None:
    second = rooms.open_room(store, made.teacher).code

    async def work() -> None:
        async with (
            page(server, made.code, made.students[0]) as ada,
            page(server, second, made.teacher) as teacher,
        ):
            await ada.room(students=3)
            await asyncio.to_thread(rooms.close, store, made.code, made.teacher)
            assert await ada.closed() == (listener.NO_ROOM, "This room was closed, or has expired.")
            await teacher.room(students=0)
            clock.now += LIVES_SECONDS + 1
            assert (await teacher.closed())[0] == listener.NO_ROOM

    run(work)


def test_a_student_who_is_removed_hears_no_more(server: str, store: Store, made: Class) -> None:
    async def work() -> None:
        async with (
            page(server, made.code, made.students[0]) as ada,
            page(server, made.code, made.students[1]) as bo,
        ):
            await ada.room(students=3)
            await asyncio.to_thread(people.remove, store, made.code, made.teacher, 1)
            assert (await ada.closed())[0] == listener.NOT_IN_ROOM
            await bo.room(students=2)
        async with page(server, made.code, made.students[0]) as again:
            assert (await again.closed())[0] == listener.NOT_IN_ROOM

    run(work)


@pytest.mark.parametrize("sent", ["x" * 4001, "no json", "[1]", "[" * 3000, b"\x00"])
def test_what_is_no_message_ends_the_connection_and_no_other(
    server: str, made: Class, sent: str | bytes
) -> None:
    async def work() -> None:
        async with (
            page(server, made.code, made.students[0]) as ada,
            page(server, made.code, made.students[1]) as bo,
        ):
            await ada.opened.send(sent)
            assert (await ada.closed())[0] == listener.NOT_UNDERSTOOD
            await bo.send(answer={"lesson": "elbo", "step": 0, "choice": 0})
            await bo.said("answered")

    run(work)


def test_a_machine_that_sends_without_end_is_cut_off(server: str, made: Class) -> None:
    async def work() -> None:
        async with page(server, made.code, made.students[0]) as ada:
            with contextlib.suppress(ConnectionClosed):
                for _ in range(200):
                    await ada.send(x=1)
            assert (await ada.closed())[0] == listener.TOO_MUCH

    run(work)


def test_one_person_has_so_many_tabs_and_no_more(server: str, made: Class) -> None:
    async def work() -> None:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(hub.SOCKETS_OF_ONE):
                tab = await stack.enter_async_context(page(server, made.code, made.students[0]))
                await tab.room(students=3)
            async with page(server, made.code, made.students[0]) as more:
                assert (await more.closed())[0] == listener.TOO_MUCH
            async with page(server, made.code, made.students[1]) as bo:
                await bo.room(students=3)

    run(work)


def test_a_page_that_reads_nothing_holds_up_nobody(server: str, store: Store, made: Class) -> None:
    async def work() -> None:
        async with (
            page(server, made.code, made.students[0]) as ada,
            page(server, made.code, made.students[1]) as bo,
        ):
            for step in range(30):
                await asyncio.to_thread(rooms.lead, store, made.code, made.teacher, step=step)
                await ada.room(step=step)
            bo.opened.transport.abort()

    run(work)


def test_a_page_that_comes_back_knows_all_that_it_missed(server: str, store: Store, made: Class) -> None:
    async def work() -> None:
        async with page(server, made.code, made.students[0]) as ada:
            await ada.room(step=None)
        await asyncio.to_thread(rooms.lead, store, made.code, made.teacher, step=5)
        async with page(server, made.code, made.students[0]) as ada:
            assert (await ada.heard(lambda message: "room" in message))["room"]["step"] == 5

    run(work)


def test_nobody_looks_at_the_database_when_nobody_listens(server: str, store: Store, made: Class) -> None:
    async def work() -> None:
        async with page(server, made.code, made.students[0]) as ada:
            await ada.room(students=3)

    run(work)
    (found,) = [one for one in hub._hubs.values() if one.store is store]
    until = time.monotonic() + PATIENCE
    while not found.is_idle and time.monotonic() < until:
        time.sleep(0.05)
    assert found.is_idle
