"""Imputation: drawing the pixels that are missing, given those that are there.

Begin anywhere, and in each round draw z ~ q(z|x) of the image as it is filled now, decode it, and take the missing
pixels from there: Rezende, Mohamed & Wierstra (2014), "Stochastic Backpropagation and Approximate Inference in Deep
Generative Models", appendix F. With q(z|x) in place of p(z|x) it is near the law of the missing pixels, not exact;
Mattei & Frellsen (2018), "Leveraging the Exact Likelihood of Deep Latent Variable Models", section 3, correct it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.trained import TrainedModel

FloatArray = NDArray[np.float32]


def impute(
    trained: TrainedModel,
    images: NDArray[Any],
    missing: NDArray[np.bool_],
    rng: np.random.Generator,
    rounds: int = 30,
) -> FloatArray:
    """Return images whose missing pixels are filled: mean pixels at the last z of a chain.

    Parameters
    ----------
    trained : TrainedModel
        A model with an encoder that is told no class.
    images : float array [N, C, H, W] in [0, 1]
        What stands at the missing pixels does not matter.
    missing : bool array [C, H, W] or [N, C, H, W]
    rng : numpy.random.Generator
        Draws the noise that the chain begins with, and every z.
    rounds : int
        At least 1.

    Returns
    -------
    float32 [N, C, H, W]
        Pixels that are not missing are as they were.

    Raises
    ------
    InputError
        If `missing` or `rounds` does not fit, or as for :meth:`TrainedModel.encode`.
    """
    known = np.asarray(images, np.float32)
    if np.shape(missing) not in (known.shape, known.shape[1:]) or np.asarray(missing).dtype != bool:
        allowed = f"booleans {list(known.shape[1:])}, or one for each image"
        raise InputError(
            "What is missing does not fit the images.", got=list(np.shape(missing)), allowed=allowed
        )
    if rounds < 1:
        raise InputError("A chain has at least one round.", got=rounds)
    filled = np.where(missing, rng.random(known.shape, np.float32), known)
    for _ in range(rounds):
        mu, sigma = trained.encode(filled)
        z = mu + sigma * rng.standard_normal(mu.shape).astype(np.float32)
        filled = np.where(missing, trained.decode(z), known)
    return filled
