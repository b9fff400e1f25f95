"""Numbers as grey levels: whole numbers from 0 to 255, or fractions from 0 to 1, told by the first image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_core.errors import DatasetError

ALLOWED = "uint8, or numbers in [0, 255] or all in [0, 1]"


class Levels:
    """What turns one image after the other into uint8, all on the same scale."""

    def __init__(self) -> None:
        self._most: int | None = None

    def scaled(self, values: NDArray[Any], where: str) -> NDArray[np.uint8]:
        """Return the values as uint8, the shape unchanged.

        Parameters
        ----------
        values : array
        where : str
            What to call them if they don't fit.

        Raises
        ------
        DatasetError
            If one is not finite, is negative, or is above what earlier ones were measured by.
        """
        if values.dtype == np.uint8 and self._most == 255:
            return values
        if not values.size:
            return values.astype(np.uint8)
        low, high = float(values.min()), float(values.max())
        # Written so that NaN fails too.
        if not (low >= 0 and high <= 255):
            raise DatasetError(
                f"The numbers in {where} are no grey levels.", got=_range(low, high), allowed=ALLOWED
            )
        if self._most is None and high > 0:
            self._most = 1 if high <= 1 else 255
        if self._most == 1 and high > 1:
            raise DatasetError(
                f"The numbers in {where} do not fit the ones before, which lie between 0 and 1.",
                got=_range(low, high),
                allowed=ALLOWED,
            )
        return np.rint(values * (255.0 if self._most == 1 else 1.0)).astype(np.uint8)


def _range(low: float, high: float) -> str:
    return f"{low:.4g} to {high:.4g}"
