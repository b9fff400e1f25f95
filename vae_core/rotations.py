"""A VAE whose latent space is turned: the same model of images, with other axes.

With an orthogonal R, let q'(z|x) be the law of R z, z ~ q(z|x), and p'(x|z) = p(x|R^T z). N(0, I) is the same in every
direction, so p'(x), the KL and the ELBO are what they were; measures of single dimensions are not. So no likelihood can
tell R from another one: Locatello et al. (2019), "Challenging Common Assumptions in the Unsupervised Learning of
Disentangled Representations", theorem 1.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.trained import TrainedModel

Floats = NDArray[np.float64]


class Turned(NamedTuple):
    """A turned model's codes mu [N, d], and both terms of its negative ELBO, [N] nats each."""

    mu: Floats
    reconstruction: Floats
    kl: Floats


def rotation(d: int, i: int, j: int, angle: float) -> Floats:
    """Return the matrix [d, d] that turns dimension i towards j by `angle` in degrees and leaves all others.

    Raises
    ------
    InputError
        If i and j are not two different dimensions.

    Examples
    --------
    >>> (rotation(3, 0, 2, 90) @ [1, 5, 0]).round(3).tolist()
    [0.0, 5.0, 1.0]
    """
    if i == j or not (0 <= i < d and 0 <= j < d):
        raise InputError("A plane has two different dimensions.", got=f"{i} and {j}", allowed=f"0 to {d - 1}")
    turn, cos, sin = np.eye(d), math.cos(math.radians(angle)), math.sin(math.radians(angle))
    turn[i, i], turn[i, j], turn[j, i], turn[j, j] = cos, -sin, sin, cos
    return turn


def turned(trained: TrainedModel, images: NDArray[Any], turn: Floats, rng: np.random.Generator) -> Turned:
    """Measure a VAE whose latent space is turned, with one draw of z an image.

    Parameters
    ----------
    trained : TrainedModel
        A VAE that is told no class.
    images : float array [N, C, H, W] in [0, 1]
    turn : float array [d, d]
        Orthogonal.
    rng : numpy.random.Generator
        Draws z; with the same seed, the turned draw is the draw, turned.

    Raises
    ------
    InputError
        If the images do not fit, the matrix is not orthogonal, or the model's codes are points.
    """
    d = trained.latent_dim
    if np.shape(turn) != (d, d) or not np.allclose(turn @ np.transpose(turn), np.eye(d), atol=1e-6):
        raise InputError(
            "This is no rotation of the latent space.", allowed=f"an orthogonal matrix [{d}, {d}]"
        )
    codes, sigma = trained.encode(images)
    if not sigma.all():
        raise InputError("This model's codes are points: there is no KL.", got=trained.title)
    mu = codes.astype(np.float64) @ turn.T
    spread = turn * sigma[:, None].astype(np.float64)
    covariance = spread @ spread.transpose(0, 2, 1)
    z = mu + (spread @ rng.standard_normal((len(mu), d, 1)))[..., 0]
    trace = np.trace(covariance, axis1=1, axis2=2)
    kl = 0.5 * (trace + (mu**2).sum(axis=1) - d - np.linalg.slogdet(covariance).logabsdet)
    with torch.inference_mode():
        x, back = torch.from_numpy(np.asarray(images, np.float32)), (z @ turn).astype(np.float32)
        error = -trained.module.likelihood.log_prob(x, trained.module.decode(torch.from_numpy(back)))
    return Turned(mu, error.numpy().astype(np.float64), kl)
