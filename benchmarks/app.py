"""A class of thirty on the Generate page: each session lets go of one of the pad's sliders once a second.

The clients are real ones as far as the server can tell: a WebSocket each, Streamlit's own protobuf messages, and the
pad's state as its component sends it. The page itself decodes the image, so no picture comes from the server. *Rerun*
is the time from sending the state to the message that says the run is over. A release is lost if the page's address
does not say its z then. The kilobytes are what a client receives to open the page, with all that the pad needs, and
after one release. Trainings are runs of the quick start's network on digits, in threads of the same server. The clients
share the machine with the server. Bounded: loopback only, 60 clients, 20 seconds.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import dataclasses
import json
import math
import random
import time
import urllib.request
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.browser import FLAGS, chromium, start_training
from benchmarks.record import percentile, record
from benchmarks.server import Server, running_app
from explorer import links, owners

SESSIONS = 30
SECONDS = 20.0
PERIOD = 1.0
PATIENCE, OPENING_PATIENCE = 10.0, 60.0
COMPONENT, MODELS = "latent_explorer.latent_pad", "latent_explorer.models_in_page"
REACH = 2.0


@dataclasses.dataclass(frozen=True)
class Pad:
    """The latent pad as a page draws it: its widget, the fragment that it reruns, and what the viewer sees on it."""

    widget: str
    fragment: str
    state: dict[str, Any]
    stamp: int

    @classmethod
    def of(cls, component: BidiComponent, fragment: str) -> Pad:
        """Read the pad from the message that draws it."""
        data = json.loads(component.json or component.mixed.json)
        return cls(component.id, fragment, data["state"], data["stamp"])

    def moved(self, dimension: int, value: float) -> Pad:
        """Return the pad after one of its sliders."""
        z = [value if k == dimension else old for k, old in enumerate(self.state["z"])]
        return dataclasses.replace(self, state=self.state | {"z": z})

    def sent(self) -> str:
        """Return the widget's value as the browser sends it."""
        return json.dumps({"place": self.state | {"stamp": self.stamp}})


class Session:
    """One person's page: what the browser would know of it, and how long its reruns took.

    Attributes
    ----------
    reruns : list of float
        Seconds to the end of each rerun.
    received : list of int
        Bytes that came with each.
    opening : int
        Bytes that came to open the page.
    errors : list of str
    lost : int
        Releases after which the address did not say the new place.
    """

    def __init__(self, socket: ClientConnection, rng: random.Random) -> None:
        self.socket, self.rng = socket, rng
        self.pad: Pad | None = None
        self.kept: dict[str, ForwardMsg] = {}
        self.addresses: set[str] = set()
        self.page, self.query = "", ""
        self.reruns: list[float] = []
        self.received: list[int] = []
        self.opening = 0
        self.errors: list[str] = []
        self.lost = 0

    async def open(self) -> None:
        """Ask for the Generate page and wait for it."""
        await self.visit("generate")
        for address in self.addresses:
            self.opening += len(await asyncio.to_thread(self._fetched, address))
        if self.pad is None:
            self.errors.append("the page came without a latent pad")

    async def visit(self, page: str, query: str = "") -> None:
        """Ask for a page at an address and wait for it."""
        message = BackMsg()
        self.query = query
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        # The first visit to a server has it import what the pages need.
        self.opening = await self._run(message, OPENING_PATIENCE)

    async def again(self) -> None:
        """Have the page drawn again, as a component on it may ask."""
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash, state.query_string = self.page, self.query
        state.cached_message_hashes.extend(self.kept)
        started = time.perf_counter()
        self.received.append(await self._run(message, OPENING_PATIENCE))
        self.reruns.append(time.perf_counter() - started)

    async def use(self, until: float) -> None:
        """Release a slider once a period until the time `until`, starting at a random moment."""
        await asyncio.sleep(self.rng.uniform(0, PERIOD))
        while time.perf_counter() < until and not self.errors:
            started = time.perf_counter()
            await self.release()
            await asyncio.sleep(max(0.0, started + PERIOD - time.perf_counter()))

    async def release(self) -> None:
        """Let go of one slider at a new value; time the rerun and look at the address."""
        assert self.pad is not None
        value = round(self.rng.uniform(-REACH, REACH), 2)
        moved = self.pad = self.pad.moved(self.rng.randrange(len(self.pad.state["z"])), value)
        started = time.perf_counter()
        received = await self._run(self._state(moved))
        self.reruns.append(time.perf_counter() - started)
        self.received.append(received)
        self.lost += not says(self.query, moved.state["z"])

    def _fetched(self, address: str) -> bytes:
        host, port = self.socket.remote_address[:2]
        with urllib.request.urlopen(f"http://{host}:{port}/{address}", timeout=PATIENCE) as answer:
            return bytes(answer.read())

    def _state(self, pad: Pad) -> BackMsg:
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash, state.query_string, state.fragment_id = self.page, self.query, pad.fragment
        state.cached_message_hashes.extend(self.kept)
        widget = state.widget_states.widgets.add()
        widget.id, widget.json_value = pad.widget, pad.sent()
        return message

    async def _run(self, message: BackMsg, patience: float = PATIENCE) -> int:
        """Send a message and wait for the end of its run; return the bytes received."""
        await self.socket.send(message.SerializeToString())
        received, finished = 0, False
        while not finished:
            data = await asyncio.wait_for(self.socket.recv(decode=False), patience)
            received += len(data)
            answer = ForwardMsg.FromString(data)
            finished = self._take(self.kept.get(answer.ref_hash, answer))
        return received

    def _take(self, message: ForwardMsg) -> bool:
        """Note what a message changes; return whether it ends the run."""
        if message.metadata.cacheable and message.hash:
            self.kept[message.hash] = message
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.page = message.new_session.page_script_hash
        elif kind == "navigation":
            self.page = message.navigation.page_script_hash
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
        elif kind == "bidi_component" and element.bidi_component.component_name == MODELS:
            self.addresses.add(json.loads(element.bidi_component.json)["address"])
        elif kind == "bidi_component" and element.bidi_component.component_name == COMPONENT:
            drawn = Pad.of(element.bidi_component, delta.fragment_id)
            # As in the browser: the viewer's own moves are ahead of the server's, unless that moved the pad itself.
            if self.pad is None or (self.pad.widget, self.pad.stamp) != (drawn.widget, drawn.stamp):
                self.pad = drawn


def says(query: str, z: Sequence[float]) -> bool:
    """Return whether an address's parameters name the place `z`, in the three digits that they have.

    >>> says("model=digits-vae-2d&z=0.5,-1.234", [0.5, -1.23449])
    True
    """
    place = links.parse(dict(parse_qsl(query))).z or ()
    return len(place) == len(z) and all(
        math.isclose(a, b, abs_tol=1e-3) for a, b in zip(place, z, strict=True)
    )


@dataclasses.dataclass(frozen=True)
class Load:
    """How many people, for how long, and how many runs train on the server meanwhile."""

    sessions: int = SESSIONS
    seconds: float = SECONDS
    trainings: int = 0


def connected(server: Server, who: str | None = None) -> connect:
    """Return a connection to the app, to be entered as a context; with no token, it is a browser's first visit."""
    return connect(
        f"ws://127.0.0.1:{server.port}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        additional_headers=cookie(who),
        max_size=None,
        proxy=None,
    )


def cookie(who: str | None) -> dict[str, str]:
    """Return what a browser says with each request of who it is."""
    return {} if who is None else {"Cookie": f"{owners.COOKIE}={who}"}


async def use_together(server: Server, load: Load) -> list[Session]:
    """Open all sessions, then let them all move sliders for the same while; return them."""
    async with contextlib.AsyncExitStack() as stack:
        sessions = []
        for number in range(load.sessions):
            session = Session(await stack.enter_async_context(connected(server)), random.Random(number))
            await session.open()
            sessions.append(session)
        until = time.perf_counter() + load.seconds
        await asyncio.gather(*(session.use(until) for session in sessions))
    return sessions


LOADS = (Load(sessions=1, seconds=10.0), Load(), Load(trainings=2), Load(sessions=60))


def main() -> None:
    """Measure one session alone, thirty at once, thirty with two runs training, and sixty; record them all."""
    rows = []
    note = ""
    for load in LOADS:
        with running_app() as server, contextlib.ExitStack() as stack:
            if load.trainings:
                try:
                    stack.enter_context(trainings(server, load.trainings))
                except ImportError:
                    note = "Playwright is not installed, so nothing was measured beside training."
                    continue
            rows.append(_row(load, _in_a_thread(use_together(server, load))))
    record("app", rows, note)


@contextlib.contextmanager
def trainings(server: Server, count: int) -> Iterator[None]:
    """Have `count` people train on digits in browsers of their own, with the quick start's network, without an end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for _ in range(count):
            page = browser.new_page()
            start_training(page, server.url)
            # Nobody watches while it is measured: a browser's drawing is not the server's work.
            page.get_by_test_id("stSidebarNav").get_by_role("link", name="Generate").click()
            page.get_by_role("heading", name="Generate", exact=True).wait_for()
        yield
        browser.close()


def _in_a_thread(work: Coroutine[Any, Any, list[Session]]) -> list[Session]:
    # Playwright's own loop runs in this thread, and there can be only one.
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _row(load: Load, sessions: list[Session]) -> dict[str, Any]:
    reruns = [1e3 * value for session in sessions for value in session.reruns]
    received = [value / 1e3 for session in sessions for value in session.received]
    errors = [error for session in sessions for error in session.errors]
    for error in sorted(set(errors)):
        print(error)
    return {
        "sessions": load.sessions,
        "trainings": load.trainings,
        "releases": len(reruns),
        "rerun p50, ms": round(percentile(reruns, 0.5), 1),
        "rerun p95, ms": round(percentile(reruns, 0.95), 1),
        "received to open, kB": round(percentile([session.opening / 1e3 for session in sessions], 0.5), 1),
        "received a release, median, kB": round(percentile(received, 0.5), 1),
        "errors": len(errors),
        "releases lost": sum(session.lost for session in sessions),
    }


if __name__ == "__main__":
    main()
