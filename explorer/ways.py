"""Directions in a latent space as sliders go along them: made from two groups of images, named, kept by the viewer."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vae_core.latent import attribute_vector, orthogonalised

Codes = NDArray[np.float32]

REACH = 3.0
LONGEST_NAME = 40
MOST = 12
"""Sliders that a viewer can make for one model."""


@dataclasses.dataclass(frozen=True)
class Way:
    """One slider's way.

    Attributes
    ----------
    name : str
    vector, origin : tuple of float
        Its value is 0 at the origin and 1 a vector further, d numbers each.
    low, high : float
        How far the slider reaches.
    told : str
        What its values mean, in a sentence.
    """

    name: str
    vector: tuple[float, ...]
    origin: tuple[float, ...]
    low: float
    high: float
    told: str


def between(a: Codes, b: Codes, name: str, others: Sequence[Way] = (), limit: float | None = None) -> Way:
    """Return the way from the mean of codes b [M, d] through their middle to the mean of codes a [N, d].

    Without a limit, -1 is at the mean of b and 1 at the mean of a, and the slider reaches three times as far. With
    one, its values are lengths in latent space and it reaches that far. What is taken off for the others leaves the
    two means where they are along it.

    Raises
    ------
    InputError
        If the groups have the same mean, or nothing is left of the direction without the others.

    Examples
    --------
    >>> way = between(np.float32([[3, 1]]), np.float32([[1, 1]]), "wide")
    >>> way.origin, way.vector
    ((2.0, 1.0), (1.0, 0.0))
    """
    middle = (a.mean(axis=0) + b.mean(axis=0)) / 2
    unit = attribute_vector(a, b, unit=True)
    half = unit if limit is not None else attribute_vector(a, b) / 2
    vector = orthogonalised(half, [way.vector for way in others])
    if limit is not None:
        vector = vector / np.linalg.norm(vector)
        told = "In units of the latent space, 0 between the two means"
    else:
        told = "−1 at the mean of B, +1 at the mean of A"
    reach = REACH if limit is None else limit
    return Way(_name(name), _numbers(vector), _numbers(middle), -reach, reach, told)


def renamed(way: Way, name: str) -> Way:
    """Return the way under another name; an empty one becomes a plain word."""
    return dataclasses.replace(way, name=_name(name))


def added(made: Sequence[Way], way: Way) -> tuple[Way, ...]:
    """Return the made ways with one more, in place of one of the same name, the oldest left out beyond `MOST`."""
    return (*(other for other in made if other.name != way.name), way)[-MOST:]


def _name(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NAME] or "direction"


def _numbers(vector: Codes) -> tuple[float, ...]:
    return tuple(float(value) for value in vector)
