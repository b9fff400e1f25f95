from __future__ import annotations

import gc
import io
import threading
from pathlib import Path

import numpy as np
import pytest

from explorer.own_images import reading
from explorer.own_images.reading import Reading
from vae_core.datasets.picture import ImageOptions
from vae_core.errors import DatasetError

SMALL = ImageOptions(size=8)


def arrays(count: int = 40) -> io.BytesIO:
    file = io.BytesIO()
    np.savez(file, images=np.random.default_rng(0).integers(0, 256, (count, 8, 8), dtype=np.uint8))
    return file


def test_a_reading_ends_with_its_record_and_can_be_kept(tmp_path: Path) -> None:
    one = Reading(arrays(), SMALL, tmp_path, "a.npz")
    one.wait(60)
    assert (one.over, one.problem, one.done, one.count) == (True, "", 1.0, 40)
    assert one.record is not None
    one.keep("mine")
    del one
    gc.collect()
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_one_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    many = Reading(arrays(60_000), SMALL, tmp_path, "a.npz")
    many.cancel()
    many.wait(60)
    assert many.over
    assert many.record is None
    assert list(tmp_path.iterdir()) == []


def test_one_that_nobody_holds_any_more_leaves_nothing(tmp_path: Path) -> None:
    one = Reading(arrays(), SMALL, tmp_path, "a.npz")
    one.wait(60)
    assert len(list(tmp_path.iterdir())) == 1
    del one
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_what_goes_wrong_is_told_in_one_line(tmp_path: Path) -> None:
    one = Reading(io.BytesIO(b"\0"), SMALL, tmp_path, "a.npz")
    one.wait(60)
    assert one.problem.startswith("This file holds no data set.")
    assert one.record is None
    assert list(tmp_path.iterdir()) == []


def test_only_a_few_people_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_room", threading.BoundedSemaphore(1))
    first = Reading(arrays(60_000), SMALL, tmp_path, "a.npz")
    with pytest.raises(DatasetError, match="Try again"):
        Reading(arrays(), SMALL, tmp_path, "a.npz")
    first.cancel()
    first.wait(60)
    Reading(arrays(), SMALL, tmp_path, "a.npz").wait(60)
