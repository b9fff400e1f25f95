"""Many small images as one picture, for a page that cuts them out of it again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.figures.pixels import data_uri, picture


def sprite(images: NDArray[np.uint8], columns: int) -> str:
    """Return images [N, C, H, W] as one PNG data address, `columns` to a row, row by row, without gaps.

    >>> sprite(np.zeros((3, 1, 8, 8), np.uint8), 2)[:22]
    'data:image/png;base64,'
    """
    count, channels, height, width = images.shape
    rows = -(-count // columns)
    tiles = np.zeros((rows * columns, channels, height, width), np.uint8)
    tiles[:count] = images
    grid = tiles.reshape(rows, columns, channels, height, width).transpose(2, 0, 3, 1, 4)
    return data_uri(picture(grid.reshape(channels, rows * height, columns * width)))
