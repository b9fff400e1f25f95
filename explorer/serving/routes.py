"""What the server answers besides Streamlit's own pages."""

from __future__ import annotations

import asyncio
import importlib

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from explorer import classroom
from explorer.serving import fields, live, parcels

FIRST_PAGE = "map"
"""The page at the server's own address, which Streamlit does not know by its name."""


def routes(base: str) -> list[BaseRoute]:
    """Return the routes of a server that has its pages under the path `base`."""
    before = "".join(f"/{part}" for part in base.split("/") if part)

    def first_page(request: Request) -> RedirectResponse:
        return RedirectResponse(f"{before}/?{request.url.query}")

    return [
        Route(f"{before}/{FIRST_PAGE}", first_page),
        Route(f"{before}/{live.PATH}/{{token}}/{{version}}/{{stage:path}}", live.respond),
        Route(f"{before}/{fields.PATH}/{{token}}/{{name}}", fields.respond),
        Route(f"{before}/{parcels.PATH}/{{token}}", parcels.respond),
        WebSocketRoute(f"{before}/{classroom.PATH}/{{code}}", _room),
    ]


async def _room(socket: WebSocket) -> None:
    # Few servers have a class, and the others need not wait for a database's library to start.
    hub = await asyncio.to_thread(importlib.import_module, "explorer.classroom.hub")
    await hub.respond(socket)
