"""Small image data sets: bundled, downloaded once with checksums, drawn from known factors, or the user's own."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
from collections.abc import Callable

from vae_core.config import BINARISED
from vae_core.datasets import binarised as drawn
from vae_core.datasets import digits, idx_family, mnist_family, own, shapes
from vae_core.datasets.download import Progress
from vae_core.datasets.image_dataset import SPLITS, ImageDataset, Split, as_float
from vae_core.datasets.left_out import without_class
from vae_core.datasets.own_files import Record
from vae_core.errors import DatasetError

__all__ = [
    "DATASETS",
    "SPLITS",
    "DatasetInfo",
    "ImageDataset",
    "Progress",
    "Split",
    "as_float",
    "dataset_info",
    "full_name",
    "is_available",
    "load_dataset",
    "title_of",
]


@dataclasses.dataclass(frozen=True)
class DatasetInfo:
    """What is known about a data set before it is loaded.

    Attributes
    ----------
    name, title : str
        The registry's key, and the name for people.
    loader : callable
        Takes those of :func:`load_dataset`'s arguments that `settings` names.
    settings : tuple of str
    licence, source : str
    family : IdxFamily or None
        The files of a data set that is not made here.
    record : Record or None
        What is known of a data set of the user's own.
    """

    name: str
    title: str
    loader: Callable[..., ImageDataset]
    settings: tuple[str, ...]
    licence: str
    source: str
    family: idx_family.IdxFamily | None = None
    record: Record | None = None


def _idx_info(family: idx_family.IdxFamily) -> DatasetInfo:
    return DatasetInfo(
        name=family.name,
        title=family.title,
        loader=functools.partial(idx_family.load_family, family),
        settings=("data_dir", "validation", "progress"),
        licence=family.licence,
        source=family.source,
        family=family,
    )


DATASETS: dict[str, DatasetInfo] = {
    "digits": DatasetInfo(
        "digits", digits.TITLE, digits.load_digits, ("seed", "validation"), digits.LICENCE, digits.SOURCE
    ),
    "mnist": _idx_info(mnist_family.MNIST),
    "fashion_mnist": _idx_info(mnist_family.FASHION_MNIST),
    "kmnist": _idx_info(mnist_family.KMNIST),
    "shapes": DatasetInfo(
        "shapes",
        shapes.TITLE,
        shapes.load_shapes,
        ("seed", "validation", "size", "count"),
        shapes.LICENCE,
        shapes.SOURCE,
    ),
}


def load_dataset(
    name: str,
    *,
    data_dir: str | os.PathLike[str] | None = None,
    seed: int = 0,
    validation: int | None = None,
    size: int | None = None,
    count: int | None = None,
    binarised: str = "no",
    without: int | None = None,
    progress: Progress | None = None,
) -> ImageDataset:
    """Load a data set by its name in :data:`DATASETS`, or one of the user's own.

    Parameters
    ----------
    name : str
        One of the user's own is called as it was kept, see :mod:`vae_core.datasets.own`.
    data_dir : path, optional
        For the MNIST family: a folder that holds the files, packed or not, directly or in a folder called by the data
        set's name; for the user's own, the folder that holds ``own``. Next come the folder in the environment variable
        VAE_DATA_DIR, the download cache (VAE_CACHE_DIR moves it), and a download.
    seed : int
        Which images go into which split of digits and of the user's own, and which sprites are drawn for shapes. The
        MNIST family has its published order, whatever the seed.
    validation : int, optional
        Training images held out for validation; each data set has its own default.
    size : int, optional
        Pixels along an edge, 32 or 64; shapes only.
    count : int, optional
        Images in all three splits together; shapes only.
    binarised : str
        ``no``, ``static`` or ``dynamic``, as in :mod:`vae_core.datasets.binarised`; `seed` decides the draws.
    without : int, optional
        A class left out of training and validation, counted from 0, as in :mod:`vae_core.datasets.left_out`.
    progress : callable, optional
        Called during a download with the file's name, the bytes so far and the bytes in all.

    Returns
    -------
    ImageDataset

    Raises
    ------
    DatasetError
        If the name is unknown, a setting does not go with the data set, or its files are not what they should be.
    DownloadError
        If a download was needed and no mirror gave the files whole.

    Examples
    --------
    >>> load_dataset("digits").train.images.shape
    (1197, 1, 8, 8)
    """
    info = dataset_info(name, data_dir)
    if binarised not in BINARISED:
        raise DatasetError(
            "Images cannot be binarised like this.", got=repr(binarised), allowed=", ".join(BINARISED)
        )
    for setting, value in {"size": size, "count": count}.items():
        if value is not None and setting not in info.settings:
            raise DatasetError(
                f"Data set {name} has no setting {setting}.", got=value, next_step="Leave it out."
            )
    given = {
        "data_dir": data_dir, "seed": seed, "validation": validation, "size": size, "count": count,
        "progress": progress,
    }  # fmt: skip
    loaded = info.loader(**{setting: given[setting] for setting in info.settings})
    return drawn.binarised(without_class(loaded, without), binarised, seed)


def is_available(name: str, data_dir: str | os.PathLike[str] | None = None) -> bool:
    """Tell whether `load_dataset(name, data_dir=data_dir)` needs no download; looks at names and sizes only.

    Raises
    ------
    DatasetError
        If the name is unknown.

    Examples
    --------
    >>> is_available("digits")
    True
    """
    found = own.parse(name)
    if name not in DATASETS and found is not None and found.full != found.title:
        with contextlib.suppress(DatasetError):
            return own.find(name, data_dir) is not None
        return False
    family = dataset_info(name, data_dir).family
    if family is None:
        return True
    try:
        return idx_family.find_files(family, data_dir) is not None or idx_family.is_cached(family)
    except DatasetError:
        return False


def dataset_info(name: str, data_dir: str | os.PathLike[str] | None = None) -> DatasetInfo:
    """Return what is known about a data set, before it is loaded.

    Raises
    ------
    DatasetError
        If there is none of that name, or one of the user's own is damaged.
    """
    if name in DATASETS:
        return DATASETS[name]
    found = own.find(name, data_dir)
    if found is not None:
        record = found[1]
        load = functools.partial(own.load_own, name)
        settings = ("data_dir", "seed", "validation")
        return DatasetInfo(name, record.title, load, settings, own.LICENCE, record.source, record=record)
    parts = own.parse(name)
    if parts is not None and parts.version:
        raise own.missing(name)
    known = [*DATASETS, *own.full_names(data_dir)]
    raise DatasetError(
        "There is no such data set.", got=repr(name), allowed=", ".join(map(_without_version, known))
    )


def full_name(name: str, data_dir: str | os.PathLike[str] | None = None) -> str:
    """Return a data set's name with the version of its content, if it is one of the user's own.

    Raises
    ------
    DatasetError
        If there is none of that name.

    Examples
    --------
    >>> full_name("digits")
    'digits'
    """
    record, parts = dataset_info(name, data_dir).record, own.parse(name)
    if record is None or parts is None:
        return name
    return dataclasses.replace(parts, version=record.version).full


def title_of(name: str) -> str:
    """Return a data set's name for people, whether it is on this machine or not.

    >>> title_of("mnist"), title_of("flowers@0123456789ab")
    ('MNIST', 'flowers')
    """
    if name in DATASETS:
        return DATASETS[name].title
    parts = own.parse(name)
    return name if parts is None else parts.title


def _without_version(name: str) -> str:
    return name.split("@")[0]
