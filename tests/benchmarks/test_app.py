from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from streamlit.proto.BidiComponent_pb2 import BidiComponent

from benchmarks.app import Load, Pad, says, use_together
from benchmarks.server import running_app
from vae_core import catalogue

STATE = {"z": [0.5, -1.0], "plane": "1,2", "layers": ["points"]}


@pytest.fixture
def pad() -> Pad:
    drawn = BidiComponent(id="the pad", json=json.dumps({"state": STATE, "stamp": 3}))
    return Pad.of(drawn, "its fragment")


def test_a_pad_is_read_from_the_message_that_draws_it(pad: Pad) -> None:
    assert pad == Pad("the pad", "its fragment", STATE, 3)


def test_a_slider_changes_one_number_of_the_state_that_is_sent(pad: Pad) -> None:
    sent = json.loads(pad.moved(1, 2.25).sent())
    assert sent == {"place": STATE | {"z": [0.5, 2.25], "stamp": 3}}
    assert pad.state == STATE


def test_an_address_says_a_place_or_another_or_none() -> None:
    assert says("model=a&z=0.5%2C-1", [0.5, -1.0])
    assert not says("model=a&z=0.5,-1.1", [0.5, -1.0])
    assert not says("model=a&z=0.5", [0.5, -1.0])
    assert not says("model=a", [0.5, -1.0])


def test_two_people_move_sliders_and_the_address_follows_without_the_weights(root: Path) -> None:
    if not catalogue(root / "checkpoints"):
        pytest.skip("no shipped model is here: run make checkpoints")
    with running_app() as server:
        sessions = asyncio.run(use_together(server, Load(sessions=2, seconds=3.0)))
    assert [session.errors for session in sessions] == [[], []]
    assert [session.lost for session in sessions] == [0, 0]
    assert all(len(session.reruns) == len(session.received) >= 1 for session in sessions)
    assert all(max(session.received) < session.opening / 4 for session in sessions)
    assert server.process.poll() is not None
