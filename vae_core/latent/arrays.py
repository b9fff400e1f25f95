"""What the functions on latent codes demand of the arrays that they are given."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError


def as_codes(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return `values` as float64 codes [N, d], both at least 1.

    Raises
    ------
    InputError
        Calling the array `name`, if it has another number of dimensions, is empty, or is not finite as float32.
    """
    return _finite(name, values, ("N", "d"))


def as_code(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return `values` as one float64 code [d], d at least 1; InputError as for :func:`as_codes`."""
    return _finite(name, values, ("d",))


def check_count(name: str, value: object, low: int) -> None:
    """Raise InputError unless `value` is a whole number of at least `low`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < low:
        raise InputError(
            f"{name} does not fit.", got=repr(value), allowed=f"a whole number of at least {low}"
        )


def check_dimension(name: str, value: object, d: int) -> None:
    """Raise InputError unless `value` is the number of one of `d` latent dimensions, counted from 0."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not 0 <= value < d:
        raise InputError(f"{name} is no latent dimension.", got=repr(value), allowed=f"0 to {d - 1}")


def _finite(name: str, values: ArrayLike, axes: tuple[str, ...]) -> NDArray[np.float64]:
    shape = f"[{', '.join(axes)}]"
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} is not an array of numbers.", allowed=f"numbers {shape}") from error
    if array.ndim != len(axes) or array.size == 0:
        raise InputError(f"{name} has the wrong shape.", got=list(array.shape), allowed=f"{shape}, not empty")
    if not (np.abs(array) <= np.finfo(np.float32).max).all():
        raise InputError(f"{name} holds NaN or numbers too large for float32.", allowed="finite numbers")
    return array
