"""The canvas on a page: a drawing is seen by the model while it is made, and read back once it rests."""

from __future__ import annotations

import base64
import binascii
import functools
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import state
from explorer.components import latent_pad
from explorer.own_images import inputs
from explorer.serving import parcels
from vae_core import web
from vae_core.errors import PageEncoderError
from vae_core.export.encoder_weights import encoder_payload

if TYPE_CHECKING:
    from explorer.serving.parcels import Parcel
    from vae_core.trained import TrainedModel

MOST_PASTED_BYTES = 8_000_000
MOST_PASTED = 4
Drawing = NDArray[np.uint8]

_SCRIPTS = ("packed.js", "parcel.js", "sketch_host.js")
_sketch = st.components.v2.component(
    "latent_explorer.sketch",
    js=web.script("sketch.js")
    + "\n".join(Path(__file__).with_name(name).read_text("utf-8") for name in _SCRIPTS),
)


class Drawn(NamedTuple):
    """What came from the page: the drawing [H, W] as the model's size, None where it is blank, and pasted files."""

    drawing: Drawing | None
    pasted: tuple[bytes, ...] = ()
    refused: int = 0


def draw(trained: TrainedModel, name: str, *, plain: bool = False) -> Drawn:
    """Draw the canvas called `name`, with the map beside it unless it is to be `plain`."""
    shape = trained.image_shape
    key = f"sketch.{name}"
    sent = read_drawing(_part(state.get(key), "drawn"), shape)
    if sent is not None:
        state.put(_key(name), sent if sent.size else None)
    held = drawing(trained, name)
    encoder = None if trained.is_discrete else _encoder(trained)
    data: dict[str, Any] = {
        "model": None if trained.is_discrete else latent_pad.name_in_page(trained),
        "encoder": None if encoder is None else parcels.post(encoder),
        "shape": list(shape),
        "memory": name,
        "plain": plain,
        "takesPasted": not plain,
        "label": f"Canvas, seen by {trained.name}",
        "share": inputs.share_of(trained),
        "centres": trained.config.data.name not in inputs.PLACED,
        "hasVotes": trained.given_class is None,
        "hint": "Draw here" + ("" if plain else " with the mouse, a finger or a pen"),
        "held": "" if held is None else _text(held),
        "answer": None,
    }
    if held is not None and (encoder is None or latent_pad.needs_server(trained)):
        data["answer"] = _answer(trained, held)
    result = _sketch(
        key=key, data=data, on_drawn_change=_nothing, on_pasted_change=_nothing, on_lost_change=_nothing
    )
    return Drawn(held, *read_pasted(_part(result, "pasted")))


def drawing(trained: TrainedModel, name: str) -> Drawing | None:
    """Return what was drawn last on a canvas at the size of a model's images, [H, W]; None where nothing was."""
    held = state.get(_key(name))
    fits = isinstance(held, np.ndarray) and held.shape == trained.image_shape[1:]
    return held if fits else None


def read_drawing(sent: object, shape: tuple[int, int, int]) -> Drawing | None:
    """Return the drawing [H, W] that a browser sent, an empty array for a blank canvas, None for anything else.

    >>> read_drawing({"image": "AP8B/w==", "shape": [1, 2, 2]}, (1, 2, 2)).tolist()
    [[0, 255], [1, 255]]
    >>> read_drawing({"image": "AP8B/w==", "shape": [1, 2, 2]}, (1, 8, 8)) is None
    True
    """
    if not isinstance(sent, dict) or sent.get("shape") != list(shape):
        return None
    _, height, width = shape
    pixels = _bytes(sent.get("image"), height * width)
    if pixels is None or len(pixels) not in (0, height * width):
        return None
    flat = np.frombuffer(pixels, np.uint8)
    return flat.reshape(height, width) if flat.size else flat


def read_pasted(sent: object) -> tuple[tuple[bytes, ...], int]:
    """Return the files that a browser says were pasted, and how many were too large or are none.

    >>> read_pasted({"images": ["iVBO", 7], "refused": 1})
    ((b'\\x89PN',), 2)
    """
    if not isinstance(sent, dict) or not isinstance(sent.get("images"), list):
        return (), 0
    images = sent["images"]
    files = [_bytes(image, MOST_PASTED_BYTES) for image in images[:MOST_PASTED]]
    kept = tuple(file for file in files if file)
    told = sent.get("refused")
    more = int(told) if isinstance(told, (int, float)) and 0 < told < 100 else 0
    return kept, more + len(images) - len(kept)


def _bytes(text: object, most: int) -> bytes | None:
    if not isinstance(text, str) or len(text) > 4 * math.ceil(most / 3):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _text(pixels: NDArray[np.uint8]) -> str:
    return base64.b64encode(pixels.tobytes()).decode()


def _key(name: str) -> str:
    return f"_drawing.{name}"


def _part(result: Any, name: str) -> object:
    return result.get(name) if isinstance(result, dict) else getattr(result, name, None)


def _nothing() -> None:
    """Ask for the component's value in its result."""


def _answer(trained: TrainedModel, held: Drawing) -> dict[str, Any]:
    """Return what the page shows of a drawing where it can't run the model itself."""
    image = np.repeat(held[None, None], trained.image_shape[0], axis=1)
    mu, sigma = trained.encode(image)
    copy = np.rint(trained.decode(mu)[0] * 255).astype(np.uint8)
    logvar = None if not sigma.any() else (2 * np.log(sigma[0])).tolist()
    return {"mu": mu[0].tolist(), "logvar": logvar, "copy": _text(copy)}


@functools.lru_cache(maxsize=8)
def _encoder(trained: TrainedModel) -> Parcel | None:
    try:
        made = encoder_payload(trained)
    except PageEncoderError:
        return None
    return parcels.parcel(f"{trained.name}-encoder", {"program": made.program}, {"w": made.w})
