"""Sliders along directions of a latent space: made from two groups of images, named, kept by the viewer.

An address tells how a slider was made, not its vector: from which groups, in which units, and which others stay.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer import places
from explorer.directions import groups
from explorer.directions.groups import Chosen
from vae_core.errors import InputError, VaeCoreError
from vae_core.latent import attribute_vector, orthogonalised

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Codes = NDArray[np.float32]

REACH = 3.0
LONGEST_NAME = 40
MOST = 12
"""Sliders that a viewer can make for one model."""
_TEXT = re.compile(
    r"(?P<kind>-?[mz])~(?P<a>[^~]{1,700})~(?P<b>[^~]{1,700})~(?P<others>(\d{1,2}(\.\d{1,2})*)?)~(?P<name>[^,]{1,120})"
)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a slider was made: groups A and B, whether in units of the latent space, and the sliders left unchanged."""

    a: Chosen
    b: Chosen
    in_latent_units: bool = False
    others: tuple[Slider, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Slider:
    """One slider along a direction.

    Attributes
    ----------
    name : str
    vector, origin : tuple of float
        Its value is 0 at the origin and 1 a vector further, d numbers each.
    low, high : float
        How far the slider reaches.
    told : str
        What its values mean, in a sentence.
    recipe : Recipe or None
        How to make it again.
    """

    name: str
    vector: tuple[float, ...]
    origin: tuple[float, ...]
    low: float
    high: float
    told: str
    recipe: Recipe | None = None

    @property
    def about(self) -> dict[str, Any]:
        """What the page needs of it."""
        fields = ("name", "vector", "origin", "low", "high", "told")
        return {name: getattr(self, name) for name in fields}


def made(trained: TrainedModel, recipe: Recipe, name: str) -> Slider:
    """Return the slider of a recipe on a model.

    Raises
    ------
    InputError
        If a group is empty here, or as for :func:`between`.
    """
    mu = trained.latent_map.mu
    a, b = (mu[groups.rows(group, trained)] for group in (recipe.a, recipe.b))
    if not (len(a) and len(b)):
        raise InputError("A group of the direction has no images here.", got=f"{len(a)} and {len(b)} images")
    limit = places.slider_limit(trained) if recipe.in_latent_units else None
    return dataclasses.replace(between(a, b, name, recipe.others, limit), recipe=recipe)


def between(
    a: Codes, b: Codes, name: str, others: Sequence[Slider] = (), limit: float | None = None
) -> Slider:
    """Return the slider from the mean of codes b [M, d] through their middle to the mean of codes a [N, d].

    Without a limit, -1 is at the mean of b and 1 at the mean of a, and the slider reaches three times as far. With
    one, its values are lengths in latent space and it reaches that far. What is taken off for the others leaves the
    two means where they are along it.

    Raises
    ------
    InputError
        If the groups have the same mean, or nothing is left of the direction without the others.

    Examples
    --------
    >>> slider = between(np.float32([[3, 1]]), np.float32([[1, 1]]), "wide")
    >>> slider.origin, slider.vector
    ((2.0, 1.0), (1.0, 0.0))
    """
    middle = (a.mean(axis=0) + b.mean(axis=0)) / 2
    unit = attribute_vector(a, b, unit=True)
    half = unit if limit is not None else attribute_vector(a, b) / 2
    vector = orthogonalised(half, [other.vector for other in others])
    if limit is not None:
        vector = vector / np.linalg.norm(vector)
        told = "In units of the latent space, 0 between the two means"
    else:
        told = "−1 at the mean of B, +1 at the mean of A"
    reach = REACH if limit is None else limit
    return Slider(_name(name), _numbers(vector), _numbers(middle), -reach, reach, told)


def renamed(slider: Slider, name: str) -> Slider:
    """Return the slider under another name; an empty one becomes a plain word."""
    return dataclasses.replace(slider, name=_name(name))


def added(held: Sequence[Slider], slider: Slider) -> tuple[Slider, ...]:
    """Return the sliders with one more, in place of one of the same name, the oldest left out beyond `MOST`."""
    return (*(other for other in held if other.name != slider.name), slider)[-MOST:]


def write(held: Sequence[Slider]) -> tuple[str, ...]:
    """Return sliders as an address has them, each after those it leaves unchanged.

    Of those, the ones that the viewer has removed begin with a hyphen. A slider without a recipe, or with groups that
    an address has no room for, is left out with all that depend on it.
    """
    order: list[Slider] = []
    texts: list[str] = []
    for slider in held:
        _write(slider, held, order, texts)
    return tuple(texts)


def read(texts: Sequence[str], trained: TrainedModel) -> tuple[Slider, ...]:
    """Return the sliders that an address tells of, without those that this model can't have; never raises."""
    known: list[Slider | None] = []
    shown: tuple[Slider, ...] = ()
    for text in texts[: 3 * MOST]:
        match = _TEXT.fullmatch(text)
        slider = None if match is None else _read(match, known, trained)
        known.append(slider)
        if match is not None and slider is not None and not match["kind"].startswith("-"):
            shown = added(shown, slider)
    return shown


def _write(slider: Slider, held: Sequence[Slider], order: list[Slider], texts: list[str]) -> bool:
    """Add a slider and what it depends on to the texts; tell whether it could be."""
    if slider in order:
        return True
    recipe = slider.recipe
    if recipe is None or not all(_write(other, held, order, texts) for other in recipe.others):
        return False
    a, b = groups.write(recipe.a), groups.write(recipe.b)
    if a is None or b is None:
        return False
    kind = ("" if slider in held else "-") + ("z" if recipe.in_latent_units else "m")
    others = ".".join(str(order.index(other)) for other in recipe.others)
    order.append(slider)
    # A comma parts the sliders of an address.
    name = slider.name.replace("%", "%25").replace(",", "%2C")
    texts.append("~".join([kind, a, b, others, name]))
    return True


def _read(match: re.Match[str], known: Sequence[Slider | None], trained: TrainedModel) -> Slider | None:
    a, b = groups.read(match["a"]), groups.read(match["b"])
    numbers = [int(part) for part in match["others"].split(".") if part]
    if a is None or b is None or any(number >= len(known) for number in numbers):
        return None
    others = [known[number] for number in numbers]
    recipe = Recipe(a, b, match["kind"].endswith("z"), tuple(other for other in others if other is not None))
    if len(recipe.others) < len(others):
        return None
    try:
        return made(trained, recipe, match["name"].replace("%2C", ",").replace("%25", "%"))
    except VaeCoreError:
        return None


def _name(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NAME] or "direction"


def _numbers(vector: Codes) -> tuple[float, ...]:
    return tuple(float(value) for value in vector)
