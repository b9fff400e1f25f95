"""Does the server give back what its visitors took? Its resident memory over two hundred visits.

A visit is a WebSocket client as in `benchmarks.app`, without a cookie, so each is somebody new: it opens the Generate
page, lets go of one of the pad's sliders and leaves. Before the memory is read, the benchmark waits past the time for
which Streamlit keeps a session without a connection (`server.disconnectedSessionTTL`: a second here, two minutes as a
rule), and one more visit has the server drop those. Twenty visits come first: what is opened once for all is no leak.
"""

from __future__ import annotations

import asyncio
import random
import time

from benchmarks.app import Session, connected
from benchmarks.decoding import memory
from benchmarks.record import record
from benchmarks.server import Server, running_app

WARM_UP, VISITS = 20, 200
LIFETIME = 1
"""Seconds that the server keeps a session without a connection."""


def main() -> None:
    """Visit the app again and again, and record how its memory grows."""
    with running_app(STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=str(LIFETIME)) as server:
        before = held_after(server, WARM_UP)
        after = held_after(server, VISITS)
    record("memory", [{
        "visits": VISITS,
        "after 20 visits, MB": round(before, 1),
        "after the visits, MB": round(after, 1),
        "growth, MB": round(after - before, 1),
    }])  # fmt: skip


def held_after(server: Server, visits: int) -> float:
    """Return the server's resident memory in MB after some visits, when it has dropped their sessions."""
    asyncio.run(come_and_go(server, visits))
    time.sleep(2 * LIFETIME)
    asyncio.run(come_and_go(server, 1))
    return memory("VmRSS", server.process.pid)


async def come_and_go(server: Server, visits: int) -> None:
    """Open the page, move a slider and leave, one after the other."""
    for number in range(visits):
        async with connected(server) as socket:
            session = Session(socket, random.Random(number))
            await session.open()
            await session.release()
            if session.errors:
                raise RuntimeError(session.errors[0])


if __name__ == "__main__":
    main()
