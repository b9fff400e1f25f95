"""A class left out of training, so that a model can be shown what it has never seen."""

from __future__ import annotations

import dataclasses

from vae_core.datasets.image_dataset import ImageDataset, Split
from vae_core.errors import DatasetError


def without_class(dataset: ImageDataset, label: int | None) -> ImageDataset:
    """Return the data set with no image of a class in training and validation; the test images stay as they are.

    Parameters
    ----------
    dataset : ImageDataset
    label : int or None
        Index into the class names; None returns the data set itself.

    Raises
    ------
    DatasetError
        If the images have no classes, there is no such class, or nothing else is left.

    Examples
    --------
    >>> from vae_core.datasets import load_dataset
    >>> load_dataset("digits", without=1).title
    'Digits 8x8 without 1'
    """
    if label is None:
        return dataset
    names = dataset.class_names
    if names is None or dataset.train.labels is None:
        raise DatasetError("Images without classes can't be trained on without one.", got=dataset.title)
    if not 0 <= label < len(names):
        raise DatasetError(
            "There is no such class to leave out.", got=label, allowed=f"0 to {len(names) - 1}"
        )
    train, validation = _without(dataset.train, label), _without(dataset.validation, label)
    if not len(train):
        raise DatasetError("All images are of the class that is left out.", got=names[label])
    title = f"{dataset.title} without {names[label]}"
    return dataclasses.replace(dataset, title=title, train=train, validation=validation)


def _without(split: Split, label: int) -> Split:
    if split.labels is None:
        return split
    kept = split.labels != label
    parts = (split.images, split.labels, split.factors)
    return Split(*(None if part is None else part[kept] for part in parts))  # type: ignore[arg-type]
