"""A model's training replayed on a page: what the component needs of its moments."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, planes
from explorer.figures import theme
from explorer.serving import parcels
from vae_core import web
from vae_core.moments import LEVELS, SIDE

if TYPE_CHECKING:
    from explorer.serving.parcels import Parcel
    from vae_core.moments import Replay
    from vae_core.trained import TrainedModel

_SCRIPTS = ("packed.js", "parcel.js", "replay_host.js")
TOLD = {
    "reconstruction": ("reconstruction", ".1f"),
    "features": ("features", ".1f"),
    "kl": ("KL", ".1f"),
    "prior": ("rate", ".1f"),
    "discriminator": ("discriminator", ".2f"),
}
"""Terms that a moment tells, with their names and formats."""

_replay = st.components.v2.component(
    "latent_explorer.replay",
    js=web.script("replay.js")
    + "\n".join(Path(__file__).with_name(name).read_text("utf-8") for name in _SCRIPTS),
)


def draw(trained: TrainedModel, key: str) -> None:
    """Draw the replay of a model that has moments; all of it is in the page, so that the slider waits for nothing."""
    _replay(key=key, data=parcels.post(_parcel(trained, cache.originals_here(trained))))


@functools.lru_cache(maxsize=4)
def _parcel(trained: TrainedModel, with_images: bool) -> Parcel:
    return parcels.parcel(trained.name, *_packed(trained, with_images))


def _packed(trained: TrainedModel, with_images: bool) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    replay = trained.replay
    assert replay is not None
    moments = replay.moments
    # One plane for all moments, the one that shows the last one best.
    mu = [moment.mu.astype(np.float32) for moment in moments]
    labels = None if replay.labels is None else replay.labels.astype(np.int64)
    view = planes.view_of(mu[-1], labels, "pca", (0, 1))
    points = [
        view.plane.project(codes)
        if view.plane is not None and len(codes)
        else planes.view_of(codes, labels, "axes", (0, 1)).points
        for codes in mu
    ]
    has_prior = trained.has_prior
    origin = np.zeros((1, trained.latent_dim), np.float32)
    centre = np.zeros(2)
    if has_prior and view.plane is not None:
        centre = view.plane.project(origin)[0]
    elif trained.has_encoder:
        centre = points[-1].mean(0)
    tiles = [np.frombuffer(moment.tiles, np.uint8) for moment in moments]
    originals = cache.held_out(trained, replay.copied) if with_images else None
    about = {
        "classNames": list(trained.class_names or ()),
        "colours": list(theme.PALETTE),
        "axes": list(view.titles),
        "centre": centre.tolist(),
        "hasPrior": has_prior and view.plane is not None,
        "steps": [moment.step for moment in moments],
        "told": [_told(trained.history, moment.step) for moment in moments],
        "ends": np.cumsum([len(part) for part in tiles]).tolist(),
        "tile": list(replay.tile),
        "levels": LEVELS,
        "side": SIDE,
        "copies": len(replay.copied),
        "gridTitle": _grid_title(trained),
        "label": f"Moment of the training of {trained.name}",
    }
    arrays = {
        "points": np.concatenate(points).astype(np.float32).ravel(),
        "labels": None if labels is None else labels.astype(np.int32),
        "tiles": np.concatenate(tiles),
        "originals": None if originals is None else _levels(originals, replay),
    }
    return about, {name: array for name, array in arrays.items() if array is not None}


def _grid_title(trained: TrainedModel) -> str:
    law = "the prior" if trained.has_prior else "the codes"
    if trained.is_discrete:
        return f"{SIDE**2} draws from the learned prior, from the same random numbers"
    if trained.latent_dim <= 2:
        return f"Decoded at quantiles of {law}"
    return f"Decoded from the same {SIDE**2} draws of {law}" + ("" if trained.has_prior else ", scaled")


def _told(history: list[dict[str, Any]], step: int) -> str:
    """Return what was logged last by a step, in words."""
    records = [record for record in history if record.get("kind") == "train" and record["step"] <= step]
    if not records:
        return "before the first step"
    last = records[-1]
    parts = [f"{last['seconds']:.1f} s"]
    parts += [f"{title} {last[term]:{form}}" for term, (title, form) in TOLD.items() if term in last]
    return " · ".join(parts) + " nats per image"


def _levels(images: NDArray[np.uint8], replay: Replay) -> NDArray[np.uint8]:
    """Return images [R, C, H, W] at the size and in the levels of the tiles, as a flat array."""
    _, height, width = replay.tile
    # The nearest pixel: tiles are smaller than images only from 33 pixels on.
    down, across = (
        np.arange(n) * side // n for n, side in zip((height, width), images.shape[2:], strict=True)
    )
    small = images[:, :, down][:, :, :, across]
    return np.rint(small / 255 * LEVELS).astype(np.uint8).ravel()
