from __future__ import annotations

import gzip
import hashlib
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vae_core.datasets.idx import gunzip, parse_idx, read_idx
from vae_core.errors import DatasetError

SHAPE = (6, 2, 3)
VALUES = np.arange(36, dtype=np.uint8).reshape(SHAPE)
CONTENT = bytes([0, 0, 8, 3]) + b"".join(size.to_bytes(4, "big") for size in SHAPE) + VALUES.tobytes()


def test_an_idx_file_is_read_as_the_format_says(tmp_path: Path) -> None:
    path = tmp_path / "some-file"
    path.write_bytes(CONTENT)
    np.testing.assert_array_equal(read_idx(path, SHAPE), VALUES)


@pytest.mark.parametrize("name", ["images", "images.gz", "images.idx"])
@pytest.mark.parametrize("packed", [True, False])
def test_gzip_is_told_from_the_content_whatever_the_name(tmp_path: Path, name: str, packed: bool) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(CONTENT) if packed else CONTENT)
    np.testing.assert_array_equal(read_idx(path, SHAPE), VALUES)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "too short for its header"),
        (CONTENT[:10], "too short for its header"),
        (b"\x01" + CONTENT[1:], "not an IDX file"),
        (b"\x00\x00\x07" + CONTENT[3:], "not an IDX file"),
        (b"\x89PNG" + CONTENT[4:], "not an IDX file"),
        (b"\x00\x00\x0d" + CONTENT[3:], "float32"),
        (b"\x00\x00\x08\x01" + CONTENT[4:], "another shape"),
        (b"\x00\x00\x08\xff" + CONTENT[4:], "255 dimensions, cut off"),
        (CONTENT[:7] + b"\x07" + CONTENT[8:], "another shape"),
        (CONTENT[:4] + b"\xff" * 12 + CONTENT[16:], "another shape"),
        (CONTENT[:-1], "fewer values"),
        (CONTENT + b"\x00", "more values"),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_a_wrong_file_is_refused_with_its_name(
    tmp_path: Path, content: bytes, message: str, packed: bool
) -> None:
    path = tmp_path / "t10k-images"
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DatasetError, match=message) as caught:
        read_idx(path, SHAPE)
    assert "t10k-images" in str(caught.value)


def test_a_file_that_is_missing_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"cannot be read: No such file"):
        read_idx(tmp_path / "absent", SHAPE)


def test_a_folder_in_place_of_a_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_idx(tmp_path, SHAPE)


def test_one_changed_value_is_found_by_the_checksum(tmp_path: Path) -> None:
    path = tmp_path / "file"
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    path.write_bytes(CONTENT)
    read_idx(path, SHAPE, sha256)
    path.write_bytes(CONTENT[:-1] + b"\x00")
    read_idx(path, SHAPE)
    with pytest.raises(DatasetError, match="not that of the published file"):
        read_idx(path, SHAPE, sha256)


def test_a_file_of_another_data_set_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    with pytest.raises(DatasetError, match="is one of Other"):
        read_idx(path, SHAPE, foreign={hashlib.sha256(CONTENT).hexdigest(): "Other"})
    read_idx(path, SHAPE, foreign={"0" * 64: "Other"})


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 20])
def test_a_gzip_file_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(DatasetError, match="ends too early"):
        gunzip(gzip.compress(CONTENT)[:-cut], len(CONTENT), "file")


def test_gzip_members_and_zero_padding_are_joined_as_gzip_does() -> None:
    packed = gzip.compress(CONTENT[:20]) + gzip.compress(CONTENT[20:]) + bytes(100)
    assert gunzip(packed, len(CONTENT), "file") == CONTENT == gzip.decompress(packed)


@pytest.mark.parametrize("tail", [b"x", b"\0\0garbage"])
def test_something_after_the_gzip_data_is_refused(tail: bytes) -> None:
    with pytest.raises(DatasetError, match=r"damaged|too early"):
        gunzip(gzip.compress(CONTENT) + tail, len(CONTENT), "file")


def test_a_wrong_crc_is_refused() -> None:
    packed = bytearray(gzip.compress(CONTENT))
    packed[-6] ^= 1
    with pytest.raises(DatasetError, match="damaged"):
        gunzip(bytes(packed), len(CONTENT), "file")


def test_a_gzip_bomb_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(CONTENT + bytes(50_000_000)))
    tracemalloc.start()
    try:
        with pytest.raises(DatasetError, match="more values"):
            read_idx(path, SHAPE)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_many_empty_members_end() -> None:
    assert gunzip(gzip.compress(b"") * 1000, 10, "file") == b""


headers = st.builds(
    lambda magic, sizes: bytes(magic) + b"".join(size.to_bytes(4, "big") for size in sizes),
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(6, 15), st.integers(0, 255)),
    st.lists(st.integers(0, 2**32 - 1), max_size=5),
)


@given(
    content=st.one_of(
        st.binary(max_size=80),
        st.tuples(headers, st.binary(max_size=40)).map(b"".join),
        st.tuples(st.integers(0, len(CONTENT) - 1), st.integers(1, 255)).map(
            lambda change: (
                CONTENT[: change[0]] + bytes([CONTENT[change[0]] ^ change[1]]) + CONTENT[change[0] + 1 :]
            )
        ),
    ),
    shape=st.sampled_from([SHAPE, (36,), (60_000, 28, 28)]),
)
@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_an_array_of_the_shape_or_a_clear_error(content: bytes, shape: tuple[int, ...]) -> None:
    tracemalloc.start()
    try:
        values = parse_idx(content, shape, "file")
        assert values.shape == shape
        assert content.endswith(values.tobytes())
        assert len(content) == 4 + 4 * len(shape) + math.prod(shape)
    except DatasetError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 1_000_000


@given(st.binary(max_size=60), st.booleans(), st.integers(0, 10**6), st.integers(0, 255))
@settings(deadline=None, max_examples=300)
def test_any_gzip_data_is_unpacked_or_a_clear_error(
    content: bytes, as_it_is: bool, place: int, change: int
) -> None:
    packed = bytearray(b"\x1f\x8b" + content if as_it_is else gzip.compress(content))
    packed[place % len(packed)] ^= change
    try:
        found = gunzip(bytes(packed), 100, "file")
    except DatasetError:
        return
    assert len(found) <= 101
