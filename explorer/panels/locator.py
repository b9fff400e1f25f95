"""The map under a path: how fast the image changes at each place where that is a plane, and held-out codes."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer import paths, planes
from explorer.figures import heat, locator
from explorer.panels import ends

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

MOST_DOTS = 500
HEAT_READING = (
    "Stronger blue: the image changes more with a step in z. A geodesic takes ways where it changes little."
)
PLAIN_READING = (
    "Held-out codes; the paths run above and below this plane too, and are drawn where they fall on it."
)
ACROSS_READING = (
    "Held-out codes, each told its own class. How fast images change depends on the class: no heat here."
)
LINE_READING = "Held-out codes, spread upwards by class; all paths run along z1."


@dataclasses.dataclass(frozen=True, eq=False)
class Ground:
    """What lies under the paths of one model: a view, its picture, and the words about it."""

    view: planes.View
    backdrop: locator.Backdrop
    about: dict[str, Any]

    def place(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where codes [N, d] are in the picture, [N, 2]."""
        return self.backdrop.place(_flat(self.view, z))


# The same for every path on one model, and more work than all the rest of a rerun.
@functools.lru_cache(maxsize=8)
def ground(trained: TrainedModel, unsure: bool, heated: bool = True) -> Ground:
    """Return the map of a model, `heated` by how fast the image changes; `unsure` counts the decoder's uncertainty."""
    codes = ends.choices(trained)
    view = planes.view_of(codes.mu, codes.labels, "axes" if trained.latent_dim <= 2 else "pca", (0, 1))
    rows = planes.spread_rows(len(codes.mu), MOST_DOTS)
    labels = None if codes.labels is None else codes.labels[rows]
    behind = locator.backdrop(view.points[rows], labels, view.titles)
    about: dict[str, Any] = {
        "width": locator.WIDTH,
        "height": locator.HEIGHT,
        "label": "Map of held-out codes with the paths",
        "reading": LINE_READING if view.plane is None else PLAIN_READING,
        "scale": None,
    }
    if not heated:
        about["reading"] = ACROSS_READING
    elif trained.latent_dim == 2:
        found = heat.of(paths.magnification(trained, behind.centre, behind.half, unsure))
        behind = behind.over(found.picture)
        scale = {"low": found.low, "high": found.high, "hue": heat.HUE, "name": "distance² per unit² of z"}
        about |= {"reading": HEAT_READING, "scale": scale}
    return Ground(view, behind, {**about, "picture": behind.picture()})


def _flat(view: planes.View, z: NDArray[np.float32]) -> NDArray[np.float32]:
    if view.plane is not None:
        return view.plane.project(z)
    middle = np.full(len(z), np.median(view.points[:, 1]), np.float32)
    return np.stack([z[:, 0], middle], axis=1)
