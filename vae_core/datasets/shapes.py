"""Sprites with known factors in the manner of dSprites (Matthey et al. 2017): one shape on black, nothing else.

The grid of factors has dSprites' sizes: 3 shapes, 6 scales, 40 orientations, 32 positions across and 32 down, 737,280
images in all, the last factor changing fastest. Pixels are 0 or 255 by whether their centre lies inside the shape.
Two things differ on purpose: the 40 orientations divide the full turn, whereas dSprites has both 0 and 2 pi; and there
is no constant colour factor.

Shapes are described on a canvas 64 units wide, y downwards. Neighbouring positions are one unit apart, so a sprite is
drawn once for each shape, scale and orientation, and every image is a window on one of these 720 drawings.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vae_core.datasets.image_dataset import ImageDataset, Split
from vae_core.errors import DatasetError

TITLE = "Shapes"
LICENCE = "MIT, drawn by this program"
SOURCE = "after dSprites: L. Matthey, I. Higgins, D. Hassabis and A. Lerchner (2017)"
CLASS_NAMES = ("square", "ellipse", "heart")
FACTOR_NAMES = ("shape", "scale", "orientation", "x", "y")
FACTOR_SIZES = (3, 6, 40, 32, 32)
GRID_COUNT = math.prod(FACTOR_SIZES)
IMAGE_SIZES = (32, 64)
DEFAULT_COUNT = 10_000
LOWEST_COUNT = 10

_CANVAS = 64
_SHIFTS = FACTOR_SIZES[3] - 1
# In canvas units, chosen so that the largest sprite stays inside the canvas at the outermost positions. The heart's
# middle, in its own unit, is its centre of mass.
_SQUARE_HALF = 10.3
_ELLIPSE_HALF = (15.0, 7.5)
_HEART_UNIT = 12.0
_HEART_MIDDLE = 0.29


def load_shapes(
    *, seed: int = 0, validation: int | None = None, size: int | None = None, count: int | None = None
) -> ImageDataset:
    """Draw `count` different images from the grid of factors: a tenth each for validation and test, the rest to train.

    Parameters
    ----------
    seed : int
        Which images are drawn, and into which split they go.
    validation : int, optional
        Images held out for validation; a tenth of `count` when None.
    size : int, optional
        Pixels along an edge, 32 or 64; 64 when None.
    count : int, optional
        Images in all, 10 to 737,280; 10,000 when None. The full grid at 64 pixels takes 3 GB of memory.

    Returns
    -------
    ImageDataset
        Images [N, 1, size, size] of 0 and 255, the shape as label, factors [N, 5] as in :func:`factor_values`.

    Raises
    ------
    DatasetError
        If a number is out of bounds.
    """
    edge = IMAGE_SIZES[-1] if size is None else size
    total = DEFAULT_COUNT if count is None else count
    if edge not in IMAGE_SIZES:
        raise DatasetError("Shapes cannot be drawn at this size.", got=edge, allowed="32 or 64 pixels")
    if not LOWEST_COUNT <= total <= GRID_COUNT:
        allowed = f"{LOWEST_COUNT} to {GRID_COUNT}"
        raise DatasetError("Shapes cannot be drawn in this number.", got=total, allowed=allowed)
    tested = total // 10
    held = total // 10 if validation is None else validation
    if not 1 <= held < total - tested:
        allowed = f"1 to {total - tested - 1}"
        raise DatasetError("The validation split of shapes cannot have this size.", got=held, allowed=allowed)
    indices = sample_indices(total, seed)
    trained, *held_back = np.split(indices, [total - tested - held, total - tested])
    # Not these in order: the first so many of them stand for all. Training shuffles its own.
    train, held_out, test = (draw_split(part, edge) for part in (np.sort(trained), *held_back))
    return ImageDataset(
        name="shapes",
        title=TITLE,
        train=train,
        validation=held_out,
        test=test,
        class_names=CLASS_NAMES,
        factor_names=FACTOR_NAMES,
        licence=LICENCE,
        source=SOURCE,
    )


def sample_indices(count: int, seed: int) -> NDArray[np.int64]:
    """Return `count` different indices [count] into the grid of factors, in random order.

    >>> sorted(sample_indices(GRID_COUNT, seed=1)) == list(range(GRID_COUNT))
    True
    """
    return np.random.default_rng(seed).choice(GRID_COUNT, size=count, replace=False).astype(np.int64)


def factor_values(indices: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the factors [N, 5] of these points of the grid.

    Columns: shape (0 square, 1 ellipse, 2 heart), scale (0.5 to 1), orientation (radians, clockwise as seen, below
    2 pi), x (0 left to 1 right), y (0 top to 1 bottom).

    >>> factor_values(np.array([0, 737_279])).astype(float).round(3).tolist()
    [[0.0, 0.5, 0.0, 0.0, 0.0], [2.0, 1.0, 6.126, 1.0, 1.0]]
    """
    _check_indices(indices)
    steps = np.unravel_index(indices, FACTOR_SIZES)
    return np.stack([axis[step] for axis, step in zip(_factor_axes(), steps, strict=True)], axis=-1)


def draw(indices: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
    """Draw these points of the grid; `np.arange(GRID_COUNT)` gives all of it in order.

    Parameters
    ----------
    indices : int64 array [N]
    size : int
        Pixels along an edge, 32 or 64.

    Returns
    -------
    uint8 array [N, 1, size, size] of 0 and 255

    Raises
    ------
    DatasetError
        If the size or an index is out of bounds.
    """
    if size not in IMAGE_SIZES:
        raise DatasetError("Shapes cannot be drawn at this size.", got=size, allowed="32 or 64 pixels")
    _check_indices(indices)
    sprites = _sprites(size)
    shape, scale, orientation, x, y = np.unravel_index(indices, FACTOR_SIZES)
    sprite = np.ravel_multi_index((shape, scale, orientation), FACTOR_SIZES[:3])
    step = _CANVAS // size
    windows = sliding_window_view(sprites, (_CANVAS, _CANVAS), axis=(1, 2))[..., ::step, ::step]
    # The window moves against the sprite: the further left it starts, the further right the sprite is seen.
    return windows[sprite, _SHIFTS - y, _SHIFTS - x][:, np.newaxis]


def draw_split(indices: NDArray[np.int64], size: int) -> Split:
    """Return images, labels and factors of these points of the grid; see :func:`draw` and :func:`factor_values`."""
    factors = factor_values(indices)
    return Split(draw(indices, size), factors[:, 0].astype(np.int64), factors)


def _check_indices(indices: NDArray[np.int64]) -> None:
    if indices.size and not (indices.min() >= 0 and indices.max() < GRID_COUNT):
        got = f"{indices.min()} to {indices.max()}"
        raise DatasetError("There is no such point in the grid.", got=got, allowed=f"0 to {GRID_COUNT - 1}")


def _factor_axes() -> tuple[NDArray[np.float32], ...]:
    shapes, scales, orientations, across, down = FACTOR_SIZES
    return (
        np.arange(shapes, dtype=np.float32),
        np.linspace(0.5, 1, scales, dtype=np.float32),
        (np.arange(orientations) * (2 * np.pi / orientations)).astype(np.float32),
        np.linspace(0, 1, across, dtype=np.float32),
        np.linspace(0, 1, down, dtype=np.float32),
    )


@functools.lru_cache(maxsize=len(IMAGE_SIZES))
def _sprites(size: int) -> NDArray[np.uint8]:
    """Draw each shape, scale and orientation in the middle of a canvas [720, 95, 95] wide enough for every window."""
    wide = _CANVAS + _SHIFTS
    step = _CANVAS // size
    # Zero is the sprite's centre; the centre of a pixel two units wide lies half a unit beyond that of its first one.
    along = np.arange(wide) - (wide - 1) / 2 + (step - 1) / 2
    right, down = along[np.newaxis, :], along[:, np.newaxis]
    _, scales, orientations, _, _ = _factor_axes()
    drawings = np.empty((*FACTOR_SIZES[:3], wide, wide), dtype=np.uint8)
    for j, scale in enumerate(scales):
        for k, angle in enumerate(orientations):
            u = (right * np.cos(angle) + down * np.sin(angle)) / scale
            v = (down * np.cos(angle) - right * np.sin(angle)) / scale
            for i, inside in enumerate((_in_square, _in_ellipse, _in_heart)):
                drawings[i, j, k] = np.where(inside(u, v), 255, 0)
    drawings.flags.writeable = False
    return drawings.reshape(-1, wide, wide)


def _in_square(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.maximum(np.abs(u), np.abs(v)) <= _SQUARE_HALF


def _in_ellipse(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (u / _ELLIPSE_HALF[0]) ** 2 + (v / _ELLIPSE_HALF[1]) ** 2 <= 1


def _in_heart(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.bool_]:
    # The sextic heart curve (a^2 + b^2 - 1)^3 = a^2 b^3, upright with b upwards.
    a, b = u / _HEART_UNIT, _HEART_MIDDLE - v / _HEART_UNIT
    return (a**2 + b**2 - 1) ** 3 <= a**2 * b**3
