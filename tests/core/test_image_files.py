from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from vae_core.errors import InputError
from vae_core.image_files import read_any_arrays, read_array, read_images, write_npz, write_png

GREY, COLOUR = (1, 4, 6), (3, 4, 6)


def picture(channels: int = 1) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (channels, 4, 6), dtype=np.uint8)


def huge_png(width: int, height: int) -> bytes:
    """Return a small file whose header claims a large image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_written_png_is_read_back_as_it_was(channels: int, tmp_path: Path) -> None:
    image = picture(channels)
    write_png(tmp_path / "a.png", image)
    assert_array_equal(
        read_images(tmp_path / "a.png", (channels, 4, 6))[0], image.astype(np.float32) / np.float32(255)
    )
    write_png(tmp_path / "b.png", image.astype(np.float32) / 255)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.png", "b.png"]


def test_grey_and_colour_become_what_the_model_takes(tmp_path: Path) -> None:
    write_png(tmp_path / "grey.png", picture())
    colour = read_images(tmp_path / "grey.png", COLOUR)[0]
    assert_array_equal(colour[0], colour[2])
    write_png(tmp_path / "colour.png", picture(3))
    assert read_images(tmp_path / "colour.png", GREY).shape == (1, 1, 4, 6)


def test_what_is_transparent_becomes_black(tmp_path: Path) -> None:
    Image.new("RGBA", (6, 4), (255, 255, 255, 0)).save(tmp_path / "clear.png")
    assert read_images(tmp_path / "clear.png", GREY).max() == 0


def test_sixteen_bit_grey_keeps_its_range(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 6), 32896, np.uint16)).save(tmp_path / "deep.png")
    assert_allclose(read_images(tmp_path / "deep.png", GREY), 128 / 255)


def test_another_size_is_refused_or_stretched_when_asked(tmp_path: Path) -> None:
    Image.new("L", (12, 8), 100).save(tmp_path / "large.png")
    with pytest.raises(InputError, match=r"12 × 8 pixels.*6 × 4 pixels.*--resize"):
        read_images(tmp_path / "large.png", GREY)
    assert_allclose(read_images(tmp_path / "large.png", GREY, resize=True), 100 / 255)


@pytest.mark.parametrize("side", [2001, 13_000, 2**31 - 1])
def test_an_enormous_image_is_refused_by_its_header(side: int, tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(huge_png(side, side))
    with pytest.raises(InputError, match="too large"):
        read_images(tmp_path / "bomb.png", GREY, resize=True)


def test_only_png_and_jpeg_are_decoded_whatever_the_name_says(tmp_path: Path) -> None:
    Image.new("L", (6, 4)).save(tmp_path / "really.gif")
    (tmp_path / "really.gif").rename(tmp_path / "a.png")
    with pytest.raises(InputError, match="not a PNG or JPEG"):
        read_images(tmp_path / "a.png", GREY)


def test_jpeg_is_read(tmp_path: Path) -> None:
    Image.new("L", (6, 4), 200).save(tmp_path / "a.jpg")
    assert_allclose(read_images(tmp_path / "a.jpg", GREY), 200 / 255, atol=0.02)


@pytest.mark.parametrize("kind", [np.uint8, np.float32, np.float64])
def test_images_of_an_npz_file_are_read_with_or_without_channels(kind: type, tmp_path: Path) -> None:
    values = picture()[np.newaxis]
    stored = values if kind is np.uint8 else (values / 255).astype(kind)
    np.savez(tmp_path / "four.npz", images=stored, other=stored)
    np.savez(tmp_path / "three.npz", stored[:, 0])
    for name in ("four", "three"):
        assert_allclose(read_images(tmp_path / f"{name}.npz", GREY), values / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"images": np.zeros((2, 1, 5, 5), np.uint8)}, "wrong shape"),
        ({"images": np.full((2, 1, 4, 6), 1.5)}, "do not fit"),
        ({"images": np.full((2, 1, 4, 6), np.nan)}, "do not fit"),
        ({"images": np.zeros((2, 1, 4, 6), np.int64)}, "do not fit"),
        ({"images": np.array(["text"])}, "does not hold numbers"),
        ({"images": np.zeros((2, 2), np.complex64)}, "does not hold numbers"),
        ({"a": np.zeros(1), "b": np.zeros(1)}, "Got: a, b."),
        ({}, "Got: none."),
    ],
)
def test_an_unfit_npz_file_is_refused(arrays: dict[str, np.ndarray], words: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(InputError, match=words):
        read_images(tmp_path / "a.npz", GREY)


def test_python_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.array([print], dtype=object))
    with pytest.raises(InputError, match="does not hold numbers"):
        read_array(tmp_path / "a.npz", ("images",))


def test_an_enormous_array_is_refused_by_its_header(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (10**6, 1, 64, 64)}
    )
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("images.npy", header.getvalue())
    with pytest.raises(InputError, match="too large"):
        read_array(tmp_path / "a.npz", ("images",))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_files_are_refused_with_an_input_error_or_read(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    name = data.draw(st.sampled_from(["a.png", "a.npz"]))
    write_png(folder / "a.png", picture())
    write_npz(folder / "a.npz", {"images": picture()[np.newaxis]})
    content = bytearray((folder / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / name).write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        images = read_images(folder / name, GREY)
    except InputError:
        return
    assert images.shape[1:] == GREY
    assert ((images >= 0) & (images <= 1)).all()


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InputError, match="could not be written"):
        write_png(tmp_path / "folder.png", picture())
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


@pytest.mark.parametrize(("shape", "count"), [((4, 6), 1), ((7, 4, 6), 7), ((7, 3, 4, 6), 7)])
def test_the_first_of_many_images_in_an_npz_file_are_read(
    shape: tuple[int, ...], count: int, tmp_path: Path
) -> None:
    write_npz(tmp_path / "a.npz", {"images": np.full(shape, 255, np.uint8)})
    images, held = read_any_arrays(tmp_path / "a.npz", 5)
    assert (len(images), held) == (min(count, 5), count)
    assert all(image.shape == (3 if len(shape) == 4 else 1, 4, 6) and image.min() == 1 for image in images)


@pytest.mark.parametrize("shape", [(6,), (2, 2, 4, 6), (0, 4, 6), (1, 1, 1, 4, 6)])
def test_an_array_that_is_no_images_is_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    write_npz(tmp_path / "a.npz", {"images": np.zeros(shape, np.uint8)})
    with pytest.raises(InputError, match="wrong shape"):
        read_any_arrays(tmp_path / "a.npz", 5)


def test_an_array_larger_than_it_may_be_is_refused_by_its_header(tmp_path: Path) -> None:
    write_npz(tmp_path / "a.npz", {"images": np.zeros((100, 8, 8), np.uint8)})
    with pytest.raises(InputError, match=r"6,400 bytes.*6,000 bytes"):
        read_any_arrays(tmp_path / "a.npz", 5, 6000)
