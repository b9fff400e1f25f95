from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.memory import held_after
from benchmarks.server import running_app
from vae_core import catalogue


def test_the_memory_is_read_after_visits_that_came_and_went(root: Path) -> None:
    if not catalogue(root / "checkpoints"):
        pytest.skip("no shipped model is here: run make checkpoints")
    with running_app(STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1") as server:
        assert 50 < held_after(server, 2) < 5000
