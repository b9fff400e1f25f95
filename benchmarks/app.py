"""A class of thirty on the Generate page: each session moves a slider once a second and waits for its new picture.

The clients are real ones as far as the server can tell: a WebSocket each, Streamlit's own protobuf messages, and the
new picture fetched where it does not come with them. *Rerun* is the time from sending a slider's value to the message
that says the run is over; *picture* goes on until its last byte. The clients share the machine with the server.
Bounded: loopback only, 30 clients, 20 seconds.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import random
import time
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.record import percentile, record
from benchmarks.server import Server, running_app

SESSIONS = 30
SECONDS = 20.0
PERIOD = 1.0
PATIENCE = 10.0
PICTURE = "The decoded image"
PICTURE_FILES = (b"\x89PNG", b"\xff\xd8\xff")


class Session:
    """One person's page: what the browser would know of it, and how long its reruns took.

    Attributes
    ----------
    reruns, pictures : list of float
        Seconds to the end of each rerun, and to its picture.
    errors : list of str
    unchanged : int
        Releases after which the picture was still the one before.
    """

    def __init__(self, socket: ClientConnection, port: int, rng: random.Random) -> None:
        self.socket, self.port, self.rng = socket, port, rng
        self.sliders: dict[str, tuple[float, float, str]] = {}
        self.values: dict[str, float] = {}
        self.kept: dict[str, ForwardMsg] = {}
        self.page, self.query, self.picture = "", "", ""
        self.reruns: list[float] = []
        self.pictures: list[float] = []
        self.errors: list[str] = []
        self.unchanged = 0

    async def open(self) -> None:
        """Ask for the Generate page and wait for it."""
        message = BackMsg()
        message.rerun_script.page_name = "generate"
        message.rerun_script.query_string = ""
        await self._run(message)
        if not self.sliders or not self.picture:
            self.errors.append("the page came without sliders or without a picture")

    async def use(self, until: float) -> None:
        """Release a slider once a period until the time `until`, starting at a random moment."""
        await asyncio.sleep(self.rng.uniform(0, PERIOD))
        while time.perf_counter() < until and not self.errors:
            started = time.perf_counter()
            await self.release()
            await asyncio.sleep(max(0.0, started + PERIOD - time.perf_counter()))

    async def release(self) -> None:
        """Let go of one slider at a new value; time the rerun and the picture."""
        name = self.rng.choice(list(self.sliders))
        low, high, fragment = self.sliders[name]
        self.values[name] = round(self.rng.uniform(low / 2, high / 2), 2)
        before = self.picture
        started = time.perf_counter()
        await self._run(self._state(fragment))
        self.reruns.append(time.perf_counter() - started)
        if self.picture == before:
            self.unchanged += 1
            return
        if not await is_picture(self.port, self.picture):
            self.errors.append("the picture is not one")
        self.pictures.append(time.perf_counter() - started)

    def _state(self, fragment: str) -> BackMsg:
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash, state.query_string, state.fragment_id = self.page, self.query, fragment
        state.cached_message_hashes.extend(self.kept)
        for name, value in self.values.items():
            widget = state.widget_states.widgets.add()
            widget.id = name
            widget.double_array_value.data.append(value)
        return message

    async def _run(self, message: BackMsg) -> None:
        await self.socket.send(message.SerializeToString())
        finished = False
        while not finished:
            received = ForwardMsg.FromString(await asyncio.wait_for(self.socket.recv(decode=False), PATIENCE))
            finished = self._take(self.kept.get(received.ref_hash, received))

    def _take(self, message: ForwardMsg) -> bool:
        """Note what a message changes; return whether it ends the run."""
        if message.metadata.cacheable and message.hash:
            self.kept[message.hash] = message
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.page = message.new_session.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta":
            self._draw(message.delta)
        elif kind == "script_finished":
            if message.script_finished not in (
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
                ForwardMsg.FINISHED_EARLY_FOR_RERUN,
            ):
                self.errors.append("a run failed")
            return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def _draw(self, delta: Delta) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "slider" and element.slider.label.startswith("z"):
            slider = element.slider
            self.sliders[slider.id] = (slider.min, slider.max, delta.fragment_id)
            value = slider.value if slider.set_value else slider.default
            self.values.setdefault(slider.id, value[0])
        elif kind == "imgs" and element.imgs.imgs[0].alt == PICTURE:
            self.picture = element.imgs.imgs[0].url


async def is_picture(port: int, address: str) -> bool:
    """Return whether `address` holds a picture itself, or the server gives one for it."""
    if address.startswith("data:"):
        return base64.b64decode(address.partition(",")[2]).startswith(PICTURE_FILES)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        head, _, body = (await asyncio.wait_for(reader.read(-1), PATIENCE)).partition(b"\r\n\r\n")
        return b" 200 " in head.splitlines()[0] and body.startswith(PICTURE_FILES)
    finally:
        writer.close()


@dataclasses.dataclass(frozen=True)
class Load:
    """How many people, for how long."""

    sessions: int = SESSIONS
    seconds: float = SECONDS


async def use_together(server: Server, load: Load) -> list[Session]:
    """Open all sessions, then let them all move sliders for the same while; return them."""
    async with contextlib.AsyncExitStack() as stack:
        sessions = []
        for number in range(load.sessions):
            socket = await stack.enter_async_context(
                connect(
                    f"ws://127.0.0.1:{server.port}/_stcore/stream",
                    subprotocols=["streamlit"],  # type: ignore[list-item]
                    max_size=None,
                    proxy=None,
                )
            )
            session = Session(socket, server.port, random.Random(number))
            await session.open()
            sessions.append(session)
        until = time.perf_counter() + load.seconds
        await asyncio.gather(*(session.use(until) for session in sessions))
    return sessions


def main() -> None:
    """Measure one session alone, then thirty at once, and record both."""
    rows = []
    for load in (Load(sessions=1, seconds=10.0), Load()):
        with running_app() as server:
            rows.append(_row(load, asyncio.run(use_together(server, load))))
    record("app", rows)


def _row(load: Load, sessions: list[Session]) -> dict[str, Any]:
    reruns = [1e3 * value for session in sessions for value in session.reruns]
    pictures = [1e3 * value for session in sessions for value in session.pictures]
    errors = [error for session in sessions for error in session.errors]
    for error in sorted(set(errors)):
        print(error)
    return {
        "sessions": load.sessions,
        "releases": len(reruns),
        "rerun p50, ms": round(percentile(reruns, 0.5), 1),
        "rerun p95, ms": round(percentile(reruns, 0.95), 1),
        "picture p95, ms": round(percentile(pictures, 0.95), 1),
        "errors": len(errors),
        "releases without a new picture": sum(session.unchanged for session in sessions),
    }


if __name__ == "__main__":
    main()
