from __future__ import annotations

import asyncio
import gc
from typing import Any

import numpy as np
import pytest

from explorer.serving import live
from explorer.training.job import Job
from explorer.training.progress import Progress
from tests.explorer.asking import ask, unpacked


class Count(live.Feed[Any]):
    """Tells a job's message; a picture is a number."""

    def stage(self, now: Progress) -> str:
        return now.status

    def told(self, job: Any, now: Progress) -> dict[str, Any]:
        return {"title": job.title, "message": now.message}

    def drawn(self, job: Any, now: Progress) -> live.Drawn:
        return {"seen": now.model}, {"z": np.float32([now.model])}


@pytest.fixture
def job() -> Job[Any]:
    made: Job[Any] = Job("Digits", lambda say: None)
    made.progress = Progress(status="running", message="hello", model=7)
    return made


@pytest.fixture(autouse=True)
def _short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "WAIT_SECONDS", 0.2)


def news(job: Job[Any], stage: str = "", version: object = 0) -> dict[str, Any]:
    status, _, body = ask(f"/{live.feed_of(job, Count).address}/{version}/{stage}")
    assert status == 200
    return unpacked(body)


def test_a_page_that_knows_nothing_is_told_everything_at_once(job: Job[Any]) -> None:
    found = news(job)
    assert (found["stage"], found["over"], found["title"], found["message"]) == (
        "running", False, "Digits", "hello"
    )  # fmt: skip
    assert (found["seen"], found["z"]) == (7, [7.0])


def test_a_picture_is_brought_once_and_again_when_there_is_another(job: Job[Any]) -> None:
    first = news(job)
    again = news(job, "running", first["version"])
    assert "z" not in again
    assert again["version"] == first["version"]
    job.progress = Progress(status="running", model=8)
    later = news(job, "running", first["version"])
    assert later["z"] == [8.0]
    assert later["version"] != first["version"]


def test_a_page_that_knows_all_waits_until_there_is_something_new(job: Job[Any]) -> None:
    version = news(job)["version"]
    feed = live.feed_of(job, Count)

    async def change() -> None:
        await asyncio.sleep(0.05)
        job.progress = Progress(status="paused", model=job.progress.model)

    async def both() -> bytes | None:
        answer, _ = await asyncio.gather(feed.answer(str(version), "running"), change())
        return answer

    body = asyncio.run(both())
    assert body is not None
    assert unpacked(body)["stage"] == "paused"


def test_a_run_without_a_model_has_a_stage_and_words(job: Job[Any]) -> None:
    job.progress = Progress(status="preparing", message="Opening the data set.")
    found = news(job)
    assert (found["stage"], found["message"]) == ("preparing", "Opening the data set.")
    assert "z" not in found


def test_nobody_hears_of_a_run_without_its_address(job: Job[Any]) -> None:
    assert len(live.feed_of(job, Count).token) >= 20
    assert ask("/live/0/0/")[::2] == (204, b"")
    assert live.feed_of(job, Count) is live.feed_of(job, Count)
    other: Job[Any] = Job("Other", lambda say: None)
    assert live.feed_of(other, Count).token != live.feed_of(job, Count).token


def test_a_run_that_nobody_keeps_is_gone() -> None:
    job: Job[Any] = Job("Digits", lambda say: None)
    address = live.feed_of(job, Count).address
    assert ask(f"/{address}/0/")[0] == 200
    del job
    gc.collect()
    assert ask(f"/{address}/0/")[0] == 204


def test_answers_are_neither_kept_nor_compressed(job: Job[Any]) -> None:
    _, headers, _ = ask(f"/{live.feed_of(job, Count).address}/0/")
    assert headers["cache-control"] == "no-store"
    assert headers["content-encoding"] == "identity"
