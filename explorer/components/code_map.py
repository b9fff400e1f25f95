"""An image's map of codes on a page: codes are swapped there, decoded here."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, state
from explorer.figures import codes as figures
from explorer.figures import theme
from explorer.figures.pixels import data_uri, picture
from explorer.figures.sprites import sprite

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

MOST_IMAGES = 500
"""Held-out images that tell what a code stands for, and how often it is used."""
SIDE = 168
Codes = NDArray[np.int64]

_code_map = st.components.v2.component(
    "latent_explorer.code_map", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


class Book(NamedTuple):
    """What a page shows of a book of K codes.

    Attributes
    ----------
    colours : list of str
        A CSS colour for each.
    sprite : str
        Their patches side by side, as a data address.
    patch : (width, height)
    shares : list of float
        Of all places of held-out images, the share that has each code.
    order : list of int
        The codes, most used first.
    """

    colours: list[str]
    sprite: str
    patch: tuple[int, int]
    shares: list[float]
    order: list[int]

    @property
    def perplexity(self) -> float:
        """How many codes would do if all were used alike."""
        shares = np.array([share for share in self.shares if share > 0])
        return float(np.exp(-(shares * np.log(shares)).sum()))

    @property
    def used(self) -> int:
        """How many codes are used at all."""
        return sum(share > 0 for share in self.shares)


@functools.lru_cache(maxsize=8)
def book(trained: TrainedModel) -> Book:
    """Return what a page shows of a model's codes, as its held-out images use them."""
    maps = own_codes(trained)[:MOST_IMAGES]
    count = trained.codebook_size
    found, uses = figures.patches(trained.decode_codes(maps), maps, count)
    _, _, height, width = found.shape
    pixels = (np.clip(found, 0, 1) * 255 + 0.5).astype(np.uint8)
    return Book(
        figures.colours(trained.code_table()),
        sprite(pixels, count),
        (width, height),
        (uses / max(uses.sum(), 1)).tolist(),
        np.argsort(-uses, kind="stable").tolist(),
    )


def own_codes(trained: TrainedModel) -> Codes:
    """Return the maps of codes [N, h, w] of the held-out images on a model's map."""
    codes = trained.latent_map.codes
    assert codes is not None
    return codes


def draw(trained: TrainedModel, row: int) -> Codes:
    """Draw the codes of the held-out image in a row of the model's map; return them as swapped, [h, w]."""
    own, shown, key = own_codes(trained)[row], book(trained), f"code-map.{trained.name}.{row}"
    codes = read_codes(_sent(state.get(key)), own, trained.codebook_size)
    data: dict[str, Any] = {
        "rows": own.shape[0],
        "columns": own.shape[1],
        "own": own.ravel().tolist(),
        "codes": codes.ravel().tolist(),
        "images": _images(trained, row, np.stack([own, codes])),
        "mark": theme.ACCENT,
        **shown._asdict(),
    }
    result = _code_map(key=key, data=data, on_codes_change=_nothing)
    return read_codes(_sent(result), own, trained.codebook_size)


def read_codes(sent: object, own: Codes, count: int) -> Codes:
    """Return the codes [h, w] that a browser sent, or an image's `own` where they are not that many codes of the book.

    >>> read_codes([1, 0, 2, 2], np.zeros((2, 2), np.int64), 3).tolist()
    [[1, 0], [2, 2]]
    >>> read_codes([1, 0, 3, 2], np.zeros((2, 2), np.int64), 3).tolist()
    [[0, 0], [0, 0]]
    """
    if not isinstance(sent, (list, tuple)) or len(sent) != own.size:
        return own
    if not all(type(code) is int and 0 <= code < count for code in sent):
        return own
    return np.array(sent, np.int64).reshape(own.shape)


def _sent(result: Any) -> object:
    return result.get("codes") if isinstance(result, dict) else getattr(result, "codes", None)


def _nothing() -> None:
    """Ask for the component's value in its result."""


def _images(trained: TrainedModel, row: int, codes: Codes) -> list[dict[str, str]]:
    """Return the original where it is here, its copy, and what the swapped codes decode to."""
    copy, swapped = trained.decode_codes(codes)
    originals = cache.originals(trained, [row])
    named: list[tuple[str, NDArray[Any]]] = [("Its copy", copy), ("With your codes", swapped)]
    if originals is not None:
        named.insert(0, ("The image", originals[0]))
    return [{"title": title, "source": data_uri(picture(image, SIDE))} for title, image in named]
