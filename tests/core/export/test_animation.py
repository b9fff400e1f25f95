from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from vae_core.errors import InputError
from vae_core.export import animation, contact_sheet, side_by_side, write_animation

GREY = np.random.default_rng(0).uniform(size=(7, 1, 8, 8)).astype(np.float32)
COLOUR = np.random.default_rng(1).uniform(size=(5, 3, 6, 8)).astype(np.float32)
KINDS = pytest.mark.parametrize("kind", [".gif", ".webp"])


def frames(content: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(content)) as opened:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(opened)]


@KINDS
def test_pillow_reads_as_many_frames_as_were_given_and_back(kind: str) -> None:
    assert len(frames(animation(GREY, kind, returns=False))) == 7
    there_and_back = frames(animation(GREY, kind))
    assert len(there_and_back) == 12
    np.testing.assert_array_equal(there_and_back[1], there_and_back[11])


@KINDS
def test_grey_frames_are_the_images_to_the_bit(kind: str) -> None:
    for frame, image in zip(frames(animation(GREY, kind, returns=False)), GREY, strict=True):
        np.testing.assert_array_equal(frame[..., 0], np.rint(255 * image[0]))


def test_a_webp_keeps_every_colour() -> None:
    for frame, image in zip(frames(animation(COLOUR, ".webp", returns=False)), COLOUR, strict=True):
        np.testing.assert_array_equal(frame, np.rint(255 * image).transpose(1, 2, 0))


@KINDS
def test_zoom_and_pace_are_as_asked_and_it_goes_round_for_ever(kind: str) -> None:
    with Image.open(io.BytesIO(animation(GREY, kind, zoom=3, milliseconds=200))) as opened:
        assert opened.size == (24, 24)
        assert opened.info["loop"] == 0
        opened.seek(1)
        opened.load()
        assert opened.info["duration"] == 200


def test_an_animation_of_one_image_is_one_frame() -> None:
    assert len(frames(animation(GREY[:1], ".gif"))) == 1


def test_a_contact_sheet_holds_every_image_in_its_place() -> None:
    with Image.open(io.BytesIO(contact_sheet([GREY, GREY[::-1]], zoom=2))) as opened:
        sheet = np.asarray(opened)
    assert sheet.shape == (2 * 17, 2 * 62)
    np.testing.assert_array_equal(sheet[::2, ::2][9:17, 9:17], np.rint(255 * GREY[5, 0]))
    assert not sheet[16:18].any()


def test_paths_are_shown_beside_each_other() -> None:
    both = side_by_side([COLOUR, COLOUR[::-1]])
    assert both.shape == (5, 3, 6, 17)
    np.testing.assert_array_equal(both[..., :8], COLOUR)
    np.testing.assert_array_equal(both[..., 9:], COLOUR[::-1])


def test_a_file_is_what_its_suffix_says(tmp_path: Path) -> None:
    place = write_animation(tmp_path / "new" / "way.GIF", GREY, zoom=2)
    assert place.read_bytes() == animation(GREY, ".gif", zoom=2)
    assert [path.name for path in place.parent.iterdir()] == ["way.GIF"]


@pytest.mark.parametrize(
    ("images", "kind", "setting", "message"),
    [
        (GREY, ".avi", {}, ".gif, .webp, .mp4"),
        (GREY[0], ".gif", {}, "N, C, H, W"),
        (GREY[:0], ".gif", {}, "N, C, H, W"),
        (np.zeros((2, 2, 8, 8)), ".gif", {}, "1 or 3 channels"),
        (GREY, ".gif", {"zoom": 0}, "zoom"),
        (GREY, ".gif", {"zoom": 1000}, "too large"),
        (GREY, ".webp", {"milliseconds": 1}, "20 to 10000"),
    ],
)
def test_what_does_not_fit_is_refused(
    images: np.ndarray, kind: str, setting: dict[str, int], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        animation(images, kind, **setting)


def test_rows_of_different_lengths_make_no_sheet() -> None:
    with pytest.raises(InputError, match="do not go together"):
        contact_sheet([GREY, GREY[1:]])
    with pytest.raises(InputError, match="do not go together"):
        contact_sheet([])
