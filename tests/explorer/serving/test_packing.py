from __future__ import annotations

import numpy as np

from explorer.serving.packing import packed
from tests.explorer.asking import unpacked


def test_arrays_come_back_as_they_were_whatever_their_length() -> None:
    given = {
        "w": np.arange(3, dtype=np.float16),
        "mu": np.linspace(0, 1, 5, dtype=np.float32),
        "labels": np.array([[1, 2]], np.int32),
        "tiles": np.arange(5, dtype=np.uint8),
        "none": np.zeros(0, np.float16),
    }
    found = unpacked(packed({"words": "σ"}, given))
    assert found.pop("words") == "σ"
    for name, array in given.items():
        np.testing.assert_array_equal(found[name], array.ravel())
        assert found[name].dtype == array.dtype


def test_the_same_is_packed_in_the_same_way() -> None:
    given = {"z": np.float32([1, 2])}
    assert packed({"a": 1}, given) == packed({"a": 1}, given) != packed({"a": 2}, given)
