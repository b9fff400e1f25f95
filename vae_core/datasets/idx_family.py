"""A data set made of four IDX files: found in a folder or downloaded, verified, and split."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.download import Progress, RemoteFile, fetch
from vae_core.datasets.idx import read_idx
from vae_core.datasets.image_dataset import ImageDataset, Split
from vae_core.errors import DatasetError

DATA_DIR_VARIABLE = "VAE_DATA_DIR"
CACHE_DIR_VARIABLE = "VAE_CACHE_DIR"
VALIDATION_COUNT = 5_000


@dataclasses.dataclass(frozen=True)
class IdxFile:
    """One IDX file: its name without ``.gz``, its shape, the SHA-256 of its content (None where nobody published one),
    and the packed file that mirrors offer."""

    name: str
    shape: tuple[int, ...]
    sha256: str | None
    packed: RemoteFile

    def names(self) -> tuple[str, ...]:
        """The names under which people keep this file, the quickest to read first."""
        dotted = self.name.replace("-idx", ".idx")
        return self.name, dotted, f"{self.name}.gz", f"{dotted}.gz"


@dataclasses.dataclass(frozen=True)
class IdxFamily:
    """A data set made of four IDX files.

    Attributes
    ----------
    name, title : str
    folders : tuple of str
        Where to look inside a data folder, beside the folder itself.
    files : tuple of IdxFile
        Training images, training labels, test images, test labels.
    mirrors : tuple of str
        Addresses of folders holding the packed files, the preferred one first.
    class_names : tuple of str
    licence, source : str
    foreign : mapping of str to str
        SHA-256 of the content of files that bear the same names, with the data set that each belongs to.
    """

    name: str
    title: str
    folders: tuple[str, ...]
    files: tuple[IdxFile, ...]
    mirrors: tuple[str, ...]
    class_names: tuple[str, ...]
    licence: str
    source: str
    foreign: Mapping[str, str] = dataclasses.field(default_factory=dict)


def load_family(
    family: IdxFamily,
    *,
    data_dir: str | os.PathLike[str] | None = None,
    validation: int | None = None,
    progress: Progress | None = None,
) -> ImageDataset:
    """Load a data set of this family from a data folder, the cache, or the network, in this order.

    Parameters
    ----------
    family : IdxFamily
    data_dir : path, optional
        Folder holding the four files, packed or not, directly or in a folder called by the data set's name. Without
        the files there, the folder in the environment variable VAE_DATA_DIR is searched in the same way.
    validation : int, optional
        How many of the last training images to hold out for validation; 5,000 when None.
    progress : callable, optional
        Told about a download, see :data:`vae_core.datasets.download.Progress`.

    Returns
    -------
    ImageDataset
        Images [N, 1, 28, 28] with labels; the test file is the test split.

    Raises
    ------
    DatasetError
        If a folder is missing or incomplete, a file is not what it should be, or `validation` does not fit.
    DownloadError
        If nothing was found on disk and no mirror gave the files whole.
    """
    trained = family.files[0].shape[0]
    held = min(VALIDATION_COUNT, trained // 2) if validation is None else validation
    if not 1 <= held < trained:
        raise DatasetError(
            f"The validation split of {family.name} cannot have this size.",
            got=held,
            allowed=f"1 to {trained - 1}",
        )
    paths = find_files(family, data_dir)
    if paths is None:
        paths = [
            fetch(file.packed, family.mirrors, cache_folder(family), progress=progress)
            for file in family.files
        ]
    arrays = [
        read_idx(path, file.shape, file.sha256, family.foreign)
        for path, file in zip(paths, family.files, strict=True)
    ]
    train, test = (_split(family, *pair) for pair in (arrays[:2], arrays[2:]))
    return ImageDataset(
        name=family.name,
        title=family.title,
        train=_part(train, slice(None, trained - held)),
        validation=_part(train, slice(trained - held, None)),
        test=test,
        class_names=family.class_names,
        factor_names=None,
        licence=family.licence,
        source=family.source,
    )


def find_files(family: IdxFamily, data_dir: str | os.PathLike[str] | None = None) -> list[Path] | None:
    """Return the paths of the four files in the data folders, in the order of `family.files`, or None.

    Raises
    ------
    DatasetError
        If a folder that was named does not exist, or holds some of the files but not all.
    """
    named = {"data folder": data_dir, f"folder in {DATA_DIR_VARIABLE}": os.environ.get(DATA_DIR_VARIABLE)}
    for what, place in named.items():
        if not place:
            continue
        root = Path(os.path.expanduser(place))
        if not os.path.isdir(root):  # unlike the method, never raises
            raise DatasetError(
                f"The {what} does not exist.", got=root, next_step="Name a folder that exists."
            )
        for folder in (*(root / name for name in family.folders), root):
            found = [_find(file, folder) for file in family.files]
            if any(found):
                return _all_of(found, family, folder)
    return None


def is_cached(family: IdxFamily) -> bool:
    """Tell whether the download cache has the four files in their full size; reads none of them."""
    folder = cache_folder(family)
    return all(_size(folder / file.packed.name) == file.packed.size for file in family.files)


def cache_folder(family: IdxFamily) -> Path:
    """Return where downloads of this data set are kept."""
    return cache_root() / family.name


def cache_root() -> Path:
    """Return the folder for what is downloaded or read in: VAE_CACHE_DIR, else one in the user's cache."""
    root = os.environ.get(CACHE_DIR_VARIABLE)
    if root:
        return Path(os.path.expanduser(root))
    import pooch  # here, because it is slow to import and often not needed

    return Path(pooch.os_cache("vae-core"))


def _find(file: IdxFile, folder: Path) -> Path | None:
    return next((folder / name for name in file.names() if os.path.isfile(folder / name)), None)


def _all_of(found: list[Path | None], family: IdxFamily, folder: Path) -> list[Path]:
    missing = [file.name for path, file in zip(found, family.files, strict=True) if path is None]
    if missing:
        raise DatasetError(
            f"The folder {folder} holds only a part of {family.name}.",
            got=f"no {', no '.join(missing)}",
            next_step="Add the missing files, or remove the others so that all are downloaded.",
        )
    return [path for path in found if path is not None]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _split(family: IdxFamily, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Split:
    classes = len(family.class_names)
    if labels.max(initial=0) >= classes:
        raise DatasetError(
            f"The labels are not those of {family.name}.",
            got=int(labels.max()),
            allowed=f"0 to {classes - 1}",
        )
    return Split(images[:, np.newaxis].copy(), labels.astype(np.int64))


def _part(split: Split, part: slice) -> Split:
    assert split.labels is not None
    return Split(split.images[part], split.labels[part])
