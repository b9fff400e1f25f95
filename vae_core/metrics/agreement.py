"""Does a conditional model draw the class that it is asked for?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import check_count

Array = NDArray[Any]
PART = 1000
"""Draws decoded and judged at a time, so that memory does not grow with them."""


def class_agreement(
    decode: Callable[[Array, Array], Array],
    probabilities: Callable[[Array], Array],
    classes: int,
    latent_dim: int,
    n: int,
    rng: np.random.Generator,
) -> float:
    """Return the share of draws from the prior that a classifier takes for the class they were decoded as.

    The conditional counterpart of the accuracy that Ravuri and Vinyals (2019), "Classification Accuracy Score for
    Conditional Generative Models", turn round: there the classifier learns from draws, here from data. It tells nothing
    of variety: a decoder of one good image a class scores 1.

    Parameters
    ----------
    decode : callable
        Images [N, C, H, W] of z float32 [N, d] and classes int64 [N].
    probabilities : callable
        Class probabilities [N, K] of images, by a classifier that has not seen the model.
    classes : int
        K, at least 1.
    latent_dim : int
        d, at least 1.
    n : int
        Draws in all, the classes taking turns; at least 1.
    rng : numpy.random.Generator
        Draws z ~ N(0, I).

    Returns
    -------
    float
        0 to 1; guessing scores 1 / K.

    Raises
    ------
    InputError
        If a count does not fit, or the classifier's answer is not [N, K].

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> class_agreement(lambda z, y: y, lambda images: np.eye(3)[images], 3, 2, 30, rng)
    1.0
    """
    for name, count in (("classes", classes), ("latent_dim", latent_dim), ("n", n)):
        check_count(name, count, 1)
    labels, agreed = np.arange(n) % classes, 0
    for start in range(0, n, PART):
        asked = labels[start : start + PART]
        z = rng.standard_normal((len(asked), latent_dim)).astype(np.float32)
        seen = np.asarray(probabilities(decode(z, asked)))
        if seen.shape != (len(asked), classes):
            raise InputError(
                "The classifier's answer does not go with the draws.",
                got=list(seen.shape),
                allowed=[len(asked), classes],
            )
        agreed += int((seen.argmax(axis=1) == asked).sum())
    return agreed / n
