"""How close images are to the ones they should be, and how sharp: all on pixels in [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError

Floats = NDArray[np.float64]
SIGMA = 1.5
WINDOW = 11
C1, C2 = 0.01**2, 0.03**2
"""(K1 L)^2 and (K2 L)^2 of Wang et al., with L = 1."""
PART = 256
"""Images worked on at once, so that memory stays bounded."""


def mse(images: ArrayLike, references: ArrayLike) -> float:
    """Return the mean squared error over images, channels and pixels.

    Parameters
    ----------
    images, references : float arrays [N, C, H, W] in [0, 1]
        Image n is to be like reference n.

    Returns
    -------
    float, 0 to 1

    Raises
    ------
    InputError
        If the shapes differ, or a pixel is not in [0, 1].

    Examples
    --------
    >>> mse(np.zeros((1, 1, 2, 2)), np.full((1, 1, 2, 2), 0.5))
    0.25
    """
    x, y = _pair(images, references)
    total = sum(float(((a - b) ** 2).sum()) for a, b in zip(_parts(x), _parts(y), strict=True))
    return total / x.size


def psnr(images: ArrayLike, references: ArrayLike) -> float:
    """Return the peak signal-to-noise ratio, -10 log10 MSE, for a peak of 1.

    The mean squared error is that of all images together: a mean over the images' own ratios would be infinite as soon
    as one image is perfect. Arguments and errors are those of :func:`mse`.

    Returns
    -------
    float, dB, at least 0
        Infinite if all images are perfect.

    Examples
    --------
    >>> psnr(np.zeros((1, 1, 2, 2)), np.full((1, 1, 2, 2), 0.1))
    20.0
    """
    error = mse(images, references)
    return -10 * math.log10(error) if error else math.inf


def ssim(images: ArrayLike, references: ArrayLike, window: int | None = None) -> float:
    """Return the mean structural similarity of images and references.

    (2 μx μy + C1)(2 σxy + C2) / ((μx² + μy² + C1)(σx² + σy² + C2)), equation 13 of Wang, Bovik, Sheikh and Simoncelli
    (2004), with their K1 = 0.01, K2 = 0.03 and means under a Gaussian window of standard deviation 1.5 pixels, 11
    pixels wide and high; averaged over the places where the window lies inside the image, over channels and images.

    Parameters
    ----------
    images, references : float arrays [N, C, H, W] in [0, 1]
    window : int, optional
        Pixels along the window's edge, odd. When None, 11, or for smaller images the largest that fits: 7 for 8 x 8
        pixels. Values for different windows can't be compared.

    Returns
    -------
    float, -1 to 1

    Raises
    ------
    InputError
        If the shapes differ, a pixel is not in [0, 1], or the window does not fit.

    Examples
    --------
    >>> x = np.random.default_rng(0).uniform(size=(1, 1, 16, 16))
    >>> ssim(x, x), round(ssim(x, 1 - x), 2)
    (1.0, -0.97)
    """
    x, y = _pair(images, references)
    side = min(x.shape[2:])
    size = min(WINDOW, side - 1 + side % 2) if window is None else window
    if not (isinstance(size, int) and 1 <= size <= side and size % 2):
        raise InputError("The window of SSIM does not fit.", got=window, allowed=f"odd, 1 to {side}")
    down, across = _window(x.shape[2], size), _window(x.shape[3], size)
    total, places = 0.0, 0
    for a, b in zip(_parts(x), _parts(y), strict=True):
        mean_a, mean_b, aa, bb, ab = (down @ each @ across.T for each in (a, b, a * a, b * b, a * b))
        product, squares = mean_a * mean_b, mean_a**2 + mean_b**2
        similar = (2 * product + C1) * (2 * (ab - product) + C2)
        similar /= (squares + C1) * (aa + bb - squares + C2)
        total, places = total + float(similar.sum()), places + similar.size
    return total / places


def gradient_energy_ratio(images: ArrayLike, data: ArrayLike) -> float:
    """Return how much sharper images are than the data: the ratio of their mean squared finite differences.

    The energy is the mean of (x[i + 1, j] - x[i, j])² plus the mean of (x[i, j + 1] - x[i, j])², over images, channels
    and places: the squared gradient, a usual measure of focus. Blurring lowers it, noise raises it. The images need not
    be like any of the data one by one, so that draws from the prior can be judged too.

    Parameters
    ----------
    images : float array [N, C, H, W] in [0, 1]
    data : float array [M, C, H, W] in [0, 1]

    Returns
    -------
    float, at least 0
        1 for images as sharp as the data, less for blurred ones.

    Raises
    ------
    InputError
        If the images differ in shape, a pixel is not in [0, 1], or the data have no edges at all.

    Examples
    --------
    >>> edge = np.array([[0.0, 0.0, 1.0, 1.0]] * 4).reshape(1, 1, 4, 4)
    >>> ramp = np.array([[0.0, 1 / 3, 2 / 3, 1.0]] * 4).reshape(1, 1, 4, 4)
    >>> round(gradient_energy_ratio(ramp, edge), 3)
    0.333
    """
    x, y = _images("images", images), _images("data", data)
    if x.shape[1:] != y.shape[1:]:
        raise InputError("Images and data differ in shape.", got=f"{list(x.shape)} and {list(y.shape)}")
    energy = _gradient_energy(y)
    if energy == 0:
        raise InputError(
            "The data have no edges, so that nothing can be sharp or blurred.", got="images of one value"
        )
    return _gradient_energy(x) / energy


def _gradient_energy(images: NDArray[np.floating]) -> float:
    totals = [0.0, 0.0]
    for part in _parts(images):
        for k in (0, 1):
            totals[k] += float((np.diff(part, axis=2 + k) ** 2).sum())
    n, channels, height, width = map(int, images.shape)
    return totals[0] / (n * channels * (height - 1) * width) + totals[1] / (
        n * channels * height * (width - 1)
    )


def _window(pixels: int, size: int) -> Floats:
    """Return the matrix [pixels - size + 1, pixels] that takes Gaussian means of `size` neighbours."""
    offsets = np.arange(size) - size // 2
    weights = np.exp(-0.5 * (offsets / SIGMA) ** 2)
    places = np.arange(pixels - size + 1)[:, np.newaxis]
    matrix = np.zeros((len(places), pixels))
    matrix[places, places + np.arange(size)] = weights / weights.sum()
    return matrix


def _pair(images: ArrayLike, references: ArrayLike) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    x, y = _images("images", images), _images("references", references)
    if x.shape != y.shape:
        raise InputError("Images and references differ in shape.", got=f"{list(x.shape)} and {list(y.shape)}")
    return x, y


def _images(name: str, values: ArrayLike) -> NDArray[np.floating]:
    images = np.asarray(values)
    if images.ndim != 4 or min(images.shape) < 1 or min(images.shape[2:]) < 2 or images.dtype.kind != "f":
        got = f"{images.dtype} {list(images.shape)}"
        raise InputError(f"{name} can't be compared.", got=got, allowed="floats [N, C, H, W], not empty")
    # Interpolation and rounding may leave the range by a hair.
    if not (images.min() >= -1e-4 and images.max() <= 1 + 1e-4):
        raise InputError(
            f"{name} holds pixels that are no brightness.",
            got=f"{images.min()} to {images.max()}",
            allowed="0 to 1",
        )
    return images


def _parts(images: NDArray[np.floating]) -> Iterator[Floats]:
    for start in range(0, len(images), PART):
        yield images[start : start + PART].astype(np.float64)
