from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import owners
from explorer.own_images import own_sets
from vae_core.datasets import DATASETS, own
from vae_core.datasets.intake import Intake
from vae_core.datasets.picture import ImageOptions

MINE, YOURS = "a" * 32, "b" * 32


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: Path) -> str:
    """The full name of a data set that MINE owns."""
    monkeypatch.setenv("VAE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("VAE_DATA_DIR", raising=False)
    file = io.BytesIO()
    np.savez(file, images=np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8))
    with Intake(file, ImageOptions(size=8), own_sets.place(), "a.npz") as intake:
        list(intake.steps())
        intake.keep(f"{owners.name_of(MINE)}.pets")
    (name,) = own.full_names(owner=owners.name_of(MINE))
    return name


def asked(token: str, name: str) -> dict[str, Any]:
    """Return what a session of a token's is told about a data set, and what becomes of its wishes."""

    def script(name: str) -> None:
        import streamlit as st

        from explorer.own_images import own_sets
        from explorer.training import desk
        from vae_core.errors import DatasetError
        from vae_core.presets import PRESETS

        recipe = PRESETS["quick"]
        told = {
            "choices": own_sets.choices(),
            "may see": own_sets.may_see(name),
            "record": own_sets.record_of(name) is not None,
            "bytes": own_sets.bytes_on_disk(),
            "started": desk.start(desk.Plan(name, recipe.model, recipe.training, 0)),
            "deleted": "",
        }
        job = desk.mine()
        if job is not None:
            job.stop()
        try:
            own_sets.delete(name)
        except DatasetError as error:
            told["deleted"] = str(error)
        st.session_state["told"] = told

    page = AppTest.from_function(script, args=(name,), default_timeout=60)
    page.session_state["_token"] = token
    page.run()
    assert not page.exception
    return page.session_state["told"]


def test_a_set_is_its_owners_alone(brought: str) -> None:
    told = asked(YOURS, brought)
    assert told["choices"] == list(DATASETS)
    assert told["may see"] is told["record"] is False
    assert told["bytes"] == 0
    assert "somebody else" in told["started"]
    assert "no such data set of yours" in told["deleted"]
    assert own.find(brought) is not None
    told = asked(MINE, brought)
    assert told["choices"] == [*DATASETS, brought]
    assert told["may see"] is told["record"] is True
    assert told["bytes"] > 40 * 64
    assert told["started"] is None
    assert told["deleted"] == ""
    assert own.find(brought) is None


def test_a_set_that_comes_with_the_program_is_nobodys_to_delete(brought: str) -> None:
    assert "no such data set of yours" in asked(MINE, "digits")["deleted"]
