from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.serving import parcels
from explorer.serving.parcels import Parcel
from tests.explorer.asking import ask, unpacked


@pytest.fixture(autouse=True)
def _an_empty_office() -> Iterator[None]:
    parcels._waiting.clear()
    yield
    parcels._waiting.clear()


def made(number: float = 1.0, title: str = "digits") -> Parcel:
    return parcels.parcel(title, {"limit": 3}, {"w": np.float32([number, 2])})


def test_a_page_that_was_told_gets_exactly_what_was_packed() -> None:
    parcel = made()
    told = parcels.post(parcel)
    assert told == {"name": parcel.name, "address": parcel.address}
    status, _, body = ask(f"/{told['address']}")
    assert (status, body) == (200, parcel.body)
    found: dict[str, Any] = unpacked(body)
    assert found.pop("limit") == 3
    np.testing.assert_array_equal(found.pop("w"), [1, 2])
    assert not found


def test_the_browser_keeps_it_and_nobody_on_the_way_does() -> None:
    _, headers, _ = ask(f"/{parcels.post(made())['address']}")
    assert headers["cache-control"] == "private, max-age=86400, immutable"
    assert headers["content-encoding"] == "identity"


def test_the_same_contents_are_at_the_same_address_and_others_at_another() -> None:
    assert made() == made()
    assert len({made(number).token for number in (1.0, 2.0)}) == 2
    assert len({made(number).name for number in (1.0, 2.0)}) == 2
    assert made(title="mine").name != made().name


@pytest.mark.parametrize("word", ["", "x", "0" * 22, "digits", "..", "name"])
def test_who_was_not_told_gets_nothing(word: str) -> None:
    parcel = made()
    parcels.post(parcel)
    told = {"name": parcel.name, "digest": parcel.name.rpartition("-")[2]}.get(word, word)
    status, _, body = ask(f"/{parcels.PATH}/{told}")
    assert status in (204, 404)
    assert body in (b"", b"Not Found")
    assert len(parcel.token) >= 22


def test_another_process_has_it_at_another_address(root: Path) -> None:
    code = (
        "import numpy as np; from explorer.serving import parcels; "
        "print(parcels.parcel('digits', {'limit': 3}, {'w': np.float32([1, 2])}).address)"
    )
    environment = os.environ | {"PYTHONPATH": str(root)}
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, check=True, capture_output=True, text=True
    )
    assert found.stdout.strip() != made().address
    assert found.stdout.startswith(f"{parcels.PATH}/")


def test_one_that_waited_longest_makes_way_and_comes_back_when_it_is_posted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parcels, "MOST_KEPT", 2)
    first, second, third = (made(number) for number in (1.0, 2.0, 3.0))
    for parcel in (first, second, first, third):
        parcels.post(parcel)
    status, headers, body = ask(f"/{second.address}")
    assert (status, headers["cache-control"], body) == (204, "no-store", b"")
    assert ask(f"/{first.address}")[0] == ask(f"/{third.address}")[0] == 200
    parcels.post(second)
    assert ask(f"/{second.address}")[2] == second.body
