"""The surface that a decoder lays over latent space, and the metric that latent space gets from it.

A decoder maps codes z to images, and so lays a curved surface into the space of images. Latent space takes its lengths
and angles from there: M(z) = J(z)^T J(z), with J the images' derivatives, is the pull-back metric, and a small step dz
changes the image by sqrt(dz^T M dz), in the L2 distance of pixels (Arvanitidis, Hansen & Hauberg (2018), "Latent Space
Oddity: on the Curvature of Deep Generative Models", section 2).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes

FloatArray = NDArray[np.float32]
Decode = Callable[[FloatArray], NDArray[Any]]
Differential = Callable[[FloatArray], tuple[NDArray[Any], NDArray[Any]]]


@dataclasses.dataclass(frozen=True, eq=False)
class Surface:
    """A smooth map from codes [N, d] to points [N, F].

    Attributes
    ----------
    decode : callable, [N, d] -> [N, ...]
        What a code stands for, such as ``TrainedModel.decode``.
    decode_with_jacobian : callable, [N, d] -> ([N, ...], [N, ..., d])
        The same with its derivatives, such as ``TrainedModel.decode_with_jacobian``.

    Examples
    --------
    >>> flat = Surface(lambda z: 3 * z, lambda z: (3 * z, np.tile(3 * np.eye(2), (len(z), 1, 1))))
    >>> flat.metric([[0.5, 1.0]]).tolist()
    [[[9.0, 0.0], [0.0, 9.0]]]
    """

    decode: Decode
    decode_with_jacobian: Differential

    def points(self, z: ArrayLike) -> FloatArray:
        """Return the points [N, F] of codes [N, d], what was decoded laid out flat."""
        codes = as_codes("z", z).astype(np.float32)
        return _flat(self.decode(codes), len(codes))

    def tangents(self, z: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the points [N, F] of codes [N, d], and the tangents [N, d, F] along each dimension."""
        codes = as_codes("z", z).astype(np.float32)
        decoded, jacobian = self.decode_with_jacobian(codes)
        if jacobian.shape != (*decoded.shape, codes.shape[1]):
            raise InputError(
                "The decoder's Jacobian does not fit.",
                got=list(jacobian.shape),
                allowed=[*decoded.shape, codes.shape[1]],
            )
        count, d = codes.shape
        along = np.asarray(np.moveaxis(jacobian, -1, 1).reshape(count, d, -1), np.float32)
        return _flat(decoded, count), along

    def metric(self, z: ArrayLike) -> NDArray[np.float64]:
        """Return the pull-back metric M = J^T J at codes [N, d], float64 [N, d, d]; InputError on other shapes."""
        along = self.tangents(z)[1].astype(np.float64)
        found: NDArray[np.float64] = along @ along.transpose(0, 2, 1)
        return found

    def beside(self, other: Surface) -> Surface:
        """Return the surface of both maps' points side by side, whose metric is the sum of both metrics."""

        def decode(z: FloatArray) -> FloatArray:
            return np.concatenate([self.points(z), other.points(z)], axis=1)

        def decode_with_jacobian(z: FloatArray) -> tuple[FloatArray, FloatArray]:
            points, tangents = zip(self.tangents(z), other.tangents(z), strict=True)
            return np.concatenate(points, axis=1), np.concatenate(tangents, axis=2).transpose(0, 2, 1)

        return Surface(decode, decode_with_jacobian)


def _flat(decoded: NDArray[Any], count: int) -> FloatArray:
    if len(decoded) != count:
        raise InputError("The decoder does not give one image a code.", got=len(decoded), allowed=count)
    return np.asarray(decoded.reshape(count, -1), np.float32)
