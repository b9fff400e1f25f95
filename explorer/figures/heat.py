"""A quiet heat picture of positive numbers: one hue, clear where they are small, so that it suits any page."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.figures.pixels import data_uri

HUE = "#4f74d6"
MOST = 0.85


class Heat(NamedTuple):
    """A picture as a data address, and what its clear and its full colour stand for."""

    picture: str
    low: str
    high: str


def of(logs: NDArray[np.floating]) -> Heat:
    """Return the heat of values [n, m] by their log10, row 0 at the top, between their 2nd and 99th percentile.

    >>> of(np.float64([[0, 1], [2, 3]]))[1:]
    ('1.1', '930')
    """
    found = np.maximum(logs, -12.0)
    low, high = np.quantile(found, [0.02, 0.99])
    share = np.clip((found - low) / max(float(high - low), 1e-9), 0, 1)
    pixels = np.empty((*logs.shape, 4), np.uint8)
    pixels[..., :3] = [int(HUE[k : k + 2], 16) for k in (1, 3, 5)]
    pixels[..., 3] = np.rint(255 * MOST * share)
    return Heat(data_uri(pixels), _two_digits(10**low), _two_digits(10**high))


def _two_digits(value: float) -> str:
    return f"{float(f'{value:.2g}'):,g}"
