"""Directions in latent space that mean something: from one group of images to another, and how sure they are.

White (2016), "Sampling Generative Networks", for attribute vectors; Liu, Jun, Li & Heer (2019), "Latent Space
Cartography: Visual Analysis of Vector Space Embeddings", for asking how certain one is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_code, as_codes, check_count

Floats = NDArray[np.float64]
Code = NDArray[np.float32]

APART = 2.0
"""Sensitivity index d' from which two groups count as apart: with Gaussians, 84 % lie on their own side."""


class Confidence(NamedTuple):
    """How far a direction depends on which images happened to be in its groups.

    Attributes
    ----------
    cone : float
        Degrees, 0 to 180: 95 % of the resampled directions are within this angle of the direction.
    apart : float
        0 to 1: in this share of the resamples, the images left out of it separate along its direction.
    """

    cone: float
    apart: float


def attribute_vector(a: ArrayLike, b: ArrayLike, *, unit: bool = False) -> Code:
    """Return the direction from group b to group a: the difference of their mean codes.

    Parameters
    ----------
    a, b : arrays [N, d] and [M, d]
        Codes of images that have the attribute, and of images that don't.
    unit : bool
        Scale it to length 1.

    Returns
    -------
    float32 [d]

    Raises
    ------
    InputError
        If the shapes do not go together, or unit is asked for and the two means are the same.

    Examples
    --------
    >>> attribute_vector([[3, 0], [5, 4]], [[1, -1]]).tolist()
    [3.0, 3.0]
    """
    first, second = _groups(a, b)
    found = first.mean(axis=0) - second.mean(axis=0)
    return (
        _unit(found, "The two groups have the same mean, so there is no direction.") if unit else found
    ).astype(np.float32)


def orthogonalised(direction: ArrayLike, others: Sequence[ArrayLike]) -> Code:
    """Return what of a direction [d] is left once its part along any of the others [d] is taken off.

    Gram-Schmidt, in the modified order: the others are made orthonormal one after the other, those that depend on the
    ones before are left out, and the direction loses its projection on each. Going along what is left does not change
    the projection on any of the others.

    Raises
    ------
    InputError
        If the lengths differ, or nothing is left: the direction lies in the span of the others.

    Examples
    --------
    >>> orthogonalised([1, 2, 3], [[0, 0, 5]]).tolist()
    [1.0, 2.0, 0.0]
    """
    left = as_code("direction", direction)
    size = float(np.linalg.norm(left))
    basis: list[Floats] = []
    for other in others:
        axis = as_code("a direction", other)
        if len(axis) != len(left):
            raise InputError("Directions differ in their dimensions.", got=f"{len(left)} and {len(axis)}")
        length = float(np.linalg.norm(axis))
        for known in basis:
            axis = axis - (axis @ known) * known
        if float(np.linalg.norm(axis)) > 1e-9 * length:
            basis.append(axis / np.linalg.norm(axis))
            left = left - (left @ basis[-1]) * basis[-1]
    if not np.linalg.norm(left) > 1e-6 * size:
        raise InputError(
            "Nothing is left of the direction: it lies along the others.",
            next_step="Choose other groups, or leave one of the others out.",
        )
    return left.astype(np.float32)


def confidence(
    a: ArrayLike,
    b: ArrayLike,
    rng: np.random.Generator,
    *,
    others: Sequence[ArrayLike] = (),
    resamples: int = 200,
) -> Confidence:
    """Return how sure the direction from group b to group a is, by the bootstrap (Efron 1979).

    In each resample as many codes as there are in a group are drawn from it with replacement, and the direction is
    computed anew. The cone is the 95th percentile of the angles between these directions and the one of all codes. The
    codes that were not drawn are projected on the resample's direction; the groups are apart in it if the sensitivity
    index d' = (mean_a - mean_b) / sqrt((var_a + var_b) / 2) of the projections is at least 2 (Green & Swets 1966).

    Parameters
    ----------
    a, b : arrays [N, d] and [M, d]
        At least two codes each.
    rng : numpy.random.Generator
    others : sequence of arrays [d]
        What the direction is made orthogonal to, each time.
    resamples : int

    Returns
    -------
    Confidence
        A resample that leaves no direction counts as 90 degrees off, and as not apart.

    Raises
    ------
    InputError
        If the shapes do not go together, a group has one code only, or there is no direction.

    Examples
    --------
    >>> a, b = np.random.default_rng(0).normal(size=(2, 500, 2)) + [[[4, 0]], [[0, 0]]]
    >>> sure = confidence(a, b, np.random.default_rng(0))
    >>> sure.cone < 3, sure.apart
    (True, 1.0)
    """
    first, second = _groups(a, b)
    check_count("resamples", resamples, 1)
    if min(len(first), len(second)) < 2:
        got = f"{len(first)} and {len(second)} codes"
        raise InputError(
            "One image says nothing of how sure a direction is.", got=got, allowed="2 or more each"
        )
    whole = _direction(first, second, others)
    angles, apart = [], 0
    for _ in range(resamples):
        picks = [rng.integers(len(group), size=len(group)) for group in (first, second)]
        try:
            drawn = _direction(first[picks[0]], second[picks[1]], others)
        except InputError:
            angles.append(90.0)
            continue
        angles.append(math.degrees(math.acos(float(np.clip(drawn @ whole, -1, 1)))))
        left = [
            np.delete(group, pick, axis=0) @ drawn for group, pick in zip((first, second), picks, strict=True)
        ]
        apart += _are_apart(*left)
    return Confidence(float(np.quantile(angles, 0.95)), apart / resamples)


def analogy(a: ArrayLike, b: ArrayLike, c: ArrayLike) -> Code:
    """Return the code that is to c [d] what b is to a: c + b - a.

    Mikolov, Yih & Zweig (2013), "Linguistic Regularities in Continuous Space Word Representations", on the offset.

    Raises
    ------
    InputError
        If the codes differ in length.

    Examples
    --------
    >>> analogy([0, 0], [1, 0], [5, 5]).tolist()
    [6.0, 5.0]
    """
    start, end, other = as_code("a", a), as_code("b", b), as_code("c", c)
    if not len(start) == len(end) == len(other):
        raise InputError("Codes differ in their dimensions.", got=f"{len(start)}, {len(end)}, {len(other)}")
    return (other + end - start).astype(np.float32)


def nearest_codes(z: ArrayLike, mu: ArrayLike, k: int) -> tuple[NDArray[np.int64], Code]:
    """Return rows [k] and Euclidean distances [k] of the codes mu [N, d] nearest to z [d], the nearest first.

    Of codes equally far the first come first; all N where k is more.

    Raises
    ------
    InputError
        If the shapes do not go together or k is not at least 1.
    """
    place, codes = as_code("z", z), as_codes("mu", mu)
    check_count("k", k, 1)
    if codes.shape[1] != len(place):
        raise InputError("Codes differ in their dimensions.", got=f"{len(place)} and {codes.shape[1]}")
    away = np.linalg.norm(codes - place, axis=1)
    rows = np.argsort(away, kind="stable")[:k]
    return rows, away[rows].astype(np.float32)


def _groups(a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    first, second = as_codes("a", a), as_codes("b", b)
    if first.shape[1] != second.shape[1]:
        raise InputError("The groups differ in their dimensions.", got=f"{first.shape[1]}, {second.shape[1]}")
    return first, second


def _direction(a: Floats, b: Floats, others: Sequence[ArrayLike]) -> Floats:
    """Return the unit direction between two groups."""
    found = a.mean(axis=0) - b.mean(axis=0)
    kept = orthogonalised(found, others).astype(np.float64) if others else found
    return _unit(kept, "The two groups have the same mean, so there is no direction.")


def _unit(vector: Floats, otherwise: str) -> Floats:
    length = float(np.linalg.norm(vector))
    if length <= 0:
        raise InputError(otherwise, next_step="Choose two groups that differ.")
    return np.asarray(vector / length)


def _are_apart(a: Floats, b: Floats) -> bool:
    if not (len(a) and len(b)):
        return False
    spread = math.sqrt((float(a.var()) + float(b.var())) / 2)
    return float(a.mean() - b.mean()) >= APART * spread
