"""Which images go into which split: decided by a seed, classes in proportion, duplicates together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


def stratified_order(labels: Indices, rng: np.random.Generator) -> Indices:
    """Return an order [N] of the images in which every stretch holds the classes in their overall proportions.

    >>> stratified_order(np.array([0, 0, 0, 1]), np.random.default_rng(0)).shape
    (4,)
    """
    # Each image gets its relative rank within its class; the order is by that rank.
    rank = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        rank[members] = (rng.permutation(len(members)) + rng.random()) / len(members)
    return np.argsort(rank, kind="stable")


def split_groups(
    groups: Indices, labels: Indices | None, held: tuple[int, int], seed: int
) -> tuple[Indices, Indices, Indices]:
    """Return the sorted indices of the training, validation and test images; a group is never divided.

    Parameters
    ----------
    groups : int64 array [N]
        For each image the index of the first one that is equal to it.
    labels : int64 array [N] or None
    held : (int, int)
        How many images validation and test get, at most; a group that does not fit goes to training.
    seed : int

    Examples
    --------
    >>> [part.tolist() for part in split_groups(np.array([0, 0, 2, 3]), None, (1, 1), seed=0)]
    [[0, 1], [3], [2]]
    """
    firsts, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    kinds = np.zeros(len(firsts), np.int64) if labels is None else labels[firsts]
    place = np.zeros(len(firsts), np.int64)
    left = {2: held[1], 1: held[0]}
    for one in stratified_order(kinds, np.random.default_rng(seed)):
        fitting = [split for split, room in left.items() if sizes[one] <= room]
        if fitting:
            place[one] = fitting[0]
            left[fitting[0]] -= sizes[one]
    train, validation, test = (np.flatnonzero(place[group] == split) for split in range(3))
    return train, validation, test
