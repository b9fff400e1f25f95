"""Anomaly detection by a model's surprise, and how well it tells strange images from usual ones.

The score is the negative ELBO, a bound on -log p(x); An & Cho (2015), "Variational Autoencoder based Anomaly
Detection using Reconstruction Probability", take its reconstruction term. It is no measure of strangeness: images
that are simple are likely under models that never saw their like, Nalisnick et al. (2019), "Do Deep Generative Models
Know What They Don't Know?"
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vae_core.bounds import elbo
from vae_core.errors import InputError
from vae_core.models import GaussianVAE
from vae_core.trained import TrainedModel

Floats = NDArray[np.float64]


def surprise(
    trained: TrainedModel, images: NDArray[Any], rng: np.random.Generator, draws: int = 10
) -> Floats:
    """Return the negative ELBO of each image, [N] nats, with `draws` draws of z.

    Parameters
    ----------
    trained : TrainedModel
        Of a family with an ELBO in closed form, told no class.
    images : float array [N, C, H, W] in [0, 1]
    rng : numpy.random.Generator
        Draws z.
    draws : int
        At least 1.

    Raises
    ------
    InputError
        If the model has no such bound, or the images or `draws` do not fit.
    """
    module = trained.module
    if not isinstance(module, GaussianVAE) or trained.is_conditional:
        raise InputError("This model has no bound on log p(x) here.", got=trained.title, allowed="a VAE")
    if draws < 1:
        raise InputError("A bound needs a draw.", got=draws, allowed="1 or more")
    trained.encode(images[:1])  # which checks their shape and range in words
    x = torch.from_numpy(np.asarray(images, np.float32))
    generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
    reconstruction, kl = elbo(module, x, generator, draws)
    found: Floats = (reconstruction + kl).double().numpy()
    return found


def auroc(usual: NDArray[Any], strange: NDArray[Any]) -> float:
    """Return the share of pairs, a usual one of N and a strange one of M, whose strange score is higher; ties are half.

    It is the area under the ROC curve: 0.5 is a guess, 1 tells all, below 0.5 strange ones look more usual.

    Raises
    ------
    InputError
        If there are none of either.

    Examples
    --------
    >>> auroc([1, 2], [2, 3])
    0.875
    """
    a, b = np.sort(np.asarray(usual, np.float64)), np.asarray(strange, np.float64)
    if not (len(a) and len(b)):
        raise InputError("There are no pairs.", got=f"{len(a)} usual, {len(b)} strange")
    below, up_to = np.searchsorted(a, b, "left"), np.searchsorted(a, b, "right")
    return float((below + up_to).mean() / (2 * len(a)))
