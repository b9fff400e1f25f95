"""Denoising: of all images that a model can draw, the one that a noisy image most probably came from.

With noise of standard deviation s it is f(z), f the decoder's mean image, at the z that minimises

    |x - f(z)|^2 / (2 s^2) + |z|^2 / 2,

Bora, Jalal, Price & Dimakis (2017), "Compressed Sensing using Generative Models", equation 3. The encoder alone will
not do: it never saw noise. What is peculiar to an image is taken for noise as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.trained import TrainedModel

FloatArray = NDArray[np.float32]
STEPS, RATE = 120, 0.1
LEAST = 0.05
"""Noise is taken for at least this wide, since no decoder fits a clean image exactly."""


def with_noise(images: NDArray[Any], sd: float, rng: np.random.Generator) -> FloatArray:
    """Return images [N, C, H, W] in [0, 1] with Gaussian noise of standard deviation `sd`, cut to [0, 1].

    Raises
    ------
    InputError
        If `sd` is negative or not finite.
    """
    _check(sd)
    noisy: FloatArray = np.clip(images + sd * rng.standard_normal(np.shape(images)), 0, 1).astype(np.float32)
    return noisy


def denoise(trained: TrainedModel, images: NDArray[Any], sd: float) -> FloatArray:
    """Return images [N, C, H, W] without noise of standard deviation `sd`; nothing is random.

    Parameters
    ----------
    trained : TrainedModel
        With an encoder, from whose code and from z = 0 the search begins, told no class.
    images : float array [N, C, H, W] in [0, 1]
    sd : float

    Raises
    ------
    InputError
        If `sd` is negative or not finite, or as for :meth:`TrainedModel.encode`.
    """
    _check(sd)
    x, module = torch.from_numpy(np.asarray(images, np.float32)), trained.module
    best = torch.full((len(x),), torch.inf)
    found = torch.zeros_like(x)
    mu = torch.from_numpy(trained.encode(images)[0])
    for begin in (mu, torch.zeros_like(mu)):
        z = begin.clone().requires_grad_()
        optimiser = torch.optim.Adam([z], lr=RATE)
        for _ in range(STEPS):
            error, _ = _error(module, z, x, sd)
            (z.grad,) = torch.autograd.grad(error.sum(), z)
            optimiser.step()
        with torch.inference_mode():
            error, decoded = _error(module, z, x, sd)
            better = error < best
            best, found = (
                torch.where(better, error, best),
                torch.where(better[:, None, None, None], decoded, found),
            )
    return found.numpy()


def _error(module: Any, z: torch.Tensor, x: torch.Tensor, sd: float) -> tuple[torch.Tensor, torch.Tensor]:
    decoded = module.likelihood.mean(module.decode(z))
    misfit = ((x - decoded) ** 2).flatten(1).sum(1) / (2 * max(sd, LEAST) ** 2)
    return misfit + 0.5 * (z**2).sum(1), decoded


def _check(sd: float) -> None:
    if not 0 <= sd < np.inf:
        raise InputError("Noise has no such standard deviation.", got=sd, allowed="0 or more")
