from __future__ import annotations

import io
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from vae_core.errors import InputError
from vae_core.export import animation
from vae_core.export.mp4 import is_available

GREY = np.random.default_rng(0).uniform(size=(7, 1, 8, 8)).astype(np.float32)
CUT = 8
"""What a film may lose of a level, of 255."""


def film(content: bytes) -> tuple[list[np.ndarray], Fraction | None]:
    with av.open(io.BytesIO(content)) as opened:
        frames = [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]
        return frames, opened.streams.video[0].average_rate


def plain(*colours: tuple[float, float, float]) -> np.ndarray:
    """Return one image [3, 28, 28] of each colour."""
    return np.broadcast_to(np.array(colours, np.float32)[..., None, None], (len(colours), 3, 28, 28))


def test_a_film_has_the_frames_there_and_back_at_the_pace_asked_for() -> None:
    frames, rate = film(animation(GREY, ".mp4", zoom=4, milliseconds=40))
    assert (len(frames), rate) == (12, 25)
    assert len(film(animation(GREY, ".mp4", returns=False))[0]) == 7
    assert len(film(animation(GREY[:1], ".mp4"))[0]) == 1


def test_grey_frames_are_the_images_but_for_a_few_levels() -> None:
    frames, _ = film(animation(GREY, ".mp4", zoom=8, returns=False))
    for frame, image in zip(frames, GREY, strict=True):
        wanted = np.rint(255 * image[0]).repeat(8, 0).repeat(8, 1)[..., None]
        assert np.abs(frame.astype(int) - wanted).max() <= CUT


def test_colours_come_back_as_they_were() -> None:
    colours = plain((1, 0, 0), (0, 0.8, 0), (0, 0, 1), (0.5, 0.25, 0.75), (1, 1, 1))
    frames, _ = film(animation(colours, ".mp4", zoom=2, returns=False))
    for frame, image in zip(frames, colours, strict=True):
        assert np.abs(frame.astype(int) - np.rint(255 * image).transpose(1, 2, 0)[:1, :1]).max() <= CUT


@pytest.mark.parametrize(("height", "width"), [(7, 9), (8, 9), (7, 8), (1, 1)])
def test_odd_sides_become_even_by_one_pixel_more(height: int, width: int) -> None:
    frames, _ = film(animation(np.full((3, 1, height, width), 0.5), ".mp4"))
    assert frames[0].shape == (height + height % 2, width + width % 2, 3)
    assert np.ptp(frames[0].astype(int)) <= CUT


def test_the_same_images_make_the_same_film() -> None:
    assert animation(GREY, ".mp4") == animation(GREY, ".mp4")


def test_without_the_encoder_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_available()
    monkeypatch.setitem(sys.modules, "av", None)
    assert not is_available()
    with pytest.raises(InputError, match=r"pip install av.*GIF or WebP"):
        animation(GREY, ".mp4")
    assert animation(GREY, ".gif")
