"""Between the classes of a conditional model: its decoder with one more dimension, that says how far on the way one is.

A conditional model adds a learned vector v_y behind its first layer. Between classes a and b the decoder gets

    v(s) = (1 - s) v_a + s v_b,    s from 0 to 1

and through several classes the same from each to the next. A place is then (z, s), the decoder a smooth map of it, and
lengths, geodesics and pictures are those of any other decoder of one dimension more. The model was trained at the
classes only: what lies between them is how its networks go on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from vae_core.differential import with_jacobian
from vae_core.errors import InputError
from vae_core.latent import Surface
from vae_core.latent.arrays import as_codes
from vae_core.models import CVAE
from vae_core.trained import TrainedModel

FloatArray = NDArray[np.float32]
_AT_ONCE = 512


class AcrossClasses:
    """A conditional model's decoder on the way through some of its classes.

    Parameters
    ----------
    trained : TrainedModel
        Conditional.
    labels : sequence of int
        Two classes or more, in the order of the way; s is 0 at the first, 1 at the second, and so on.

    Raises
    ------
    InputError
        If the model is not conditional, or has no such classes.
    """

    def __init__(self, trained: TrainedModel, labels: Sequence[int]) -> None:
        module = trained.module
        if not isinstance(module, CVAE):
            raise InputError(
                f"Model {trained.name} is not told any class.",
                got=trained.title,
                allowed="a conditional model",
            )
        if len(labels) < 2 or not all(0 <= label < trained.classes for label in labels):
            raise InputError(
                "There is no way through these classes.",
                got=list(labels),
                allowed=f"two or more from 0 to {trained.classes - 1}",
            )
        self.labels = tuple(int(label) for label in labels)
        self.latent_dim = trained.latent_dim + 1
        self._module = module
        with torch.no_grad():
            self._vectors = module.decoder_classes(torch.tensor(self.labels)).clone()

    def decode(self, places: ArrayLike) -> FloatArray:
        """Return the mean images [N, C, H, W] at places (z, s) [N, d + 1]; s beyond the ends is that of the end."""
        return self._decoded(self._at_place, self._checked(places, self.latent_dim))

    def decode_with_jacobian(self, places: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the mean images, and how they change with z and s: exact derivatives [N, C, H, W, d + 1]."""
        found = [
            with_jacobian(self._at_place, part)
            for part in torch.split(self._checked(places, self.latent_dim), _AT_ONCE // self.latent_dim)
        ]
        images = np.concatenate([image.numpy() for image, _ in found])
        return images, np.moveaxis(np.concatenate([along.numpy() for _, along in found], axis=1), 0, -1)

    def decode_mixed(self, z: ArrayLike, shares: ArrayLike) -> FloatArray:
        """Return the mean images of codes z [N, d], the classes' vectors mixed by their shares [N, S]."""
        codes = self._checked(z, self.latent_dim - 1)
        weights = self._checked(shares, len(self.labels))
        if len(codes) != len(weights):
            raise InputError("Codes and shares do not go together.", got=f"{len(codes)} and {len(weights)}")
        return self._decoded(self._mixed, torch.cat([codes, weights], dim=1))

    def surface(self) -> Surface:
        """Return the surface of the mean images over places (z, s)."""
        return Surface(self.decode, self.decode_with_jacobian)

    def _at_place(self, places: Tensor) -> Tensor:
        z, s = places[:, :-1], places[:, -1:].clamp(0, len(self.labels) - 1)
        # Hats of width 1 about each class: two of them share every place between.
        return self._mixed(
            torch.cat([z, (1 - (s - torch.arange(len(self.labels))).abs()).clamp(min=0)], dim=1)
        )

    def _mixed(self, given: Tensor) -> Tensor:
        z, shares = given[:, : self.latent_dim - 1], given[:, self.latent_dim - 1 :]
        return self._module.likelihood.mean(self._module.decode_between(z, shares @ self._vectors))

    def _decoded(self, image: Callable[[Tensor], Tensor], given: Tensor) -> FloatArray:
        with torch.inference_mode():
            return np.concatenate([image(part).numpy() for part in torch.split(given, _AT_ONCE)])

    def _checked(self, given: ArrayLike, width: int) -> Tensor:
        found = as_codes("places", given)
        if found.shape[1] != width:
            raise InputError(
                "Places between classes have the wrong shape.", got=list(found.shape), allowed=f"[N, {width}]"
            )
        return torch.from_numpy(found.astype(np.float32))
