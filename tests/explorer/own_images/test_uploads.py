from __future__ import annotations

import io
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from explorer.own_images import inputs, uploads
from explorer.own_images.tray import MOST

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
        ("a.png", b"<script>alert(1)</script>", r"a\.png: it is not a PNG or JPEG"),
        ("a.svg", b"<svg/>", "not a PNG or JPEG"),
        ("a.png", b"", "not a PNG or JPEG"),
        ("a.png", png()[:50], "cut short"),
        ("a.png", png((2100, 2100)), "too large.*4 megapixels.*a screenshot of it will do"),
        ("a.npz", b"PK\x03\x04junk", r"a\.npz is not a readable NPZ"),
        ("a.npz", npz(images=np.array([{}], object)), r"a\.npz does not hold numbers"),
        ("a.npz", npz(images=np.zeros((9000, 100, 100), np.uint8)), "too large"),
        ("a.npz", npz(images=np.full((1, 8, 8), np.nan)), "do not fit"),
        ("../../../etc/passwd", b"root", "^passwd: it is not"),
        ("\x00.png", b"", "not a PNG"),
        ("." * 300, b"", "^image: it is not"),
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


def test_a_name_with_folders_is_cut_to_its_end() -> None:
    (chosen,), _ = uploads.receive("../../x/y.png", png(), SHAPE)
    assert chosen.words == "y.png"


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_nothing_stands_out_whatever_its_colour(ink: int) -> None:
    picture = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    picture.paste((ink, ink, ink, 255), (25, 10, 35, 50))
    file = io.BytesIO()
    picture.save(file, "PNG")
    (chosen,), _ = uploads.receive("a.png", file.getvalue(), SHAPE)
    assert chosen.inverted == (ink == 0)
    seen = inputs.fitted(chosen, (1, 28, 28))
    assert seen[0, 14, 14] == 1
    assert seen[0, 0, 0] == 0


def test_a_photographs_rotation_is_applied() -> None:
    picture = Image.new("L", (40, 20), 0)
    exif = picture.getexif()
    exif[0x0112] = 6
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    (chosen,), _ = uploads.receive("a.jpg", file.getvalue(), SHAPE)
    assert chosen.image.shape == (1, 40, 20)


@settings(deadline=None, max_examples=60)
@given(name=st.text(max_size=300), content=st.binary(max_size=200))
def test_nothing_that_is_sent_raises(name: str, content: bytes) -> None:
    chosen, line = uploads.receive(name, content, SHAPE)
    assert chosen or line
    assert uploads.pasted(content, SHAPE).line


def test_a_pasted_image_is_judged_by_its_first_bytes() -> None:
    (chosen,), _ = uploads.pasted(png(), SHAPE)
    assert chosen.words == "pasted image"
    assert uploads.pasted(b"GIF89a", SHAPE).line == "pasted image: it is not a PNG or JPEG image."
