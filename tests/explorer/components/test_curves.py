from __future__ import annotations

import numpy as np

from explorer.components import curves
from explorer.figures.curves import training

TRAIN, HELD_OUT = ((1.0, 5.0), (2.0, 4.0)), ((2.0, 4.5),)


def test_packed_curves_are_words_and_flat_arrays_by_panel_and_line() -> None:
    panels = training({"reconstruction": (TRAIN, HELD_OUT), "kl": (TRAIN, ())})
    told, arrays = curves.packed(panels, ((1.5, "β = 4"),))
    assert list(arrays) == ["0.0", "0.1", "1.0", "1.1"]
    np.testing.assert_array_equal(arrays["0.0"], np.float32([1, 5, 2, 4]))
    assert arrays["1.1"].shape == (0,)
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float32)}
    assert told["changes"] == [(1.5, "β = 4")]
    assert [line["name"] for line in told["panels"][1]["lines"]] == ["training", "validation"]
    assert curves.packed([]) == ({"panels": [], "changes": []}, {})
