"""What the measures of class structure demand of codes and labels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes


class Labelled(NamedTuple):
    """Codes to learn from and codes to be judged, each with its labels."""

    reference: NDArray[np.float64]
    known: NDArray[np.int64]
    codes: NDArray[np.float64]
    wanted: NDArray[np.int64]


def as_labelled(
    mu_reference: ArrayLike, labels_reference: ArrayLike, mu: ArrayLike, labels: ArrayLike
) -> Labelled:
    """Return codes [M, d] with labels [M], and codes [N, d] with labels [N].

    Raises
    ------
    InputError
        If shapes do not go together, codes are not finite, or labels are no whole numbers.
    """
    reference, codes = as_codes("mu_reference", mu_reference), as_codes("mu", mu)
    if reference.shape[1] != codes.shape[1]:
        raise InputError(
            "Codes and reference codes have different numbers of dimensions.",
            got=f"{codes.shape[1]} and {reference.shape[1]}",
        )
    known = _labels("labels_reference", labels_reference, len(reference))
    return Labelled(reference, known, codes, _labels("labels", labels, len(codes)))


def _labels(name: str, values: ArrayLike, count: int) -> NDArray[np.int64]:
    labels = np.asarray(values)
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        got = f"{labels.dtype} {list(labels.shape)}"
        raise InputError(f"{name} does not go with its codes.", got=got, allowed=f"integers [{count}]")
    return labels.astype(np.int64)
