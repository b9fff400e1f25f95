"""Black and white pixels drawn from grey ones: noise for the encoder's input, against overfitting in a long training.

The encoder never sees the same image twice, and the decoder is judged by the grey pixels all the same. Judging it by
the drawn ones would ask the code to tell one draw from another. Shu et al. (2018), "Amortized Inference
Regularization" (there: the denoising VAE).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

MOST_NOISE = 0.5
"""Drawing pays where it adds less than this share of the images' own variance; measured, see docs/log.md."""
LOOKED_AT = 2000


def noise_share(images: NDArray[np.uint8]) -> float:
    """Return how much drawing would add to images [N, C, H, W], as a share of their variance about the mean image.

    A pixel of grey x becomes white with probability x, which adds a variance of x (1 - x). 0 for images that are black
    and white already, and 1 or so for images that are grey all over.

    >>> noise_share(np.array([[[[0, 255]]], [[[255, 0]]]], np.uint8))
    0.0
    """
    x = images[:LOOKED_AT].astype(np.float32) / 255
    own = float(x.var(axis=0).mean())
    return float((x * (1 - x)).mean()) / own if own > 0 else 0.0


def draw(images: Tensor, seed: int, step: int, dtype: torch.dtype) -> Tensor:
    """Return uint8 `images` as zeros and ones, one with probability grey / 256; the same for the same seed and step."""
    # The generator whose bytes come fastest: a draw for each pixel must not slow the step down.
    bits = np.random.SFC64((seed, step, 1)).random_raw(-(-images.numel() // 8))
    draws = torch.from_numpy(bits.view(np.uint8)[: images.numel()]).view(images.shape)
    return (images > draws).to(dtype)
