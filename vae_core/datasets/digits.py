"""scikit-learn's bundled digits: 1,797 images of 8x8 pixels that need no network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.image_dataset import ImageDataset, Split
from vae_core.datasets.splitting import stratified_order
from vae_core.errors import DatasetError

TITLE = "Digits 8x8"
LICENCE = "CC BY 4.0, E. Alpaydin and C. Kaynak (1998)"
SOURCE = "https://archive.ics.uci.edu/dataset/80 (the test part, as bundled with scikit-learn)"
CLASS_NAMES = tuple(str(digit) for digit in range(10))
TEST_COUNT = 400
VALIDATION_COUNT = 200
HIGHEST_VALUE = 16


def load_digits(*, seed: int = 0, validation: int | None = None) -> ImageDataset:
    """Load the digits: 1,197 training, 200 validation and 400 test images, each digit equally often in each split.

    Parameters
    ----------
    seed : int
        Which images go into which split.
    validation : int, optional
        Validation images, taken from the training ones; 200 when None, 1 to 1,387 otherwise.

    Returns
    -------
    ImageDataset
        Images [N, 1, 8, 8], the original 0 to 16 stretched to 0 to 255.

    Raises
    ------
    DatasetError
        If `validation` leaves no image of each digit for training.
    """
    from sklearn import datasets  # here, because it takes a second that other data sets need not wait for

    held = VALIDATION_COUNT if validation is None else validation
    values, labels = datasets.load_digits(return_X_y=True)
    highest = len(labels) - TEST_COUNT - len(CLASS_NAMES)
    if not 1 <= held <= highest:
        raise DatasetError(
            "The validation split of digits cannot have this size.", got=held, allowed=f"1 to {highest}"
        )
    images = np.rint(values * (255 / HIGHEST_VALUE)).astype(np.uint8).reshape(-1, 1, 8, 8)
    labels = labels.astype(np.int64)
    order = stratified_order(labels, np.random.default_rng(seed))
    test, rest = order[:TEST_COUNT], order[TEST_COUNT:]
    return ImageDataset(
        name="digits",
        title=TITLE,
        train=_take(images, labels, rest[held:]),
        validation=_take(images, labels, rest[:held]),
        test=_take(images, labels, test),
        class_names=CLASS_NAMES,
        factor_names=None,
        licence=LICENCE,
        source=SOURCE,
    )


def _take(images: NDArray[np.uint8], labels: NDArray[np.int64], indices: NDArray[np.int64]) -> Split:
    chosen = np.sort(indices)
    return Split(images[chosen], labels[chosen])
