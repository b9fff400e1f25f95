"""Paths between images on a page: their images under one slider, their lines on the map, their strips."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, paths, state
from explorer.panels import locator
from explorer.paths import Route
from explorer.serving import parcels
from explorer.serving.parcels import Parcel
from vae_core import web

DASHES = {"lerp": "1.5 3.5", "slerp": "6 4", "geodesic": "none"}
_SCRIPTS = ("packed.js", "parcel.js", "path_player_host.js")
READING = (
    "Bars and numbers: how far apart neighbouring images are, in the L2 distance over all pixels from 0 to 1. Length "
    "adds it up along the way; energy is ½ ∫ (distance / time)² dt, at least half the squared length, and just that at "
    "constant speed."
)
VOTES = (
    " Words: the class that most of the 15 nearest held-out codes have, and its share of them below 100 %."
)
MIXED = " Words: the nearer class, and its share of the vector that the decoder adds, below 100 %."
UNSURE = " Lengths and energies count how the uncertainty of the pixels changes as well; the bars do not."

_player = st.components.v2.component(
    "latent_explorer.path_player",
    js=web.script("path_view.js")
    + "\n".join(Path(__file__).with_name(name).read_text("utf-8") for name in _SCRIPTS),
)


def draw(route: Route, kinds: Sequence[str], steps: int) -> float:
    """Draw the paths of some kinds along a route, `steps` images in a strip; return where on them one is."""
    key = f"paths.{route.trained.name}"
    seen = f"_{key}"
    sent = read_t(state.get(key))
    if sent is not None and sent != state.get(seen):
        state.put(seen, sent)
        state.put(state.T, sent)
    t = state.number(state.T, 0.0, 1.0, 0.5)
    own = cache.identity(route.trained)
    made = _parcel(own, tuple(kinds), route.stops, route.labels, steps, route.unsure, route)
    _player(key=key, data={**parcels.post(made), "t": t}, on_t_change=_nothing)
    return t


def read_t(sent: Any) -> float | None:
    """Return the place that a browser sent, 0 to 1; None where it sent nothing of the kind.

    >>> read_t({"t": 0.25}), read_t({"t": "1"}), read_t({"t": 7}), read_t(None)
    (0.25, None, None, None)
    """
    value = sent.get("t") if isinstance(sent, dict) else getattr(sent, "t", None)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value) if 0 <= value <= 1 else None


def _nothing() -> None:
    """Ask for the component's value in its result."""


@st.cache_resource(max_entries=24, show_spinner=False)
def _parcel(
    own: str,
    kinds: tuple[str, ...],
    stops: NDArray[np.float32],
    labels: tuple[int, ...],
    steps: int,
    unsure: bool,
    _route: Route,
) -> Parcel:
    return parcels.parcel(_route.trained.name, *packed(_route, kinds, steps))


def packed(route: Route, kinds: Sequence[str], steps: int) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what the page needs of some paths: JSON-ready words, and arrays."""
    trained, decode = route.trained, route.decoder.decode
    found = [paths.measured(route, kind) for kind in kinds]
    rows = [decode(path.at(steps)) for path in found]
    told = [route.words(path.at(steps)) for path in found]
    shown = locator.ground(trained, route.unsure, heated=route.across is None)
    if told[0] is None:
        words = ""
    else:
        words = VOTES if route.across is None else MIXED
    count = len(route.stops)
    about: dict[str, Any] = {
        "ways": [
            {
                "name": paths.NAMES[kind],
                "dash": DASHES[kind],
                "told": [f"Length {path.length:.1f} L2", f"Energy {_short(path.energy)} L2²"],
                "note": path.note,
                "apart": np.linalg.norm(np.diff(row.reshape(steps, -1), axis=0), axis=1).tolist(),
                "classes": classes,
            }
            for kind, path, row, classes in zip(kinds, found, rows, told, strict=True)
        ],
        "count": paths.FINE,
        "shape": list(trained.image_shape),
        "stops": [{"letter": letter, "t": k / (count - 1)} for k, letter in enumerate(letters(count))],
        "map": shown.about,
        "reading": READING + words + (UNSURE if route.unsure else ""),
    }
    arrays: dict[str, NDArray[Any]] = {
        "frames": _bytes(np.stack([decode(path.codes) for path in found])),
        "strips": _bytes(np.stack(rows)),
        "places": np.stack([shown.place(route.on_map(path.codes)) for path in found])
        .astype(np.float32)
        .ravel(),
    }
    return about, arrays


def letters(count: int) -> list[str]:
    """Return the names of stops: A first, B last, those on the way by number.

    >>> letters(2), letters(4)
    (['A', 'B'], ['A', '1', '2', 'B'])
    """
    return ["A", *(str(k) for k in range(1, count - 1)), "B"]


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _bytes(images: NDArray[np.float32]) -> NDArray[np.uint8]:
    return (np.clip(np.nan_to_num(images), 0, 1) * 255 + 0.5).astype(np.uint8).ravel()
