from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import async_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks import pad
from benchmarks.browser import FLAGS, chromium
from benchmarks.pad import asks_for_rerun, crowd, path, smoothness


def test_the_pace_is_the_median_frame_and_a_jerk_shows_in_the_longest() -> None:
    found = smoothness([0.0, 20.0, 40.0, 140.0, 160.0])
    assert found["frames a second, median"] == 50
    assert found["longest frame, ms"] == 100
    assert found["slowest 1 % of frames, ms"] == 100
    assert found["frames"] == 4


@given(st.lists(st.floats(0.1, 1000), min_size=1, max_size=200))
def test_no_frame_is_longer_than_the_longest(times: list[float]) -> None:
    found = smoothness(np.cumsum([0.0, *times]).tolist())
    assert found["frames"] == len(times)
    assert found["slowest 1 % of frames, ms"] <= found["longest frame, ms"]
    assert found["longest frame, ms"] == pytest.approx(max(times), abs=0.06)


def test_a_drag_stays_on_the_map_goes_far_and_never_jumps() -> None:
    places = np.asarray(path(300))
    assert places.shape == (300, 2)
    assert places.min() > 0.1
    assert places.max() < 0.9
    assert np.ptp(places, axis=0).min() > 0.7
    assert np.abs(np.diff(places, axis=0)).max() < 0.03


def test_only_a_request_to_run_the_script_is_a_rerun() -> None:
    rerun, beat = BackMsg(), BackMsg()
    rerun.rerun_script.query_string = "model=a"
    beat.app_heartbeat = True
    assert asks_for_rerun(rerun.SerializeToString())
    assert not asks_for_rerun(beat.SerializeToString())
    assert not asks_for_rerun("rerun_script")


def test_a_crowd_is_the_same_every_time_and_has_ten_classes() -> None:
    files = crowd(500)
    assert files == crowd(500)
    assert (
        len(np.frombuffer(files["mu"], np.float32)) == len(np.frombuffer(files["logvar"], np.float32)) == 1000
    )
    assert set(np.frombuffer(files["labels"], np.int32)) == set(range(10))


def test_the_page_gets_every_move_of_a_pan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pad, "POINTS", 200)
    monkeypatch.setattr(pad, "MOVES", 40)

    async def row() -> dict[str, Any]:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            return await pad.over_crowd(browser)

    found = asyncio.run(row())
    assert found["what"] == "200 points, panned"
    assert found["moves"] == 40
    assert found["frames"] > 0
