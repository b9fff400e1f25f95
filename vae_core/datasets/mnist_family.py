"""MNIST, Fashion-MNIST and Kuzushiji-MNIST: 70,000 images of 28x28 pixels each, in IDX files.

Checksums of the packed files are those of TensorFlow Datasets' lists and agree in MD5 with torchvision's; those of the
content were computed from the files and agree with the published ones where there are such.
"""

from __future__ import annotations

import dataclasses
import os
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
    train_images, train_labels, test_images, test_labels : IdxFile
    mirrors : tuple of str
        Addresses of folders holding the packed files, the preferred one first.
    class_names : tuple of str
    licence, source : str
    """

    name: str
    title: str
    folders: tuple[str, ...]
    train_images: IdxFile
    train_labels: IdxFile
    test_images: IdxFile
    test_labels: IdxFile
    mirrors: tuple[str, ...]
    class_names: tuple[str, ...]
    licence: str
    source: str

    @property
    def files(self) -> tuple[IdxFile, IdxFile, IdxFile, IdxFile]:
        """The four files."""
        return self.train_images, self.train_labels, self.test_images, self.test_labels


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
    trained = family.train_images.shape[0]
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
    arrays = [read_idx(path, file.shape, file.sha256) for path, file in zip(paths, family.files, strict=True)]
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
        root = Path(place).expanduser()
        if not root.is_dir():
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
    """Return where downloads of this data set are kept: a folder in VAE_CACHE_DIR, else in the user's cache."""
    root = os.environ.get(CACHE_DIR_VARIABLE)
    if root:
        return Path(root).expanduser() / family.name
    import pooch  # here, because it is slow to import and often not needed

    return Path(pooch.os_cache("vae-core")) / family.name


def _find(file: IdxFile, folder: Path) -> Path | None:
    return next((folder / name for name in file.names() if (folder / name).is_file()), None)


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


def _files(*rows: tuple[str | None, int, str]) -> dict[str, IdxFile]:
    shapes = {
        "train_images": ("train-images-idx3-ubyte", (60_000, 28, 28)),
        "train_labels": ("train-labels-idx1-ubyte", (60_000,)),
        "test_images": ("t10k-images-idx3-ubyte", (10_000, 28, 28)),
        "test_labels": ("t10k-labels-idx1-ubyte", (10_000,)),
    }
    return {
        key: IdxFile(name, shape, content, RemoteFile(f"{name}.gz", size, packed))
        for (key, (name, shape)), (content, size, packed) in zip(shapes.items(), rows, strict=True)
    }


MNIST = IdxFamily(
    name="mnist",
    title="MNIST",
    folders=("mnist", "MNIST/raw"),
    **_files(
        (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        (
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        (
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        (
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
    ),
    class_names=tuple(str(digit) for digit in range(10)),
    licence="CC BY-SA 3.0, Y. LeCun, C. Cortes and C. J. C. Burges",
    source="Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), Proceedings of the IEEE 86(11)",
)

FASHION_MNIST = IdxFamily(
    name="fashion_mnist",
    title="Fashion-MNIST",
    folders=("fashion_mnist", "FashionMNIST/raw"),
    **_files(
        (
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        (
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        (
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        (
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    class_names=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),  # fmt: skip
    licence="MIT, Zalando SE",
    source="H. Xiao, K. Rasul and R. Vollgraf (2017), arXiv:1708.07747",
)

KMNIST = IdxFamily(
    name="kmnist",
    title="Kuzushiji-MNIST",
    folders=("kmnist", "KMNIST/raw"),
    **_files(
        (None, 18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
        (None, 29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
        (None, 3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
        (None, 5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
    ),
    mirrors=(
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "https://storage.googleapis.com/kuzushiji-mnist/",
    ),
    class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    licence="CC BY-SA 4.0, KMNIST Dataset (created by CODH), adapted from Kuzushiji Dataset (NIJL and others)",
    source="T. Clanuwat et al. (2018), arXiv:1812.01718, doi:10.20676/00000341",
)
