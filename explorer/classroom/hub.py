"""What happens in rooms, told to every page that listens at an address of its own, outside Streamlit's reruns.

A rerun costs some 30 ms of the server, and forty of them for each move of a pad would be more than it has. Each process
of the server looks at its listeners' rooms ten times a second, all in one query, and at once after a change of its own;
so several processes on one database serve one room.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

import streamlit as st
from starlette.websockets import WebSocket, WebSocketDisconnect

from explorer import owners
from explorer.classroom import answers, connection, listener, news, people, presence, rooms
from explorer.classroom.bounds import NoSuchRoomError, RoomError, TooOftenError, read_code
from explorer.classroom.listener import ClosingError, Listener
from explorer.classroom.people import STUDENT, TEACHER
from explorer.classroom.store import Store, digest

LOOK_SECONDS, REST_SECONDS, LEAD_SECONDS = 0.1, 0.03, 0.1
"""How often somebody looks for news, the least time between two looks, and between two moves of a teacher's pad."""
SOCKETS_OF_ONE = 10

R = TypeVar("R")


class Hub:
    """The listeners of one process, by the codes of their rooms."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._rooms: dict[str, set[Listener]] = {}
        self._last: dict[str, news.News] = {}
        self._here: dict[str, int] = {}
        # By what name this process says how many students it knows of, and what it said last and when.
        self._name = secrets.token_hex(8)
        self._noted: dict[str, tuple[int, float]] = {}
        self._has_changed = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        # Apart, so that a burst of answers does not keep anybody from hearing of them.
        self._readers = ThreadPoolExecutor(2, "classroom-reader")
        self._writers = ThreadPoolExecutor(4, "classroom-writer")

    @property
    def is_idle(self) -> bool:
        """Whether nobody listens, and so nobody looks for news."""
        return not self._rooms and not self._noted and (self._watching is None or self._watching.done())

    async def serve(self, one: Listener) -> None:
        """Tell a page the news and do what it asks, until it goes.

        Raises
        ------
        ClosingError
            When the server is to close the socket.
        """
        with self._listening(one):
            tasks = [asyncio.create_task(one.send()), asyncio.create_task(self._obey(one))]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            for task in done:
                task.result()

    async def role(self, code: str, who: str, client: str) -> tuple[str, str]:
        """Return the code of a room as it is kept, and the part that somebody has in it.

        Raises
        ------
        ClosingError
            If there is no such room, or this is nobody of it.
        """
        known = read_code(code) or ""
        role = await self._in(self._readers, people.role, self.store, known, who)
        if role is None:
            # Who is in the room already guesses nothing, however much others behind the same address do.
            try:
                known = await self._in(self._readers, self.store.code, code, client)
            except TooOftenError as error:
                raise ClosingError(listener.TOO_MUCH, str(error)) from error
            except NoSuchRoomError as error:
                raise ClosingError(listener.NO_ROOM, str(error)) from error
        if role is None:
            raise ClosingError(listener.NOT_IN_ROOM, "You are not in this room. Join it with its code.")
        if sum(other.who == who for other in self._rooms.get(known, ())) >= SOCKETS_OF_ONE:
            raise ClosingError(listener.TOO_MUCH, "This room is open in too many tabs.")
        return known, role

    @contextlib.contextmanager
    def _listening(self, one: Listener) -> Iterator[None]:
        self._rooms.setdefault(one.code, set()).add(one)
        if one.code in self._last:
            one.tell("room", self._last[one.code].texts[one.role])
        if one.code in self._here:
            one.tell("here", json.dumps({"here": self._here[one.code]}))
        self._has_changed.set()
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self._rooms[one.code].discard(one)
            if not self._rooms[one.code]:
                del self._rooms[one.code]
                self._last.pop(one.code, None)
                self._here.pop(one.code, None)
            self._has_changed.set()

    async def _watch(self) -> None:
        while self._rooms or self._noted:
            self._has_changed.clear()
            with contextlib.suppress(RoomError):  # a database that is away may come back
                await self._look()
            await asyncio.sleep(REST_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS - REST_SECONDS):
                    await self._has_changed.wait()

    async def _look(self) -> None:
        await self._note()
        codes = list(self._rooms)
        found = await self._in(self._readers, news.versions, self.store, codes)
        for code in codes:
            if code not in found:
                self._close(code)
            elif code not in self._last or found[code] != self._last[code].version:
                with contextlib.suppress(NoSuchRoomError):
                    self._tell(code, await self._in(self._readers, news.of, self.store, code))
        here = await self._in(self._readers, presence.total, self.store, codes)
        for code in codes:
            self._tell_here(code, here[code])

    async def _note(self) -> None:
        """Say how many students listen here, where that is another number than was said, or long ago."""
        now = time.monotonic()
        mine = {code: self._listeners(code) for code in {*self._rooms, *self._noted}}
        due = {code: here for code, here in mine.items() if self._is_due(code, here, now)}
        if due:
            await self._in(self._writers, presence.note, self.store, self._name, due)
            self._noted |= {code: (here, now) for code, here in due.items()}
            self._noted = {code: noted for code, noted in self._noted.items() if noted[0]}

    def _listeners(self, code: str) -> int:
        return len({one.who for one in self._rooms.get(code, ()) if one.role == STUDENT})

    def _is_due(self, code: str, here: int, now: float) -> bool:
        said, at = self._noted.get(code, (0, now))
        return here != said or now - at > presence.AGAIN_SECONDS

    def _tell_here(self, code: str, here: int) -> None:
        if code in self._rooms and self._here.get(code) != here:
            self._here[code] = here
            for one in self._rooms[code]:
                one.tell("here", json.dumps({"here": here}))

    def _tell(self, code: str, now: news.News) -> None:
        if code in self._rooms:
            self._last[code] = now
        for one in self._rooms.get(code, ()):
            if now.removed and digest(code, one.who) in now.removed:
                one.close(listener.NOT_IN_ROOM, "The teacher has removed you from this room.")
            else:
                one.tell("room", now.texts[one.role])

    def _close(self, code: str) -> None:
        for one in self._rooms.get(code, ()):
            one.close(listener.NO_ROOM, "This room was closed, or has expired.")

    async def _obey(self, one: Listener) -> None:
        lead = Lead(self, one)
        leading = asyncio.create_task(lead.go_on())
        try:
            while True:
                sent = await one.receive()
                try:
                    await self._do(one, lead, sent)
                except RoomError as error:
                    one.reply({"error": str(error)})
        finally:
            leading.cancel()
            await asyncio.shield(lead.finish())

    async def _do(self, one: Listener, lead: Lead, sent: dict[str, Any]) -> None:
        match sent:
            case {"lead": dict(changes)} if one.role == TEACHER:
                lead.take(changes)
            case {"answer": {"lesson": lesson, "step": step, "choice": choice}} if one.role == STUDENT:
                counts = await self.write(answers.answer, one, lesson, step, choice)
                one.reply({"answered": {"lesson": lesson, "step": step, "choice": counts}})
            case _:
                raise RoomError("That is nothing that you can do here.", got=", ".join(map(str, sent))[:40])

    async def write(self, change: Callable[..., R], one: Listener, *values: Any, **named: Any) -> R:
        """Make somebody's change, and have all hear of it at once."""
        made = await self._in(self._writers, lambda: change(self.store, one.code, one.who, *values, **named))
        self._has_changed.set()
        return made

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[..., R], *values: Any) -> R:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *values)


class Lead:
    """A teacher's moves on the way to the database: as many as it can take, and always the last one."""

    def __init__(self, hub: Hub, one: Listener) -> None:
        self._hub, self._one = hub, one
        self._waiting: dict[str, Any] = {}
        self._has_moved = asyncio.Event()
        self._turn = asyncio.Lock()

    def take(self, changes: dict[str, Any]) -> None:
        """Add changes to those that wait.

        Raises
        ------
        RoomError
            If they can't be made.
        """
        rooms.checked(changes)
        self._waiting = merged(self._waiting, changes)
        self._has_moved.set()

    async def go_on(self) -> None:
        """Make the changes that wait, again and again."""
        while True:
            await self._has_moved.wait()
            self._has_moved.clear()
            await asyncio.shield(self.finish())
            await asyncio.sleep(LEAD_SECONDS)

    async def finish(self) -> None:
        """Make the changes that wait."""
        async with self._turn:
            changes, self._waiting = self._waiting, {}
            if changes:
                try:
                    await self._hub.write(rooms.lead, self._one, **changes)
                except RoomError as error:
                    self._one.reply({"error": str(error)})


def merged(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    """Return two moves as one: another model's place, or another step's histogram, is not taken along.

    >>> merged({"z": [1.0], "reveal": True, "follow": False}, {"step": 2, "model": "digits-vae-2d"})
    {'follow': False, 'step': 2, 'model': 'digits-vae-2d'}
    """
    gone = {"z", "label"} if "model" in then else set()
    gone |= {"reveal"} if then.keys() & {"lesson", "step"} else set()
    return {name: value for name, value in first.items() if name not in gone} | then


_hubs: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = weakref.WeakKeyDictionary()


async def respond(socket: WebSocket) -> None:
    """Serve a page that listens to the room whose code is in the address; its cookie says who it is."""
    if not comes_from_here(socket.headers.get("origin"), _hosts(socket)):
        await socket.close(1008)
        return
    # A browser does not tell a page why it was refused, so every answer comes after the greeting.
    await socket.accept()
    who = owners.read_token(socket.cookies.get(owners.COOKIE)) or ""
    client = socket.client.host if socket.client else ""
    try:
        hub = _hub_of(await asyncio.to_thread(connection.store))
        code, role = await hub.role(socket.path_params["code"], who, client)
        await hub.serve(Listener(socket, code, who, role))
    except WebSocketDisconnect:
        return
    except (ClosingError, RoomError) as error:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # it may be gone by now
            await socket.send_json({"error": str(error)})
            await socket.close(error.code if isinstance(error, ClosingError) else 1011, str(error)[:100])


def comes_from_here(origin: str | None, hosts: list[str]) -> bool:
    """Tell whether a page at `origin` may use this server, known by `hosts`; what is no browser sends no origin.

    >>> comes_from_here("https://a.org", ["a.org"]), comes_from_here("https://b.org", ["a.org"])
    (True, False)
    """
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    return urlsplit(origin).netloc in hosts or origin in (st.get_option("server.corsAllowedOrigins") or [])


def _hosts(socket: WebSocket) -> list[str]:
    # A page can't set these headers of a socket, so they are the browser's or a proxy's.
    named = (socket.headers.get("host"), socket.headers.get("x-forwarded-host"))
    return [host.strip() for names in named if names for host in names.split(",")]


def _hub_of(store: Store) -> Hub:
    loop = asyncio.get_running_loop()
    if loop not in _hubs or _hubs[loop].store is not store:
        _hubs[loop] = Hub(store)
    return _hubs[loop]
