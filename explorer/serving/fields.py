"""Where a map can be trusted: fields over the plane that the pad shows, computed when a page asks for one.

Each has an address of its own that only a page that shows the model is told. It is computed in a thread, once, and the
browser keeps it as well.
"""

from __future__ import annotations

import base64
import collections
import dataclasses
import functools
import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from explorer import applies, cache, conditional, places, planes
from explorer.components.pad_state import PadState
from explorer.serving.packing import packed
from vae_core.datasets import as_float
from vae_core.errors import InputError, VaeCoreError
from vae_core.latent import (
    Grid,
    Plane,
    class_field,
    decoded_field,
    distance_field,
    log_density_ratio,
    magnification_field,
    plane_covariances,
    regression_field,
    scott_bandwidth,
    square_grid,
)

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Field = NDArray[np.float32]

PATH = "fields"
CELLS, FEWER_CELLS = 112, 64
"""Cells along a side; fewer where derivatives of images are taken at each."""
MARGIN = 1.4
"""Half the grid's side in reaches of the view that shows all; the page's own density covers as much."""
LEAST_REACH = 3.2
MOST_KEPT = 48
STRONGEST_RATIO = 5.0
"""Nats at which the colours of the log-ratio end: a factor of 148."""
FAINTEST = 1e-3
"""Of the prior's peak: what it has 3.7 standard deviations off."""

_secret = secrets.token_bytes(32)
_scenes: collections.OrderedDict[str, Scene] = collections.OrderedDict()
_turn, _computing = threading.Lock(), threading.Lock()


class Scale(NamedTuple):
    """Which values the colours span, `ends` being put to the numbers at the lower and the upper one."""

    low: float
    high: float
    ends: tuple[str, str] = ("", "")


class Layer(NamedTuple):
    """One field: how its colours run, what its numbers are, how to read it, and how it is made."""

    kind: str
    unit: str
    reading: str
    make: Callable[[Scene], dict[str, Field]]
    scale: Callable[[Field], Scale]
    cells: int = CELLS


@dataclasses.dataclass(frozen=True, eq=False)
class Scene:
    """One plane of one model, with the grid that covers what its map shows, for those who see its images or do not."""

    trained: TrainedModel
    view: planes.View
    sees_images: bool
    cells: int = CELLS

    @property
    def plane(self) -> Plane:
        """The plane; only of models with two dimensions or more."""
        if self.view.plane is None:
            raise InputError("A model with one latent dimension has no plane.")
        return self.view.plane

    @functools.cached_property
    def origin(self) -> NDArray[np.float32]:
        """The prior's centre on the plane [2]."""
        return self.plane.project(np.zeros((1, self.trained.latent_dim))).ravel()

    @functools.cached_property
    def grid(self) -> Grid:
        """Cells over all that the map shows when it shows all, and a margin."""
        away = np.abs(self.view.points - self.origin).max(axis=1)
        reach = max(LEAST_REACH, float(np.quantile(away, 0.999))) if len(away) else LEAST_REACH
        return square_grid(self.origin, MARGIN * reach, self.cells)

    @functools.cached_property
    def z(self) -> Field:
        """The cells' places [R, C, d], the dimensions off the plane as the plane has them."""
        return self.plane.lift(self.grid.points).reshape(*self.grid.shape, -1)


def offer(trained: TrainedModel, known_as: str, shown: PadState) -> dict[str, str]:
    """Return where a page gets the fields on the plane that it shows: ``plane``, its name, and ``address``.

    `known_as` is a name that tells the model's contents.
    """
    sees_images = cache.originals_here(trained)
    digest = hmac.digest(_secret, f"{known_as} {shown.plane} {sees_images}".encode(), "sha256")[:16]
    token = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    with _turn:
        if token not in _scenes:
            codes = trained.latent_map
            kind, axes = "axes" if shown.axes else "pca", shown.axes or (0, 1)
            _scenes[token] = Scene(trained, planes.view_of(codes.mu, codes.labels, kind, axes), sees_images)
        _scenes.move_to_end(token)
        while len(_scenes) > MOST_KEPT:
            _scenes.popitem(last=False)
    return {"plane": shown.plane, "address": f"{PATH}/{token}"}


async def respond(request: Request) -> Response:
    """Answer who asks for a field at an address: with it, or 204 where there is none of that name."""
    asked = request.path_params
    with _turn:
        scene = _scenes.get(asked["token"])
    if scene is None or asked["name"] not in LAYERS:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    found = await run_in_threadpool(body, scene, asked["name"])
    headers = {"Cache-Control": "private, max-age=86400, immutable", "Content-Encoding": "identity"}
    return Response(found, 200, headers, "application/octet-stream")


def body(scene: Scene, name: str) -> bytes:
    """Return a field of `LAYERS`, packed, or the words that say why there is none."""
    # One at a time: who asks for the same at the same moment finds it made.
    with _computing:
        return _body(scene, name)


@functools.lru_cache(maxsize=64)
def _body(scene: Scene, name: str) -> bytes:
    layer = LAYERS[name]
    scene = scene if layer.cells == scene.cells else dataclasses.replace(scene, cells=layer.cells)
    try:
        reason = applies.why_not(f"field.{name}", scene.trained)
        if reason is not None:
            return packed({"problem": reason}, {})
        arrays = layer.make(scene)
    except VaeCoreError as error:
        return packed({"problem": str(error)}, {})
    grid, scale = scene.grid, layer.scale(arrays["values"])
    told: Mapping[str, Any] = {
        "kind": layer.kind,
        "unit": layer.unit,
        "reading": layer.reading,
        "low": scale.low,
        "high": scale.high,
        "ticks": _ticks(scale),
        "region": {
            "x0": float(grid.x[0] - grid.cell / 2),
            "y0": float(grid.y[-1] - grid.cell / 2),
            "cell": grid.cell,
            "columns": len(grid.x),
            "rows": len(grid.y),
        },
    }
    return packed(told, {key: array.astype(np.float32).ravel() for key, array in arrays.items()})


def _ticks(scale: Scale) -> list[str]:
    middle = (scale.low + scale.high) / 2
    words = [f"{value:.3g}".replace("-", "−") for value in (scale.low, middle, scale.high)]
    return [scale.ends[0] + words[0], words[1], scale.ends[1] + words[2]]


def _quantiles(values: Field) -> Scale:
    known = values[np.isfinite(values)]
    if not len(known):  # so few images that they reach no cell
        return Scale(0.0, 1.0)
    low, high = (float(value) for value in np.quantile(known, [0.01, 0.99]))
    if high <= low:
        high = low + 1
    return Scale(low, high, ("≤ " if low > known.min() else "", "≥ " if high < known.max() else ""))


def _from_nothing(values: Field) -> Scale:
    high = float(np.quantile(values, 0.98)) or 1.0
    return Scale(0.0, high, ("", "≥ "))


def _ratio(scene: Scene) -> dict[str, Field]:
    codes = scene.trained.latent_map
    assert codes.logvar is not None
    covariances = plane_covariances(codes.logvar, scene.plane.axes)
    return {"values": log_density_ratio(scene.grid, scene.view.points, covariances, scene.origin, FAINTEST)}


def _error(scene: Scene) -> dict[str, Field]:
    if not scene.sees_images:
        raise _no_images()
    errors, points = _errors_of(conditional.whole(scene.trained)), scene.view.points
    return {"values": regression_field(scene.grid, points, errors, scott_bandwidth(points))}


# The same on every plane, and most of the work.
@functools.lru_cache(maxsize=8)
def _errors_of(trained: TrainedModel) -> Field:
    """Return the mean squared error of each image on the map [N]."""
    codes = trained.latent_map
    images = cache.images_behind(trained, range(len(codes.mu)))
    if images is None:
        raise _no_images()
    squares = (as_float(images) - trained.decode(codes.mu, codes.labels)) ** 2
    found: Field = squares.reshape(len(squares), -1).mean(axis=1)
    return found


def _no_images() -> InputError:
    return InputError(
        "The images behind the points are not on this machine, so no copy can be held against them."
    )


def _entropy(scene: Scene) -> dict[str, Field]:
    return {"values": decoded_field(scene.z, scene.trained.decoder_entropy)}


def _distance(scene: Scene) -> dict[str, Field]:
    return {"values": distance_field(scene.z, scene.trained.latent_map.mu)}


def _change(scene: Scene) -> dict[str, Field]:
    return {"values": magnification_field(scene.z, scene.trained.surface().metric, scene.plane.axes)}


def _regions(scene: Scene) -> dict[str, Field]:
    labels = scene.trained.latent_map.labels
    assert labels is not None
    classes, share = class_field(scene.grid, scene.view.points, labels, places.VOTERS)
    return {"values": share, "classes": classes.astype(np.float32)}


LAYERS: dict[str, Layer] = {
    "ratio": Layer(
        "diverging",
        "nats, log q(z) − log p(z)",
        "Blue places are holes: the prior draws them, but hardly any image is encoded there.",
        _ratio,
        lambda _: Scale(-STRONGEST_RATIO, STRONGEST_RATIO, ("≤ ", "≥ ")),
    ),
    "error": Layer(
        "sequential",
        "mean squared error per pixel",
        "How badly held-out images with codes near here are rebuilt; blank where none are near.",
        _error,
        _quantiles,
    ),
    "entropy": Layer(
        "sequential",
        "nats per image",
        "How unsure the decoder is of the pixels it draws here, the entropy of p(x|z).",
        _entropy,
        _quantiles,
    ),
    "distance": Layer(
        "sequential",
        "units of z",
        "How far the nearest held-out code is: far from all, a decode is a guess.",
        _distance,
        _from_nothing,
    ),
    "change": Layer(
        "sequential",
        "log₁₀ of image area per area of the map",
        "How fast the image changes around here: one more is ten times as fast. Seams lie between kinds of image.",
        _change,
        _quantiles,
        FEWER_CELLS,
    ),
    "regions": Layer(
        "classes",
        f"share of the {places.VOTERS} nearest codes",
        "The class that most of the nearest codes have; pale where they do not agree.",
        _regions,
        lambda _: Scale(0.0, 1.0),
    ),
}
"""What the pad offers besides the density, which it computes itself."""
