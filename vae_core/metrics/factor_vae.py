"""Which dimension stays still while a factor is held fixed?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from vae_core.errors import InputError
from vae_core.latent.arrays import check_count
from vae_core.metrics.factors import Floats, Values, as_pair, number_values, varies

PART = 1000
"""Votes counted at once, so that memory stays bounded."""


def factor_vae_score(
    mu: ArrayLike,
    factors: ArrayLike,
    rng: np.random.Generator,
    *,
    batch_size: int = 64,
    votes: int = 10_000,
    held_out_votes: int = 5_000,
) -> float:
    """Return how often the steadiest dimension tells which factor is held fixed: the metric of Kim and Mnih (2018).

    Section 4 of "Disentangling by Factorising". For each vote a factor k is drawn, and images that share one value of
    it; j is the dimension whose variance over these images, divided by its variance over all, is smallest. A classifier
    that answers each j with the k of most `votes` is scored on `held_out_votes`. Guessing scores about 1 / F, not 0;
    a rotated code may still score 1, as long as each factor moves another dimension most.

    The images are rows of those given: one drawn at random gives the value, and L are drawn with replacement from all
    rows that have it. On a full grid of factors this is the original's way, on a sample of one it is close to it. The
    sizes are those of disentanglement_lib (Locatello et al. 2019), which leaves out dimensions of standard deviation
    below 0.05; here only constant ones are left out, so that the scale of mu does not matter.

    Parameters
    ----------
    mu : array [N, d]
    factors : array [N, F]
        Equal numbers in a column are one value. A value that occurs once is never the fixed one.
    rng : numpy.random.Generator
    batch_size : int
        L, at least 2.
    votes, held_out_votes : int
        At least 1.

    Returns
    -------
    float, 0 to 1
        0 if no dimension varies.

    Raises
    ------
    InputError
        If the arrays do not go together, are not finite, or a factor never changes or has no value that occurs twice.

    Examples
    --------
    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> factor_vae_score(factors[:, ::-1] * 3.0, factors, np.random.default_rng(0))
    1.0
    """
    codes, known = as_pair(mu, factors)
    check_count("batch_size", batch_size, 2)
    check_count("votes", votes, 1)
    check_count("held_out_votes", held_out_votes, 1)
    rows = [_Rows(column) for column in number_values(known).T]
    codes = codes[:, varies(codes)]
    if codes.shape[1] == 0:
        return 0.0
    codes = codes / codes.std(axis=0)
    majority = _count(codes, rows, rng, batch_size, votes).argmax(axis=0)
    held_out = _count(codes, rows, rng, batch_size, held_out_votes)
    return float(held_out[majority, np.arange(codes.shape[1])].sum() / held_out_votes)


class _Rows:
    """The rows of each value of one factor."""

    def __init__(self, column: Values) -> None:
        self._order = np.argsort(column, kind="stable")
        sizes = np.bincount(column)
        self._first, self._size = (np.cumsum(sizes) - sizes)[column], sizes[column]
        self._repeated = np.flatnonzero(self._size > 1)
        if len(self._repeated) == 0:
            raise InputError(
                "No two images share a value of a factor.", next_step="Leave its column out, or round it."
            )

    def draw(self, rng: np.random.Generator, count: int, batch_size: int) -> Values:
        """Return `count` batches of rows [count, batch_size], the rows of each with one value."""
        given = rng.choice(self._repeated, count)[:, np.newaxis]
        within = rng.integers(self._size[given], size=(count, batch_size))
        return np.asarray(self._order[self._first[given] + within])


def _count(codes: Floats, rows: list[_Rows], rng: np.random.Generator, batch_size: int, votes: int) -> Values:
    """Return how often [F, d] each dimension was the steadiest while each factor was fixed."""
    found = np.zeros((len(rows), codes.shape[1]), np.int64)
    for k, times in enumerate(np.bincount(rng.integers(len(rows), size=votes), minlength=len(rows))):
        for start in range(0, times, PART):
            batch = codes[rows[k].draw(rng, min(PART, times - start), batch_size)]
            found[k] += np.bincount(batch.var(axis=1).argmin(axis=1), minlength=codes.shape[1])
    return found
