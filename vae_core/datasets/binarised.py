"""Grey images as draws of black and white ones, the form in which MNIST's likelihoods are published.

A pixel of grey x, from 0 to 1, becomes white with probability x. Statically binarised images are drawn once
(Salakhutdinov & Murray 2008, "On the Quantitative Analysis of Deep Belief Networks"); dynamically binarised training
images anew whenever they are used (Burda, Grosse & Salakhutdinov 2016, section 5), which keeps a model from learning
one draw by heart. Held-out images are drawn once either way, so that a number can be had again. These draws are our
own: the published static files come from another generator.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.image_dataset import ImageDataset

PART = 5000


def binarised(dataset: ImageDataset, how: str, seed: int = 0) -> ImageDataset:
    """Return the data set with pixels drawn black or white.

    Parameters
    ----------
    dataset : ImageDataset
    how : str
        ``static`` draws all splits, ``dynamic`` leaves the training images grey, for whoever trains to draw from;
        ``no`` returns the data set itself.
    seed : int
        Decides the draws.
    """
    if how == "no":
        return dataset
    train, validation, test = (
        dataclasses.replace(split, images=drawn_once(split.images, np.random.default_rng((seed, number))))
        for number, split in enumerate((dataset.train, dataset.validation, dataset.test))
    )
    return dataclasses.replace(
        dataset,
        title=f"{dataset.title}, {how}ally binarised",
        train=dataset.train if how == "dynamic" else train,
        validation=validation,
        test=test,
    )


def drawn_once(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return images [N, C, H, W] of 0 and 255, each pixel 255 with probability grey / 255.

    >>> drawn_once(np.array([[[[0, 255]]]], np.uint8), np.random.default_rng(0)).tolist()
    [[[[0, 255]]]]
    """
    drawn = np.empty_like(images)
    for start in range(0, len(images), PART):
        part = images[start : start + PART]
        drawn[start : start + PART] = np.where(255 * rng.random(part.shape, np.float32) < part, 255, 0)
    drawn.flags.writeable = False
    return drawn
