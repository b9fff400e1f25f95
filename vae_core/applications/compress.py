"""Compression: how many bits an image costs when a model is known to sender and receiver.

Bits-back coding spends KL(q(z|x) || p(z)) - log2 P(x|z) bits on an image, on average the negative ELBO: Hinton & van
Camp (1993); Townsend, Bird & Barber (2019), "Practical Lossless Compression with Latent Variables using Bits Back
Coding". It codes levels, not a density, so P(x|z) here is the mass that the pixels' law gives to each level's bin.
"""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from vae_core.errors import InputError
from vae_core.models import GaussianVAE
from vae_core.trained import TrainedModel

NEAR_ZERO = 1e-4
"""Logits closer to zero than this give all greys the same mass, to float32's precision."""


def bits(
    trained: TrainedModel, images: NDArray[Any], levels: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return what each image costs, [N] bits, with one draw of z.

    Parameters
    ----------
    trained : TrainedModel
        A VAE with continuous Bernoulli pixels, told no class.
    images : float array [N, C, H, W]
        Greys k / (levels - 1), k = 0 … levels - 1; others count as the nearest.
    levels : int
        At least 2.
    rng : numpy.random.Generator
        Draws z.

    Raises
    ------
    InputError
        If the model, the images or `levels` do not fit.
    """
    module = trained.module
    if (
        not isinstance(module, GaussianVAE)
        or trained.likelihood != "continuous_bernoulli"
        or trained.is_conditional
    ):
        raise InputError("Only a density of greys gives them a mass.", got=trained.title, allowed="a VAE with "
                         "continuous Bernoulli pixels")  # fmt: skip
    mu, sigma = trained.encode(images)
    z = mu + sigma * rng.standard_normal(mu.shape).astype(np.float32)
    with torch.inference_mode():
        x = torch.from_numpy(np.asarray(images, np.float32))
        mass = (
            log_level_mass(module.decode(torch.from_numpy(z)), x, levels).double().flatten(1).sum(1).numpy()
        )
    kl = 0.5 * (mu.astype(np.float64) ** 2 + sigma**2 - 1 - 2 * np.log(sigma)).sum(axis=1)
    found: NDArray[np.float64] = (kl - mass) / math.log(2)
    return found


def log_level_mass(params: Tensor, x: Tensor, levels: int) -> Tensor:
    """Return the log of the mass that a continuous Bernoulli gives to each pixel's level, shape of `params`.

    With the logit l, the mass between a and b is (exp(l b) - exp(l a)) / (exp(l) - 1). A level's bin reaches half-way
    to its neighbours, and no farther than 0 and 1, so that the masses of all levels are 1 together.

    Raises
    ------
    InputError
        If `levels` is below 2.
    """
    if levels < 2:
        raise InputError("One level says nothing.", got=levels, allowed="2 or more")
    step = 1 / (levels - 1)
    level = torch.round(x / step) * step
    low, high = (level - step / 2).clamp(min=0), (level + step / 2).clamp(max=1)
    # From the side on which the mass grows, so that no exponential overflows.
    grows = params >= 0
    upper, width = torch.where(grows, high, 1 - low), high - low
    flat = params.abs() < NEAR_ZERO
    size = torch.where(flat, torch.ones_like(params), params.abs())
    steep = size * (upper - 1) + torch.log(-torch.expm1(-size * width)) - torch.log(-torch.expm1(-size))
    return torch.where(flat, torch.log(width), steep)


def png_bits(images: NDArray[np.uint8]) -> float:
    """Return what an image costs where all of them, uint8 [N, 1, H, W], are one PNG file under one another, in bits.

    Raises
    ------
    InputError
        If there is no image.
    """
    if not len(images):
        raise InputError("There is no image to write.")
    file = io.BytesIO()
    sheet = images.reshape(-1, images.shape[-1])
    Image.fromarray(sheet).save(file, "PNG", optimize=True)
    return 8 * file.getbuffer().nbytes / len(images)
