"""How a run goes, at an address of its own: what a page that watches it asks for, outside Streamlit's reruns.

With the browser on the cores that train, a rerun of even an empty part of a page costs some 30 ms of them, and an
array that it carries ten times what it costs to fetch. So what changes with every picture of a model comes from here,
and Streamlit draws again only when a run is at another stage. Measured in ``docs/log.md``.
"""

from __future__ import annotations

import abc
import asyncio
import secrets
import time
import weakref
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from explorer.serving.packing import packed

if TYPE_CHECKING:
    from explorer.training.job import Job
    from explorer.training.progress import Progress

PATH = "live"
WAIT_SECONDS, LOOK_SECONDS = 1.0, 0.04
"""How long a page waits for news, and how often somebody looks for it whether there are any."""

J = TypeVar("J", bound="Job[Any]")
F = TypeVar("F", bound="Feed[Any]")
Drawn = tuple[dict[str, Any], dict[str, NDArray[Any]]]


class Feed(abc.ABC, Generic[J]):
    """What a page can ask of one job, at an address that only those know who are told it.

    Parameters
    ----------
    job : Job
        It is not kept alive.
    """

    def __init__(self, job: J) -> None:
        self.token = secrets.token_urlsafe(16)
        self._job = weakref.ref(job)
        self._has_begun, self._model = False, None
        self._version = 0

    @property
    def address(self) -> str:
        """Where a page finds the news, relative to its own address; what it knows follows: ``/VERSION/STAGE``."""
        return f"{PATH}/{self.token}"

    @abc.abstractmethod
    def stage(self, now: Progress) -> str:
        """Return all that Streamlit's part of the page depends on."""

    @abc.abstractmethod
    def told(self, job: J, now: Progress) -> dict[str, Any]:
        """Return what every answer says, JSON-ready."""

    @abc.abstractmethod
    def drawn(self, job: J, now: Progress) -> Drawn:
        """Return what a new picture of the model brings along: JSON-ready words, and arrays."""

    async def answer(self, version: str, stage: str) -> bytes | None:
        """Return the news for a page that knows that picture and stage: at once, or when there are some.

        None when the job is gone.
        """
        until = time.monotonic() + WAIT_SECONDS
        while (job := self._job()) is not None:
            now = job.progress
            newest = self._version_of(now)
            is_known = version == str(newest)
            if not is_known or stage != self.stage(now) or time.monotonic() > until:
                about, arrays = ({}, {}) if is_known or now.model is None else self.drawn(job, now)
                head = {"stage": self.stage(now), "version": newest, "over": now.over}
                return packed(head | self.told(job, now) | about, arrays)
            del job
            await asyncio.sleep(LOOK_SECONDS)
        return None

    def _version_of(self, now: Progress) -> int:
        """Count what is worth an answer at once: the first step, and pictures; another object is another one."""
        has_begun, model = now.step > 0, now.model
        if has_begun != self._has_begun or model is not self._model:
            self._has_begun, self._model, self._version = has_begun, model, self._version + 1
        return self._version


_feeds: weakref.WeakKeyDictionary[Job[Any], Feed[Any]] = weakref.WeakKeyDictionary()


def feed_of(job: Job[Any], kind: type[F]) -> F:
    """Return the job's one feed, which is as long as the job."""
    found = _feeds.get(job)
    if not isinstance(found, kind):
        found = _feeds[job] = kind(job)
    return found


async def respond(request: Request) -> Response:
    """Answer who asks at a feed's address: with its news, or 204 where there is none."""
    asked = request.path_params
    feed = next((feed for feed in list(_feeds.values()) if feed.token == asked["token"]), None)
    body = None if feed is None else await feed.answer(asked["version"], asked["stage"])
    # Weights hardly shrink, and trying takes ten times as long as the way to a browser on this machine.
    headers = {"Cache-Control": "no-store", "Content-Encoding": "identity"}
    return Response(body, 200, headers, "application/octet-stream") if body else Response(status_code=204)
