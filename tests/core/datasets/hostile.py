"""Files that were made to do harm, or went wrong on their way: each maker writes one, by the words of its refusal."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Maker = Callable[[Path], None]
COUNT = 40


def drawings(count: int = COUNT, edge: int = 8) -> np.ndarray:
    """Return different grey pictures [N, H, W]."""
    return np.random.default_rng(0).integers(0, 256, (count, edge, edge), dtype=np.uint8)


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def good(count: int = COUNT) -> dict[str, bytes]:
    """Return harmless pictures by their names."""
    return {f"{i}.png": encoded(Image.fromarray(pixels)) for i, pixels in enumerate(drawings(count))}


def zipped(path: Path, held: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in held.items():
            archive.writestr(name, data)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, *more: bytes, depth: int = 8, colour: int = 0, rows: bytes = bytes(100)
) -> bytes:
    """Return a file whose header claims any size."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + body + chunk(b"IEND", b"")


def jpeg_of_many_passes(count: int = 2_000) -> bytes:
    """Return a progressive image of four megapixels whose passes add nothing, each as much work as the whole."""
    whole = encoded(Image.new("L", (2000, 2000), 99), "JPEG", progressive=True)
    start = whole.index(b"\xff\xda")
    pass_again = whole[start : whole.index(b"\xff", start + 14)]
    return whole[:-2] + pass_again * count + b"\xff\xd9"


def table_of_contents(names: Iterable[bytes], more: bytes = b"") -> bytes:
    """Return an archive that is hardly more than its table of contents."""
    first = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    rows = [
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, len(more), 0, 0, 0, 0)
        + name + more
        for name in names
    ]  # fmt: skip
    table = b"".join(rows)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(table), len(first), 0)
    return first + table + end


def claiming(path: Path, sizes: int, entries: int = 2) -> None:
    """Write an archive whose entries claim to be that many bytes each."""
    zipped(path, {f"{i}.png": b"x" * 200_000 for i in range(entries)}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    place = -1
    while (place := data.find(b"PK\x01\x02", place + 1)) >= 0:
        data[place + 24 : place + 28] = struct.pack("<I", sizes)
    path.write_bytes(bytes(data))


def encrypted(path: Path) -> None:
    zipped(path, good())
    data = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            data[place + flags] |= 1
    path.write_bytes(bytes(data))


def cut(path: Path, held: dict[str, bytes]) -> None:
    zipped(path, held)
    path.write_bytes(path.read_bytes()[:2000])


def with_link(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link.png")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")


def npz(path: Path, **arrays: Any) -> None:
    np.savez_compressed(path.with_suffix(".npz"), allow_pickle=True, **arrays)
    os.replace(path.with_suffix(".npz"), path)


def npy(path: Path, header: str, data: bytes = b"", claimed: int | None = None) -> None:
    """Write an NPZ file with a header of one's own."""
    text = header.encode()
    length = len(text) if claimed is None else claimed
    zipped(path, {"images.npy": b"\x93NUMPY\x02\x00" + struct.pack("<I", length) + text + data})


def shaped(shape: str, descr: str = "'|u1'", fortran: bool = False) -> str:
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n"


class Bait:
    """An object whose unpickling would leave a trace."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("taken",)


def text(rows: Iterable[Iterable[object]]) -> bytes:
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


def rows(count: int = COUNT) -> list[list[object]]:
    return [["3", *pixels.ravel()] for pixels in drawings(count)]


def altered(row: int, column: int, value: object) -> Maker:
    table = rows()
    table[row][column] = value
    return lambda path: path.write_bytes(text(table)) and None


def written(data: bytes) -> Maker:
    return lambda path: path.write_bytes(data) and None


def folder(path: Path, held: dict[str, bytes]) -> None:
    path.mkdir()
    for name, data in held.items():
        (path / name).write_bytes(data)


def folder_of_pipes_and_links(path: Path) -> None:
    folder(path, {})
    os.mkfifo(path / "pipe.png")
    (path / "link.png").symlink_to("/etc/passwd")
    (path / "around").symlink_to(path)


PIXELS = drawings().astype(np.float64)
HOLED = np.where(np.arange(COUNT)[:, None, None] == 7, np.nan, PIXELS)
FEW = "too few different images"

REFUSED: dict[str, tuple[str, Maker]] = {
    "a bomb by its ratio": ("far more than images", lambda p: zipped(p, {"a.png": bytes(60_000_000)})),
    "a bomb by what it claims": ("claims to hold too much", lambda p: claiming(p, 0xFFFF0000)),
    "a bomb of empty files": (
        "too many files", lambda p: p.write_bytes(table_of_contents(b"%d" % i for i in range(200_000))) and None),
    "a table of contents without end": (
        "table of contents is too long",
        lambda p: p.write_bytes(table_of_contents([b"a"] * 300, bytes(60_000))) and None),
    "an archive in an archive": (
        "not a PNG or JPEG", lambda p: zipped(p, {"inner.zip": table_of_contents([b"a"])})),
    "a name that climbs": ("leads out", lambda p: zipped(p, good() | {"../../up.png": b"x"})),
    "a name that climbs inside": ("leads out", lambda p: zipped(p, good() | {"a/../../up.png": b"x"})),
    "an absolute name": ("leads out", lambda p: zipped(p, good() | {"/etc/up.png": b"x"})),
    "a name on a drive": ("leads out", lambda p: zipped(p, good() | {"C:\\up.png": b"x"})),
    "a name on a server": ("leads out", lambda p: zipped(p, good() | {"\\\\host\\up.png": b"x"})),
    "a link in an archive": ("It is a link", with_link),
    "an encrypted archive": ("encrypted", encrypted),
    "an archive packed otherwise": (
        "way that is not read", lambda p: zipped(p, {"a.png": bytes(100)}, zipfile.ZIP_LZMA)),
    "half an archive": (
        "archive is damaged", lambda p: cut(p, good())),
    "an empty archive": (FEW, lambda p: zipped(p, {})),
    "an image as large as a header can say": (
        "too large (2147483647", lambda p: zipped(p, {"a.png": png(2**31 - 1, 2**31 - 1)})),
    "an image of five megapixels": ("too large (2500 × 2000", lambda p: zipped(p, {"a.png": png(2500, 2000)})),
    "an image without pixels": ("no pixels (0 × 0)", lambda p: zipped(p, {"a.png": png(0, 0)})),
    "an image without rows": ("damaged", lambda p: zipped(p, {"a.png": png(2000, 2000)})),
    "an image of many parts": (
        "too many parts", lambda p: zipped(p, {"a.png": png(8, 8, chunk(b"IDAT", b"") * 30_000)})),
    "an image of many passes": ("too many passes", lambda p: zipped(p, {"a.jpg": jpeg_of_many_passes()}, 0)),
    "an image that is a page": ("not a PNG or JPEG", lambda p: zipped(p, {"a.png": b"<html></html>"})),
    "a moving picture of another kind": (
        "not a PNG or JPEG", lambda p: zipped(p, {"a.png": encoded(Image.new("L", (8, 8)), "GIF")})),
    "a file too large for an image": (
        "more than 16 MB", lambda p: zipped(p, {"a.png": np.random.default_rng(0).bytes(17 << 20)}, 0)),
    "pipes and links": ("It is a link, not a file", folder_of_pipes_and_links),
    "one image": (f"{FEW} to learn from. Got: 1 of 1 read. Allowed: at least 30", lambda p: folder(p, good(1))),
    "the same image again and again": (
        "1 of 50 read", lambda p: folder(p, {f"{i}.png": good(1)["0.png"] for i in range(50)})),
    "an array of objects": ("something else than numbers", lambda p: npz(p, images=np.array([Bait()] * 40))),
    "labels that are objects": (
        "something else than numbers",
        lambda p: npz(p, images=drawings(), labels=np.array([Bait()] * COUNT))),
    "an array of complex numbers": ("something else", lambda p: npz(p, images=PIXELS.astype(complex))),
    "an array of records": ("something else", lambda p: npy(p, shaped("(40, 8, 8)", "[('a', '|u1')]"))),
    "an array that claims to be endless": ("wrong length", lambda p: npy(p, shaped("(1000000000, 28, 28)"))),
    "an array of enormous images": ("too large", lambda p: npy(p, shaped("(40, 100000, 100000)"))),
    "an array of negative length": ("wrong length", lambda p: npy(p, shaped("(-40, 8, 8)"))),
    "an array without pixels": ("no pixels", lambda p: npy(p, shaped("(40, 0, 8)"))),
    "an array of five dimensions": ("wrong shape", lambda p: npz(p, images=PIXELS[:, None, None])),
    "an array of two dimensions": ("wrong shape", lambda p: npz(p, images=PIXELS[:, 0])),
    "a number alone": ("wrong length", lambda p: npz(p, images=np.float64(1))),
    "a header without end": (
        "no readable header", lambda p: npy(p, " " * 30_000_000, claimed=30_000_000)),
    "a header that is code": ("damaged", lambda p: npy(p, "__import__('os').mkdir('taken')")),
    "a header of brackets": ("damaged", lambda p: npy(p, "(" * 900)),
    "an array stored by columns": ("column by column", lambda p: npz(p, images=np.asfortranarray(PIXELS))),
    "an array cut short": ("cut short", lambda p: npy(p, shaped("(40, 8, 8)"), bytes(100))),
    "a hole": ("no grey levels. Got: nan", lambda p: npz(p, images=HOLED)),
    "an infinite number": ("no grey levels", lambda p: npz(p, images=np.where(np.isnan(HOLED), np.inf, PIXELS))),
    "negative numbers": ("no grey levels", lambda p: npz(p, images=PIXELS - 128)),
    "numbers on two scales": (
        "do not fit the ones before", lambda p: npz(p, images=np.concatenate([PIXELS / 255, PIXELS]))),
    "sixteen bits in an array": ("no grey levels", lambda p: npz(p, images=(PIXELS * 257).astype(np.uint16))),
    "a label too few": ("one label for each", lambda p: npz(p, images=drawings(), y=np.zeros(COUNT - 1))),
    "a class for each image": (
        "too many classes", lambda p: npz(p, images=drawings(200), labels=np.arange(200))),
    "no images in an array file": ("has no images. Got: z", lambda p: npz(p, z=PIXELS)),
    "rows of several lengths": ("differ in length. Got: 64 values in row 8", lambda p: p.write_bytes(
        text([row[: 64 if i == 7 else 65] for i, row in enumerate(rows())])) and None),
    "a word among the numbers": ("Row 10 holds something that is no number. Got: 'cat'", altered(9, 30, "cat")),
    "a gap among the numbers": ("no number", altered(9, 30, "")),
    "code among the numbers": ("no number", altered(9, 30, "__import__('os').mkdir('taken')")),
    "a number beyond all bounds": ("row 10 are no grey levels. Got: 0 to inf", altered(9, 30, "1e999")),
    "a number of many digits": ("no grey levels", altered(9, 30, "9" * 300)),
    "a number of very many digits": ("no grey levels", altered(9, 30, "9" * 300_000)),
    "no number, as text": ("no grey levels. Got: nan", altered(9, 30, "nan")),
    "a negative number, as text": ("no grey levels", altered(9, 30, "-1")),
    "a line without end": ("Line 1 is too long", written(b"1," * 10_000_000)),
    "a line without end later": ("Line 41 is too long", written(text(rows()) + b"\n" + b"1," * 10_000_000)),
    "lines without anything": ("too many empty lines", written(b"\n" * 5_000_000)),
    "a header alone": (FEW, written(b"label," + b",".join(b"p%d" % i for i in range(64)))),
    "rows that are no squares": ("are no images. Got: 63 values", written(text(row[:63] for row in rows()))),
    "text of two bytes a letter": ("holds no data set", written("1,2,3\n".encode("utf-16") * 50)),
    "an empty file": ("holds no data set", written(b"")),
    "one picture": ("holds no data set", written(good(1)["0.png"])),
    "zeros": ("holds no data set", written(bytes(1000))),
    "a place that is not there": ("can't be read", lambda p: None),
    "a pipe": ("neither a file nor a folder", lambda p: os.mkfifo(p)),
}  # fmt: skip
"""What is wrong, to the words that say so and what makes it."""


def large_but_harmless(path: Path) -> None:
    """Write an archive of pictures that are as large as they may be, and cost as much memory as any."""
    noise = np.random.default_rng(0).integers(0, 256, (2000, 2000, 4), dtype=np.uint8)
    opaque = Image.fromarray(noise[:, :, :3].copy())
    palette = Image.fromarray(noise[..., 0].copy(), "P")
    palette.putpalette(bytes(range(256)) * 3)
    texts = [chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes([65 + i]) * (1 << 20))) for i in range(60)]
    held = good() | {
        "clear.png": encoded(Image.fromarray(noise), compress_level=0),
        "deep.png": encoded(Image.fromarray(noise[..., 0].astype(np.uint16)), compress_level=0),
        "press.jpg": encoded(opaque.convert("CMYK"), "JPEG", quality=60),
        "passes.jpg": encoded(opaque, "JPEG", quality=60, progressive=True),
        "palette.png": encoded(palette, compress_level=0),
        "long.png": encoded(Image.new("L", (4_000_000, 1), 77)),
        "texts.png": png(8, 8, *texts, rows=(b"\0" + bytes(range(8))) * 8),
    }
    zipped(path, held, zipfile.ZIP_STORED)
