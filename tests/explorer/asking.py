"""What a page asks of the server besides Streamlit's own pages, and how it reads the answers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
from starlette.applications import Starlette

from explorer.serving.routes import routes


def ask(path: str, base: str = "") -> tuple[int, dict[str, str], bytes]:
    """Ask the routes as a browser does; return the status, the headers and the body."""
    app, sent = Starlette(routes=routes(base)), []
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": query.encode()}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent)


def unpacked(body: bytes) -> dict[str, Any]:
    """Return what was packed, with each array in the place of its name."""
    size = int(np.frombuffer(body[:4], np.uint32)[0])
    about, at = json.loads(body[4 : 4 + size]), 4 + size
    for name, kind, length in about.pop("arrays"):
        about[name] = np.frombuffer(body, kind, length, at)
        at += -(-about[name].nbytes // 4) * 4
    assert at == len(body)
    return about
