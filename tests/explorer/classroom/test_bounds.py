from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.classroom import bounds
from explorer.classroom.bounds import RoomError

MARKUP = set('<>[](){}*`$:#|~&\\"!=+@/;%^')
anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.floats()), st.binary()
)


def test_codes_are_six_signs_without_vowels_and_without_what_looks_alike() -> None:
    codes = [bounds.new_code() for _ in range(2000)]
    assert all(len(code) == 6 and not set(code) & set("AEIOUY01LS5") for code in codes)
    assert len(set(codes)) > 1990
    assert {sign for code in codes for sign in code} == set(bounds.ALPHABET)


def test_a_code_is_read_as_people_write_it() -> None:
    code = bounds.new_code()
    assert bounds.read_code(code) == code
    assert bounds.read_code(f" {code[:3].lower()}-{code[3:]}\n") == code


@given(anything)
def test_what_is_read_as_a_code_is_one_or_none(sent: object) -> None:
    code = bounds.read_code(sent)
    assert code is None or (len(code) == 6 and set(code) <= set(bounds.ALPHABET))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Ada", "Ada"),
        ("  Ada \t  L. ", "Ada L."),
        ("Zoe\u0308", "Zoë"),
        ("Zoe\u200b\u0308", "Zoë"),
        ("Ada\x00\x1b[31m"[:4], "Ada"),
        ("A\u202edA", "AdA"),
        ("Jean-Luc O’Neil", "Jean-Luc O’Neil"),
        ("李雷 3", "李雷 3"),
        ("علی‌رضا", "علی‌رضا"),
        ("Fox 🦊", "Fox 🦊"),
        ("👩🏽‍🔬", "👩🏽‍🔬"),
        ("", ""),
        (None, ""),
        (12, ""),
    ],
)
def test_a_nickname_is_kept_as_it_is_meant(sent: object, kept: str) -> None:
    assert bounds.read_nickname(sent) == kept


@pytest.mark.parametrize(
    "sent",
    [
        "<b>Ada</b>", "=1+1", "+1", "@sum", "-2", "[x](y)", ":red[x]", "$x$", "`x`", "www.example.org", "*x*",
        "x" * 25, "Z" + "\u0301" * 9, "a|b", "&lt;", "{{x}}", "'x", "http://x", "# x", "_x_",
    ],
)  # fmt: skip
def test_a_nickname_that_could_be_markup_an_address_or_a_formula_is_refused_in_one_line(sent: str) -> None:
    with pytest.raises(RoomError, match="nickname") as caught:
        bounds.read_nickname(sent)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=60))
def test_no_nickname_that_is_kept_holds_markup_controls_or_a_formula(sent: str) -> None:
    try:
        kept = bounds.read_nickname(sent)
    except RoomError:
        return
    assert len(kept) <= bounds.NICKNAME_LENGTH
    assert not set(kept) & MARKUP
    assert kept == unicodedata.normalize("NFC", kept)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Co", "Zl", "Zp") for char in kept)
    assert kept[:1] not in ("=", "+", "-", "@")
    assert bounds.read_nickname(kept) == kept


@given(anything)
def test_a_place_is_a_few_finite_numbers_or_refused(sent: object) -> None:
    try:
        place = bounds.read_place(sent)
    except RoomError:
        return
    assert 1 <= len(place) <= 64
    assert all(abs(value) <= 1000 for value in place)
    assert bounds.read_back(bounds.written(place)) == place


@pytest.mark.parametrize(
    "sent",
    [
        [],
        "12",
        b"12",
        [float("nan")],
        [float("inf")],
        [1001],
        [0.0] * 65,
        [True],
        ["1"],
        {"z": 1},
        None,
        [10**400],
    ],
)
def test_what_is_no_place_is_refused(sent: object) -> None:
    with pytest.raises(RoomError, match="no place"):
        bounds.read_place(sent)


def test_a_place_may_come_from_an_array() -> None:
    assert bounds.read_place(tuple(np.float32([0.5, -1.25]))) == (0.5, -1.25)


@given(anything)
def test_a_number_is_whole_and_within_its_bounds_or_refused(sent: object) -> None:
    if isinstance(sent, int) and not isinstance(sent, bool) and 0 <= sent < 5:
        assert bounds.read_number("step", sent, 5) == sent
    else:
        with pytest.raises(RoomError, match="0 to 4"):
            bounds.read_number("step", sent, 5)
