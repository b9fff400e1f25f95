from __future__ import annotations

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.components.sketch import MOST_PASTED, read_drawing, read_pasted

SHAPE = (1, 2, 3)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)


def sent(pixels: bytes, shape: object = (1, 2, 3)) -> dict[str, object]:
    return {"image": base64.b64encode(pixels).decode(), "shape": list(shape)}  # type: ignore[call-overload]


def test_a_drawing_is_read_row_by_row() -> None:
    found = read_drawing(sent(bytes([0, 1, 2, 3, 4, 255])), SHAPE)
    assert found is not None
    np.testing.assert_array_equal(found, [[0, 1, 2], [3, 4, 255]])
    assert found.dtype == np.uint8


def test_a_blank_canvas_is_an_empty_array() -> None:
    found = read_drawing(sent(b""), SHAPE)
    assert found is not None
    assert found.size == 0


@pytest.mark.parametrize(
    "wrong",
    [
        sent(bytes(5)),
        sent(bytes(7)),
        sent(bytes(6), (1, 3, 2)),
        {"image": "AAAA AAAA", "shape": [1, 2, 3]},
        {"image": "=" * 10_000_000, "shape": [1, 2, 3]},
        {"image": ["AAAAAAAA"], "shape": [1, 2, 3]},
        {"image": "AAAAAAAA"},
    ],
    ids=range(7),
)
def test_another_drawing_is_none(wrong: object) -> None:
    assert read_drawing(wrong, SHAPE) is None


@given(ANYTHING)
def test_nothing_that_a_browser_sends_raises(value: object) -> None:
    read_drawing(value, SHAPE)
    read_drawing({"image": value, "shape": [1, 2, 3]}, SHAPE)
    read_pasted(value)
    files, refused = read_pasted({"images": value, "refused": value})
    assert len(files) <= MOST_PASTED
    assert refused >= 0


def test_only_so_many_files_are_taken_from_the_clipboard_at_once() -> None:
    one = base64.b64encode(b"x").decode()
    files, refused = read_pasted({"images": [one] * 7, "refused": 2})
    assert (len(files), refused) == (MOST_PASTED, 5)
