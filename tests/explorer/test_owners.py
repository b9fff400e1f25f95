from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer import owners

anything = st.one_of(
    st.none(), st.text(), st.binary(), st.integers(), st.floats(), st.lists(st.text()),
    st.from_regex(r"[0-9a-fA-F]{30,34}\s?"), st.text("0123456789abcdef", min_size=30, max_size=34),
)  # fmt: skip


@given(anything)
def test_what_a_browser_sends_is_a_token_as_it_stands_or_nothing(sent: object) -> None:
    token = owners.read_token(sent)
    assert token is None or (token is sent and re.fullmatch("[0-9a-f]{32}", token, re.ASCII))


@given(st.text("0123456789abcdef", min_size=32, max_size=32))
def test_a_token_is_read_back(token: str) -> None:
    assert owners.read_token(token) == token


@pytest.mark.parametrize(
    "sent",
    ["", "a" * 31, "a" * 33, "A" * 32, "a" * 32 + "\n", "٣" * 32, "../" + "a" * 29, b"a" * 32, 32 * ["a"]],
)
def test_what_only_looks_like_a_token_is_none(sent: object) -> None:
    assert owners.read_token(sent) is None


def test_no_two_tokens_are_the_same() -> None:
    assert len({owners.new_token() for _ in range(1000)}) == 1000


@given(st.text("0123456789abcdef", min_size=32, max_size=32))
def test_a_name_can_be_a_folder_is_always_the_same_and_does_not_hold_the_token(token: str) -> None:
    name = owners.name_of(token)
    assert re.fullmatch("[0-9a-f]{16}", name)
    assert name == owners.name_of(token)
    assert name not in token


def test_two_tokens_have_two_names() -> None:
    assert len({owners.name_of(owners.new_token()) for _ in range(1000)}) == 1000
