"""Two thousand damaged files of all kinds: each is read or refused by a named error, and nothing else happens."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.core.datasets import hostile
from vae_core.datasets.intake import Intake, preview
from vae_core.datasets.picture import ImageOptions, from_file
from vae_core.errors import VaeCoreError

SMALL = ImageOptions(size=8)
Damage = tuple[str, float, int, int]
# Damage is not made smaller: an error would be seen as it is, and looking for a smaller one takes long.
often = settings(
    deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
damages = st.lists(
    st.tuples(
        st.sampled_from(["set", "flip", "cut", "insert", "repeat", "end"]),
        st.floats(0, 1, exclude_max=True),
        st.integers(1, 40),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=6,
)


def damaged(data: bytes, done: list[Damage]) -> bytes:
    """Return a file with some bytes changed, taken out, put in or written twice, each at a share of its length."""
    for how, share, length, value in done:
        place = int(share * len(data))
        before, touched, after = data[:place], data[place : place + length], data[place + length :]
        if how == "set":
            touched = bytes([value]) * len(touched)
        elif how == "flip":
            touched = bytes(byte ^ value for byte in touched)
        elif how == "cut":
            touched = b""
        elif how == "insert":
            touched = bytes([value]) * length + touched
        elif how == "repeat":
            touched = touched * (value % 9)
        elif how == "end":
            after = after[: len(after) // 2]
        data = before + touched + after
    return data


def with_true_sums(data: bytes) -> bytes:
    """Return a PNG file whose chunks have the sums that fit them, so that damage gets past the first check."""
    place, parts = 8, [data[:8]]
    while place + 12 <= len(data):
        length = min(struct.unpack_from(">I", data, place)[0], len(data) - place - 12)
        body = data[place + 4 : place + 8 + length]
        parts.append(struct.pack(">I", length) + body + struct.pack(">I", zlib.crc32(body)))
        place += 12 + length
    return b"".join(parts)


def pictures() -> dict[str, bytes]:
    noise = np.random.default_rng(0).integers(0, 256, (24, 20, 4), dtype=np.uint8)
    colour = Image.fromarray(noise[:, :, :3].copy())
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "grey": hostile.encoded(Image.fromarray(noise[..., 0].copy())),
        "colour": hostile.encoded(colour),
        "clear": hostile.encoded(Image.fromarray(noise)),
        "deep": hostile.encoded(Image.fromarray(noise[..., 0].astype(np.uint16) * 256)),
        "palette": hostile.encoded(colour.quantize(16), transparency=3),
        "jpeg": hostile.encoded(colour, "JPEG", exif=exif),
        "passes": hostile.encoded(colour, "JPEG", progressive=True),
        "press": hostile.encoded(colour.convert("CMYK"), "JPEG"),
    }


def archive(held: dict[str, bytes], how: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as opened:
        for name, data in held.items():
            opened.writestr(name, data)
    return file.getvalue()


def arrays() -> dict[str, bytes]:
    made = {}
    for name, save in (("plain", np.savez), ("packed", np.savez_compressed)):
        file = io.BytesIO()
        save(file, images=hostile.drawings(), labels=np.arange(hostile.COUNT) % 3)
        made[name] = file.getvalue()
    return made


PICTURES = pictures()
HELD = {f"{name[0]}/{name}": data for name, data in hostile.good().items()}
ARCHIVES = {"stored": archive(HELD, zipfile.ZIP_STORED), "deflated": archive(HELD, zipfile.ZIP_DEFLATED)}
ARRAYS = arrays()
TABLES = {
    "numbers": hostile.text(hostile.rows()),
    "header": hostile.text([["label", *(f"p{i}" for i in range(64))], *hostile.rows()]),
    "words": hostile.text([["cat", *row[1:]] for row in hostile.rows()]),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("place")


def only_named_errors(act: Callable[[], object]) -> None:
    told = ""
    try:
        act()
    except VaeCoreError as error:
        told = str(error)
    assert "\n" not in told


def read_in(place: Path, data: bytes) -> None:
    """Read a file in as a user would; only the folder of data sets may change, and nothing may stay in it."""
    (place / "file").write_bytes(data)
    before = sorted(os.listdir(place)), sorted(os.listdir())
    with Intake(place / "file", SMALL, place / "own") as intake:
        only_named_errors(lambda: list(intake.steps()))
    only_named_errors(lambda: preview(place / "file", SMALL, 3))
    assert (sorted(set(os.listdir(place)) - {"own"}), sorted(os.listdir())) == (
        sorted(set(before[0]) - {"own"}), before[1],
    )  # fmt: skip
    assert os.listdir(place / "own") == []


@settings(often, max_examples=900)
@given(st.sampled_from(sorted(PICTURES)), damages, st.booleans())
def test_a_damaged_picture_is_read_or_refused(name: str, done: list[Damage], mended: bool) -> None:
    data = damaged(PICTURES[name], done)
    only_named_errors(lambda: from_file(with_true_sums(data) if mended else data, SMALL))


@settings(often, max_examples=450)
@given(st.sampled_from(sorted(ARCHIVES)), damages)
def test_a_damaged_archive_is_read_or_refused(place: Path, name: str, done: list[Damage]) -> None:
    read_in(place, damaged(ARCHIVES[name], done))


@settings(often, max_examples=150)
@given(damages)
def test_a_damaged_table_of_contents_is_read_or_refused(place: Path, done: list[Damage]) -> None:
    data = ARCHIVES["stored"]
    start = data.index(b"PK\x01\x02")
    read_in(place, data[:start] + damaged(data[start:], done))


@settings(often, max_examples=250)
@given(st.sampled_from(sorted(ARRAYS)), damages)
def test_a_damaged_array_file_is_read_or_refused(place: Path, name: str, done: list[Damage]) -> None:
    read_in(place, damaged(ARRAYS[name], done))


@settings(often, max_examples=100)
@given(damages)
def test_a_damaged_header_of_an_array_is_read_or_refused(place: Path, done: list[Damage]) -> None:
    with zipfile.ZipFile(io.BytesIO(ARRAYS["plain"])) as opened:
        held = {name: opened.read(name) for name in opened.namelist()}
    data = held["images.npy"]
    held["images.npy"] = damaged(data[:128], done) + data[128:]
    read_in(place, archive(held, zipfile.ZIP_STORED))


@settings(often, max_examples=200)
@given(st.sampled_from(sorted(TABLES)), damages)
def test_a_damaged_table_is_read_or_refused(place: Path, name: str, done: list[Damage]) -> None:
    read_in(place, damaged(TABLES[name], done))
