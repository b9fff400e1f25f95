"""One page that listens to a room: what it is sent, newest first of all, and what it may send."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from explorer.classroom.people import TEACHER
from explorer.classroom.rates import Allowance

LONGEST_MESSAGE = 4000
SLOW_SECONDS = 10.0
WAITING_REPLIES = 50
NOT_UNDERSTOOD, NOT_IN_ROOM, NO_ROOM, TOO_MUCH = 4400, 4403, 4404, 4429
"""Why a socket is closed; after any other code, a page connects again."""


class ClosingError(Exception):
    """The socket is to be closed, with a code and a reason in words."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Listener:
    """A socket with a task of its own that sends, so that a slow one holds up nobody.

    Only the newest news wait to be sent; what they say replaces what was said before.
    """

    def __init__(self, socket: WebSocket, code: str, who: str, role: str) -> None:
        self.socket, self.code, self.who, self.role = socket, code, who, role
        # A pad's moves come with each frame of the screen; a student's answers do not.
        self._pace = Allowance(200, 100) if role == TEACHER else Allowance(20, 10)
        self._newest: dict[str, str] = {}
        self._replies: deque[str] = deque(maxlen=WAITING_REPLIES)
        self._closing: ClosingError | None = None
        self._wake = asyncio.Event()

    def tell(self, kind: str, news: str) -> None:
        """Send news of a kind, in place of those that still wait."""
        self._newest[kind] = news
        self._wake.set()

    def reply(self, answer: dict[str, Any]) -> None:
        """Send an answer to something that came from this page."""
        self._replies.append(json.dumps(answer))
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        """Close the socket once all is sent."""
        self._closing = ClosingError(code, reason)
        self._wake.set()

    async def send(self) -> None:
        """Send what there is, until the socket is closed.

        Raises
        ------
        ClosingError
            When it is to be closed, or takes too long.
        """
        while True:
            await self._wake.wait()
            self._wake.clear()
            texts = [*self._replies, *self._newest.values()]
            self._replies.clear()
            self._newest.clear()
            for text in texts:
                try:
                    async with asyncio.timeout(SLOW_SECONDS):
                        await self.socket.send_text(text)
                except TimeoutError as error:
                    raise ClosingError(1001, "It was too slow.") from error
            if self._closing is not None:
                raise self._closing

    async def receive(self) -> dict[str, Any]:
        """Return the next message.

        Raises
        ------
        WebSocketDisconnect
            When the page has gone.
        ClosingError
            If it sends too much, or what can't be understood.
        """
        message = await self.socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1005)
        if not self._pace.take(None):
            raise ClosingError(TOO_MUCH, "It sends too much.")
        text = message.get("text")
        if text is None or len(text) > LONGEST_MESSAGE:
            raise ClosingError(NOT_UNDERSTOOD, f"A message is text of up to {LONGEST_MESSAGE} characters.")
        try:
            sent = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ClosingError(NOT_UNDERSTOOD, "A message is JSON.") from error
        if not isinstance(sent, dict):
            raise ClosingError(NOT_UNDERSTOOD, "A message is a JSON object.")
        return sent
