from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from explorer.components.tray import acted
from explorer.own_images.inputs import Input
from explorer.own_images.tray import MOST, Tray


def some(count: int) -> list[Input]:
    return [Input(np.zeros((1, 8, 8), np.float32), f"image {k}") for k in range(count)]


def named(tray: Tray) -> list[str]:
    return [kept.chosen.words for kept in tray.items]


def test_what_is_put_in_is_found_under_its_number() -> None:
    tray = Tray().put(*some(3))
    assert named(tray) == ["image 0", "image 1", "image 2"]
    found = tray.find(tray.items[1].number)
    assert found is not None
    assert found.words == "image 1"
    assert tray.find(99) is None
    assert tray.find("1") is None


def test_the_oldest_of_more_than_twelve_make_way() -> None:
    tray = Tray().put(*some(MOST)).put(*some(2))
    assert len(tray.items) == MOST
    assert named(tray)[-2:] == ["image 0", "image 1"]
    assert named(tray)[0] == "image 2"


def test_what_was_taken_out_comes_back_where_it_was() -> None:
    tray = Tray().put(*some(3))
    less = tray.without(2)
    assert named(less) == ["image 0", "image 2"]
    assert named(less.undone()) == named(tray)
    assert named(tray.cleared()) == []
    assert named(tray.cleared().undone()) == named(tray)
    assert less.undone().undone() is not None
    assert tray.undone() is tray


@given(st.lists(st.sampled_from(["put", "remove", "clear", "undo"]), max_size=40))
def test_no_number_is_given_twice(acts: list[str]) -> None:
    tray, seen = Tray(), set()
    for act in acts:
        before = {kept.number for kept in tray.items}
        if act == "put":
            tray = tray.put(*some(2))
            new = {kept.number for kept in tray.items} - before
            assert not new & seen
            seen |= new
        elif act == "remove" and tray.items:
            tray = tray.without(tray.items[0].number)
        elif act == "clear":
            tray = tray.cleared()
        else:
            tray = tray.undone()
        assert len(tray.items) <= MOST


@given(
    st.one_of(
        st.none(),
        st.text(),
        st.dictionaries(
            st.sampled_from(["kind", "number"]), st.one_of(st.none(), st.booleans(), st.floats(), st.text())
        ),
    )
)
def test_what_a_browser_asks_for_is_checked(sent: object) -> None:
    tray = Tray().put(*some(2))
    kind = sent.get("kind") if isinstance(sent, dict) else None
    after = acted(tray, sent)
    assert after is tray or kind in ("clear", "undo")


def test_a_browser_removes_clears_and_undoes() -> None:
    tray = Tray().put(*some(2))
    less = acted(tray, {"kind": "remove", "number": 1})
    assert named(less) == ["image 1"]
    assert named(acted(less, {"kind": "undo", "number": 0})) == ["image 0", "image 1"]
    assert named(acted(less, {"kind": "clear", "number": 0})) == []
