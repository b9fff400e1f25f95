"""What a step showed a student, as a picture and a table on paper, from the models and the numbers that were kept."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.figures.locator import backdrop
from explorer.figures.strips import strip
from explorer.figures.theme import ACCENT
from explorer.lessons import axes, gradients, paths, uses, views
from explorer.lessons.notebook import Numbers
from explorer.planes import view_of

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Models = Sequence["TrainedModel"]
MOST_DOTS = 1500
MAP_WIDTH = 340


class Shown(NamedTuple):
    """Data addresses of pictures, maps first and `MAP_WIDTH` wide, then strips; and a table or a line in Markdown."""

    maps: tuple[str, ...] = ()
    strips: tuple[str, ...] = ()
    told: str = ""


def shown(view: str, models: Models, kept: Numbers) -> Shown:
    """Return what a step's view showed; `kept` are the numbers of the moment in which its task was done, if any."""
    return PICTURES[view](models, kept)


def _pad(models: Models, kept: Numbers) -> Shown:
    trained = models[0]
    z = np.asarray(kept, np.float32) if len(kept) == trained.latent_dim else None
    if z is None:
        return Shown((_map(trained, None),))
    place = ", ".join(f"{value:+.2f}".replace("-", "−") for value in z)
    return Shown(
        (_map(trained, z),), (strip({"": trained.decode(z[None])}, [""], side=120),), f"At z = ({place})"
    )


def _map(trained: TrainedModel, z: NDArray[np.float32] | None) -> str:
    """Return a model's map as a data address, z marked on it."""
    codes = trained.latent_map
    some = slice(None, None, math.ceil(max(len(codes.mu), 1) / MOST_DOTS))
    labels = None if codes.labels is None else codes.labels[some]
    view = view_of(codes.mu, codes.labels, "axes", (0, 1))
    frame = backdrop(view.points[some], labels, view.titles)
    if z is not None and view.plane is not None:
        x, y = frame.place(view.plane.project(z[None]))[0].tolist()
        mark = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="none" stroke="{ACCENT}" stroke-width="1.2"/>'
        frame = dataclasses.replace(frame, svg=frame.svg + mark)
    return frame.picture()


def _pads(models: Models, kept: Numbers) -> Shown:
    return Shown(tuple(_map(trained, None) for trained in models), (), views.table(models))


def _originals(models: Models, kept: Numbers) -> Shown:
    picture = views.originals_picture(models[0])
    return Shown(strips=() if picture is None else (picture,))


def _copies(models: Models, kept: Numbers) -> Shown:
    return Shown((), (views.copies_picture(models)[0],), views.table(models))


def _draws(models: Models, kept: Numbers) -> Shown:
    rows = {trained.title: views.drawn(trained, _seed(kept)) for trained in models}
    return Shown(strips=(strip(rows, [""] * views.SHOWN),))


def _draws_measured(models: Models, kept: Numbers) -> Shown:
    return _draws(models, kept)._replace(told=views.table(models, views.TOLD_OF_DRAWS))


def _temperature(models: Models, kept: Numbers) -> Shown:
    at = kept[0] if kept else 1.0
    return Shown((), (views.temperature_picture(models[0], at),), f"Temperature {at:g}")


def _region(models: Models, kept: Numbers) -> Shown:
    picture, table = gradients.region_picture(models[0], _seed(kept))
    return Shown((), (picture,), table)


def _turn(models: Models, kept: Numbers) -> Shown:
    angle = _seed(kept)
    return Shown((), (axes.turn_picture(models[0], angle),), axes.turn_table(models[0], angle))


def _seeds(models: Models, kept: Numbers) -> Shown:
    return Shown(told=axes.seeds_table(models))


def _denoised(models: Models, kept: Numbers) -> Shown:
    sd = kept[0] if kept else uses.USUAL
    return Shown((), (uses.denoised_picture(models[0], sd),), uses.denoised_table(models[0], sd))


def _paths(models: Models, kept: Numbers) -> Shown:
    return Shown((), (paths.picture(models[0]),), paths.table(models[0]))


def _seed(kept: Numbers) -> int:
    return int(kept[0]) if kept else 0


PICTURES: dict[str, Callable[[Models, Numbers], Shown]] = {
    "pad": _pad,
    "pads": _pads,
    "originals": _originals,
    "copies": _copies,
    "numbers": lambda models, kept: Shown(told=views.table(models)),
    "draws": _draws,
    "draws_measured": _draws_measured,
    "temperature": _temperature,
    "pixels": lambda models, kept: Shown(strips=(views.pixels_picture(models[0]),)),
    "every_class": lambda models, kept: Shown(strips=(views.every_class_picture(models[0], _seed(kept)),)),
    "classes_measured": lambda models, kept: Shown(told=views.table(models, views.TOLD_OF_CLASSES)),
    "paths": _paths,
    "region": _region,
    "gradients": lambda models, kept: Shown(told=gradients.both_table(models[0], _seed(kept))),
    "traversals": lambda models, kept: Shown(strips=(axes.traversals_picture(models[0], 64),)),
    "seeds": _seeds,
    "turn": _turn,
    "denoised": _denoised,
    "imputed": lambda models, kept: Shown(strips=(uses.imputed_picture(models[0], _seed(kept)),)),
    "detected": lambda models, kept: Shown(
        (), tuple(map(uses.unseen_picture, models)), uses.detected_table(models)
    ),
    "compressed": lambda models, kept: Shown(told=uses.compressed_table(models[0])),
}
