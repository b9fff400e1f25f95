from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benchmarks.app import Load, use_together
from benchmarks.server import running_app
from vae_core import catalogue


def test_two_people_move_sliders_and_each_gets_a_new_picture_every_time(root: Path) -> None:
    if not catalogue(root / "checkpoints"):
        pytest.skip("no shipped model is here: run make checkpoints")
    with running_app() as server:
        sessions = asyncio.run(use_together(server, Load(sessions=2, seconds=3.0)))
    assert [session.errors for session in sessions] == [[], []]
    assert [session.unchanged for session in sessions] == [0, 0]
    assert all(len(session.reruns) == len(session.pictures) >= 1 for session in sessions)
    assert server.process.poll() is not None
