"""What a decoder does with small steps: its output and its Jacobian, exact and for many codes at once."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable

import torch
from torch import Tensor

Image = Callable[[Tensor], Tensor]


def with_jacobian(image: Image, z: Tensor) -> tuple[Tensor, Tensor]:
    """Return what `image` makes of codes, and its derivatives along each of their dimensions.

    Forward mode, one tangent a dimension: codes are few numbers and images many.

    Parameters
    ----------
    image : callable, [N, d] -> [N, ...]
        Row by row; no row may depend on another.
    z : tensor [N, d]

    Returns
    -------
    images : tensor [N, ...]
    tangents : tensor [d, N, ...]
        Entry k is d images / d z_k.
    """

    def along(direction: Tensor) -> tuple[Tensor, Tensor]:
        images, change = torch.func.jvp(image, (z,), (direction.expand_as(z),))[:2]
        return images, change

    _prepare()
    directions = torch.eye(z.shape[1], dtype=z.dtype)
    # The image itself does not depend on the direction, so it is computed once.
    images, tangents = torch.func.vmap(along, out_dims=(None, 0))(directions)  # type: ignore[arg-type]
    return images, tangents


@functools.cache
def _prepare() -> None:
    # Before its first use torch loads rules of its own, and warns of how it does that.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        zero = torch.zeros(1, 1)
        torch.func.vmap(lambda step: torch.func.jvp(torch.sin, (zero,), (step[None],)))(zero)
