from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from explorer import uploads
from explorer.tray import MOST

SHAPE = (1, 8, 8)


def png(size: tuple[int, int] = (40, 30), mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, 0).save(file, "PNG")
    return file.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def test_an_image_becomes_an_input_under_its_own_name() -> None:
    (chosen,), line = uploads.receive("three.png", png(), SHAPE)
    assert (chosen.words, chosen.image.shape, line) == ("three.png", (1, 30, 40), "")


def test_an_array_becomes_up_to_twelve_inputs_and_says_so() -> None:
    chosen, line = uploads.receive("many.npz", npz(images=np.zeros((30, 8, 8), np.uint8)), SHAPE)
    assert len(chosen) == MOST
    assert chosen[1].words == "many.npz, 2"
    assert line == "many.npz holds 30 images; the first 12 are taken."


def test_a_large_image_is_kept_small() -> None:
    (chosen,), _ = uploads.receive("large.png", png((1900, 950)), SHAPE)
    assert chosen.image.shape == (1, 256, 512)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.png", b"<script>alert(1)</script>", "not a PNG or JPEG"),
        ("a.svg", b"<svg/>", "not read"),
        ("a.png", b"", "not a PNG or JPEG"),
        ("a.png", png()[:50], "can't be read|not a readable|not a PNG"),
        ("a.png", png((2100, 2100)), "too large.*4 megapixels"),
        ("a.npz", b"PK\x03\x04junk", "not a readable NPZ"),
        ("a.npz", npz(images=np.array([{}], object)), "does not hold numbers"),
        ("a.npz", npz(images=np.zeros((9000, 100, 100), np.uint8)), "too large"),
        ("a.npz", npz(images=np.full((1, 8, 8), np.nan)), "do not fit"),
        ("../../../etc/passwd", b"root", "not read"),
        ("\x00.png", b"", "not a PNG|not read"),
        ("." * 300, b"", "not read"),
    ],
)
def test_what_is_no_image_is_refused_in_one_line(name: str, content: bytes, words: str) -> None:
    chosen, line = uploads.receive(name, content, SHAPE)
    assert chosen == ()
    assert line
    assert "\n" not in line
    assert "Traceback" not in line
    assert "/tmp" not in line
    assert re.search(words, line), line


def test_too_many_bytes_are_refused_unread() -> None:
    chosen, line = uploads.receive("a.png", bytes(uploads.MOST_BYTES + 1), SHAPE)
    assert not chosen
    assert "too large" in line


def test_a_name_with_folders_stays_in_no_folder(tmp_path: Path) -> None:
    (chosen,), _ = uploads.receive(f"{tmp_path}/../x/y.png", png(), SHAPE)
    assert chosen.words == "y.png"
    assert not list(tmp_path.rglob("*"))


@settings(deadline=None, max_examples=60)
@given(name=st.text(max_size=300), content=st.binary(max_size=200))
def test_nothing_that_is_sent_raises(name: str, content: bytes) -> None:
    chosen, line = uploads.receive(name, content, SHAPE)
    assert chosen or line
    assert uploads.pasted(content, SHAPE).line


def test_a_pasted_image_is_judged_by_its_first_bytes() -> None:
    (chosen,), _ = uploads.pasted(png(), SHAPE)
    assert chosen.words == "pasted.png"
    assert uploads.pasted(b"GIF89a", SHAPE).line == "What was pasted is no PNG or JPEG image."
