"""The latent pad on a page: the model's arrays fetched once, the view drawn, what the viewer does read back."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, places, planes, state
from explorer.components.pad_state import PadSpace, PadState, read_state
from explorer.figures import theme
from explorer.figures.sprites import sprite
from explorer.serving import fields, parcels
from vae_core import web
from vae_core.errors import PageDecoderError
from vae_core.export.weights import decoder_payload, halved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.directions.sliders import Slider
    from explorer.serving.parcels import Parcel
    from vae_core.trained import TrainedModel

ATLAS_SIDE = 41
MOST_THUMBNAILS = 1500
SPRITE_COLUMNS = 50
ATLAS_NOTICE = (
    f"This decoder has parts that a page can't run: you see blends of {ATLAS_SIDE} × {ATLAS_SIDE} images "
    "that were decoded beforehand."
)
REMOTE_NOTICE = "This decoder has parts that a page can't run: the server decodes, up to four times a second."
_FOLDER = Path(__file__).parent
_MODELS_SCRIPTS = ("packed.js", "parcel.js", "models_in_page.js")
_PAD_SCRIPTS = ("packed.js", "parcel.js", "latent_pad_host.js")

_pad_script = st.components.v2.component(
    "latent_explorer.pad_script",
    js=web.script("latent_pad.js") + _FOLDER.joinpath("pad_script.js").read_text("utf-8"),
)
_models_in_page = st.components.v2.component(
    "latent_explorer.models_in_page",
    js="\n".join(_FOLDER.joinpath(name).read_text("utf-8") for name in _MODELS_SCRIPTS),
)
_latent_pad = st.components.v2.component(
    "latent_explorer.latent_pad",
    js="\n".join(_FOLDER.joinpath(name).read_text("utf-8") for name in _PAD_SCRIPTS),
)


def bring_script() -> None:
    """Bring the pad's script into the page; drawn outside the pages, once."""
    _pad_script(key="pad-script", height=1)


def bring(trained: TrainedModel, key: str = "models-in-page") -> None:
    """Have the page fetch a model's arrays; what is drawn outside the pages outlasts a change of page."""
    told = parcels.post(_luggage(trained, cache.originals_here(trained)))
    _models_in_page(key=key, data=told, height=1, on_lost_change=_nothing)


def picture(name: str, trained: TrainedModel) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what a page that follows a model in training needs of it, for pads of that `name`."""
    about, arrays = _packed(trained, False)
    if "w" in arrays:
        # Half the bytes, twice a second; what is shown is a sketch of a moment.
        arrays["w"] = halved(arrays["w"])
    about |= about.pop("decoder") | {"name": name}
    return about, {f"{name}.{part}": array for part, array in arrays.items()}


def draw_live(name: str, trained: TrainedModel, layout: str = "map", linked: str = "") -> None:
    """Draw the pad on a model in training, as its pictures come; the cursor stays where the viewer puts it.

    `layout` and `linked` are as for :func:`draw`.
    """
    data = {
        "model": name,
        "layout": layout,
        "linked": linked,
        "label": "Latent space of the model in training",
        "state": dataclasses.asdict(_usual(trained)),
        "stamp": 0,
    }
    _latent_pad(key=f"pad.{name}", data=data)


def shown(trained: TrainedModel) -> PadState:
    """Return what the viewer sees on the pad, without drawing it."""
    return state.pad(trained.name, space_of(trained), _usual(trained))[0]


def draw(trained: TrainedModel, layout: str, linked: str = "", made: Sequence[Slider] = ()) -> PadState:
    """Draw the pad and return what the viewer sees on it.

    Parameters
    ----------
    trained : TrainedModel
        A model that :func:`bring` has brought.
    layout : str
        ``map``, where the map is the large part, ``image``, where the image and the sliders are, ``small``, or
        ``slide`` for a projector.
    linked : str
        Pads with the same word here follow each other's cursor, view, hovered image and class filter.
    made : sequence of Way
        Directions that have sliders above those of the dimensions.
    """
    shown, stamp = state.pad(trained.name, space_of(trained), _usual(trained))
    key = f"pad.{linked or layout}.{trained.name}"
    # The viewer may be at another plane already.
    seen = _sent(state.get(key), shown, stamp, trained)
    data: dict[str, Any] = {
        "model": name_in_page(trained),
        "fields": fields.offer(trained, name_in_page(trained), seen),
        "made": [slider.about for slider in made],
        "layout": layout,
        "linked": linked,
        "label": f"Latent space of {trained.name}" + _class_of(trained),
        "state": dataclasses.asdict(shown),
        "stamp": stamp,
    }
    if needs_server(trained):
        shown = seen
        data |= {"image": _pixels(trained, shown), "imageAt": list(shown.z)}
    result = _latent_pad(key=key, data=data, on_place_change=_nothing)
    shown = _sent(result, shown, stamp, trained)
    state.keep_pad(trained.name, shown)
    return shown


def name_in_page(trained: TrainedModel) -> str:
    """Return the name under which the page keeps a model that :func:`bring` has brought."""
    return _luggage(trained, cache.originals_here(trained)).name


def space_of(trained: TrainedModel) -> PadSpace:
    """Return what a state of this model's pad must fit."""
    codes = trained.latent_map
    return PadSpace(trained.latent_dim, len(codes.mu), len(trained.class_names or ()))


def _nothing() -> None:
    """Ask for the component's value in its result."""


def _sent(result: Any, before: PadState, stamp: int, trained: TrainedModel) -> PadState:
    """Return the state in what the component sent; one from before Python last moved the pad is out of date."""
    sent = result.get("place") if isinstance(result, dict) else getattr(result, "place", None)
    if not isinstance(sent, dict) or sent.get("stamp") != stamp:
        return before
    return read_state(sent, before, space_of(trained))


def _usual(trained: TrainedModel) -> PadState:
    z = tuple(round(float(value), 4) for value in places.start(trained))
    if not trained.has_encoder:
        return PadState(z, layers=("grid", "prior"))
    return PadState(z, "pca" if trained.latent_dim > 2 else "1,2")


def _pixels(trained: TrainedModel, shown: PadState) -> NDArray[np.uint8]:
    return _bytes(trained.decode(np.asarray([shown.z], np.float32)))


def _bytes(images: NDArray[np.float32]) -> NDArray[np.uint8]:
    return (images * 255 + 0.5).astype(np.uint8).ravel()


@functools.lru_cache(maxsize=8)
def needs_server(trained: TrainedModel) -> bool:
    """Tell whether the page can't decode by itself, and the server decodes for it."""
    return "remote" in _decoder(trained)[0]


@functools.lru_cache(maxsize=8)
def _luggage(trained: TrainedModel, with_images: bool) -> Parcel:
    """Return what the page needs of a model on disk."""
    return parcels.parcel(trained.name, *_packed(trained, with_images))


def _packed(trained: TrainedModel, with_images: bool) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what the page needs of a model: JSON-ready words, and arrays."""
    codes = trained.latent_map
    decoder, arrays = _decoder(trained)
    mean, factor = places.draw_law(trained)
    order = places.dimension_order(trained)
    thumbnails, rows = _thumbnails(trained) if with_images else (None, None)
    about = {
        "decoder": decoder,
        "notice": ATLAS_NOTICE if "atlas" in decoder else REMOTE_NOTICE if "remote" in decoder else None,
        "thumbnails": thumbnails,
        "classNames": list(trained.class_names) if trained.class_names else None,
        "colours": list(theme.PALETTE),
        "hasPrior": trained.has_prior,
        "limit": places.slider_limit(trained),
        "centre": places.start(trained).tolist(),
        "draw": {"mean": mean.tolist(), "factor": factor.ravel().tolist()},
        "order": [dimension for dimension, _ in order],
        "told": _told(trained, order),
    }
    arrays |= {
        "mu": codes.mu.ravel(),
        "logvar": None if codes.logvar is None else codes.logvar.ravel(),
        "labels": None if codes.labels is None else codes.labels.astype(np.int32),
        "thumbnail_rows": rows,
    }
    return about, {key: array for key, array in arrays.items() if array is not None}


def _decoder(trained: TrainedModel) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how the page gets its images, and the arrays it needs for that."""
    try:
        made = decoder_payload(trained)
        return {"program": made.program}, {"w": made.w}
    except PageDecoderError:
        shape = list(trained.image_shape)
    if trained.latent_dim != 2:
        return {"remote": {"latentDim": trained.latent_dim, "shape": shape}}, {}
    limit = places.slider_limit(trained)
    steps = np.linspace(-limit, limit, ATLAS_SIDE, dtype=np.float32)
    across, up = np.meshgrid(steps, steps)
    images = _bytes(trained.decode(np.stack([across, up], axis=-1).reshape(-1, 2)))
    return {"atlas": {"n": ATLAS_SIDE, "limit": limit, "shape": shape}}, {"atlas": images}


def _class_of(trained: TrainedModel) -> str:
    return "" if trained.given_class is None else f", class {trained.class_name(trained.given_class)}"


def _told(trained: TrainedModel, order: tuple[tuple[int, float], ...]) -> list[str] | None:
    if trained.latent_map.logvar is None:
        return None
    carried = dict(order)
    return [f"Carries {carried[k]:.2f} nats per image (its mean KL)" for k in range(trained.latent_dim)]


def _thumbnails(trained: TrainedModel) -> tuple[dict[str, Any] | None, NDArray[np.int32] | None]:
    rows = planes.spread_rows(len(trained.latent_map.mu), MOST_THUMBNAILS)
    images = cache.originals(trained, rows.tolist())
    if images is None or not len(images):
        return None, None
    return {"sprite": sprite(images, SPRITE_COLUMNS), "columns": SPRITE_COLUMNS}, rows.astype(np.int32)
