"""Images in a text file, a row of numbers each, as Kaggle publishes MNIST; a header and labels may be there or not."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.class_folders import clean
from vae_core.datasets.found import Found
from vae_core.datasets.levels import Levels
from vae_core.datasets.limits import MOST_LINE_BYTES
from vae_core.datasets.picture import ImageOptions, from_array
from vae_core.errors import DatasetError

LABELS = ("label", "labels", "class", "y", "target")
EDGES = (2, 256)
"""Pixels along an edge of an image in a row."""
SHAPES = "a square number of pixels in a row, or three times one for RGB, and perhaps a label first or last"
_LOOKED_AT = 64
"""Rows that tell which column is the label."""
_PIECE_BYTES = 1 << 18
_MOST_EMPTY = 1_000


@dataclasses.dataclass(frozen=True)
class _Form:
    """How rows are written: what parts the numbers, how many there are, where the label is, and the image's shape."""

    delimiter: str
    columns: int
    label: int | None
    shape: tuple[int, int, int]


@dataclasses.dataclass(frozen=True)
class _Row:
    number: int
    text: str
    done: float


@dataclasses.dataclass(frozen=True)
class CsvSource:
    """An open text file."""

    file: IO[bytes]

    def images(self, options: ImageOptions, few: int | None = None) -> Iterator[Found]:
        """Yield the images in their order."""
        rows = _rows(self.file)
        first = list(itertools.islice(rows, _LOOKED_AT))
        if not first:
            raise DatasetError("The file is empty.")
        form, has_header = _form([row.text for row in first])
        levels = Levels()
        wanted = itertools.chain(first[has_header:], rows)
        for piece in _pieces(wanted if few is None else itertools.islice(wanted, few)):
            yield from _images(piece, form, levels, options)


def _rows(file: IO[bytes]) -> Iterator[_Row]:
    size = max(1, file.seek(0, 2))
    file.seek(0)
    empty = 0
    for number in itertools.count(1):
        line = file.readline(MOST_LINE_BYTES + 1)
        if not line:
            return
        if len(line) > MOST_LINE_BYTES:
            raise DatasetError(
                f"Line {number} is too long to be an image.", allowed=f"{MOST_LINE_BYTES >> 20} MB a line"
            )
        text = line.decode("utf-8-sig", "replace").strip().replace('"', "")
        if text:
            yield _Row(number, text, file.tell() / size)
        elif (empty := empty + 1) > _MOST_EMPTY:
            raise DatasetError("The file has too many empty lines.", next_step="Remove them.")


def _form(lines: Sequence[str]) -> tuple[_Form, bool]:
    """Return how the rows are written, told from the first ones, and whether the first is a header."""
    delimiter = max(",;\t", key=lines[0].count)
    fields = [field.strip() for field in lines[0].split(delimiter)]
    named = next((i for i, field in enumerate(fields) if field.lower() in LABELS), None)
    words = sum(not _is_number(field) for field in fields)
    has_header = named is not None or words > 1
    columns = len(fields)
    if named is None and _shape(columns) is None:
        named = _label_column([line.split(delimiter) for line in lines[has_header:]], columns)
    shape = _shape(columns - (named is not None))
    if shape is None:
        raise DatasetError(
            "The rows are no images.", got=f"{columns:,} values in the first row", allowed=SHAPES
        )
    return _Form(delimiter, columns, named, shape), has_header


def _label_column(rows: Sequence[Sequence[str]], columns: int) -> int:
    """Return the first or the last column: the one with words, or else the one with fewer values, but not one alone."""
    rows = [row for row in rows if len(row) == columns]
    for column in (0, columns - 1):
        if any(not _is_number(row[column]) for row in rows):
            return column
    values = {column: len({row[column] for row in rows}) for column in (0, columns - 1)}
    return min(values, key=lambda column: (values[column] < 2, values[column]))


def _shape(values: int) -> tuple[int, int, int] | None:
    for channels in (1, 3):
        edge = math.isqrt(values // channels)
        if edge * edge * channels == values and EDGES[0] <= edge <= EDGES[1]:
            return edge, edge, channels
    return None


def _pieces(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    piece: list[_Row] = []
    size = 0
    for row in rows:
        piece.append(row)
        size += len(row.text)
        if size > _PIECE_BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _images(piece: list[_Row], form: _Form, levels: Levels, options: ImageOptions) -> Iterator[Found]:
    parted = [_parted(row, form) for row in piece]
    values = _numbers([numbers for _, numbers in parted], piece, form)
    height, width, _ = form.shape
    for row, (label, _), pixels in zip(piece, parted, values, strict=True):
        picture = levels.scaled(pixels, f"row {row.number}").reshape(form.shape)
        yield Found(f"row {row.number}", row.done, from_array(picture, options), width, height, label)


def _parted(row: _Row, form: _Form) -> tuple[str | None, str]:
    """Return the label, if there is one, and the numbers of a row."""
    count = row.text.count(form.delimiter) + 1
    if count != form.columns:
        raise DatasetError(
            "The rows differ in length.",
            got=f"{count:,} values in row {row.number}",
            allowed=f"{form.columns:,}",
        )
    if form.label is None:
        return None, row.text
    fields = row.text.split(form.delimiter)
    label = fields.pop(form.label).strip()
    if _is_number(label) and float(label).is_integer():
        label = str(int(float(label)))
    return label, form.delimiter.join(fields)


def _numbers(texts: list[str], piece: list[_Row], form: _Form) -> NDArray[np.float64]:
    try:
        return np.loadtxt(texts, np.float64, comments=None, delimiter=form.delimiter, ndmin=2)
    except ValueError:
        for row, text in zip(piece, texts, strict=True):
            wrong = next((field for field in text.split(form.delimiter) if not _is_number(field)), None)
            if wrong is not None:
                raise DatasetError(
                    f"Row {row.number} holds something that is no number.",
                    got=repr(clean(wrong.strip() or " ")),
                ) from None
        raise


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False
