from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from vae_core.datasets.idx_family import IdxFamily, load_family
from vae_core.datasets.mnist_family import FASHION_MNIST, KMNIST, MNIST
from vae_core.errors import DatasetError

FAMILIES = (MNIST, FASHION_MNIST, KMNIST)
# Of the uncompressed files, as widely published; independent of the SHA-256 that the product checks.
MD5 = {
    "mnist": (
        "6bbc9ace898e44ae57da46a324031adb",
        "a25bea736e30d166cdddb491f175f624",
        "2646ac647ad5339dbf082846283269ea",
        "27ae3e4e09519cfbb04c329615203637",
    ),
    "fashion_mnist": (
        "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "9018921c3c673c538a1fc5bad174d6f9",
        "8181f5470baa50b63fa0f6fddb340f0a",
        "15d484375f8d13e6eb1aabb0c3f46965",
    ),
}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_each_entry_is_complete(family: IdxFamily) -> None:
    assert len(family.class_names) == len(set(family.class_names)) == 10
    assert family.licence
    assert family.source
    hosts = {urlsplit(mirror).scheme + urlsplit(mirror).netloc for mirror in family.mirrors}
    assert len(hosts) >= 2
    assert all(mirror.endswith("/") for mirror in family.mirrors)
    assert [file.shape for file in family.files] == [(60_000, 28, 28), (60_000,), (10_000, 28, 28), (10_000,)]
    for file in family.files:
        assert file.packed.name == file.name + ".gz"
        assert re.fullmatch("[0-9a-f]{64}", file.packed.sha256)
        assert file.sha256 is None or re.fullmatch("[0-9a-f]{64}", file.sha256)


def test_no_checksum_is_used_twice() -> None:
    files = [file for family in FAMILIES for file in family.files]
    digests = [digest for file in files for digest in (file.sha256, file.packed.sha256) if digest]
    assert len(digests) == len(set(digests)) == 20


@pytest.mark.parametrize("family", [MNIST, FASHION_MNIST], ids=lambda family: family.name)
def test_the_real_files_have_the_published_content(family: IdxFamily, data_dir: Path) -> None:
    folder = data_dir / family.name
    if not folder.is_dir():
        pytest.skip(f"the data folder has no {family.name}")
    for file, md5 in zip(family.files, MD5[family.name], strict=True):
        content = gzip.decompress((folder / f"{file.name}.gz").read_bytes())
        assert hashlib.md5(content).hexdigest() == md5
        assert hashlib.sha256(content).hexdigest() == file.sha256


@pytest.mark.parametrize("family", [MNIST, FASHION_MNIST], ids=lambda family: family.name)
def test_the_real_files_load_with_the_default_splits(family: IdxFamily, data_dir: Path) -> None:
    if not (data_dir / family.name).is_dir():
        pytest.skip(f"the data folder has no {family.name}")
    dataset = load_family(family, data_dir=data_dir)
    assert [len(split) for split in (dataset.train, dataset.validation, dataset.test)] == [
        55_000,
        5_000,
        10_000,
    ]
    for split in (dataset.train, dataset.validation, dataset.test):
        assert split.images.dtype == np.uint8
        assert split.images.shape[1:] == (1, 28, 28)
        assert split.images.flags.writeable
        assert split.labels is not None
        assert split.labels.dtype == np.int64
    assert dataset.test.labels is not None
    assert np.bincount(dataset.test.labels).sum() == 10_000


def test_the_first_real_digits_are_those_everybody_knows(data_dir: Path) -> None:
    dataset = load_family(MNIST, data_dir=data_dir / "mnist")
    assert dataset.train.labels is not None
    assert dataset.test.labels is not None
    assert dataset.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert dataset.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    everything = np.concatenate([dataset.train.images, dataset.validation.images])
    assert everything.mean() / 255 == pytest.approx(0.1307, abs=1e-4)


@pytest.mark.parametrize("family", [FASHION_MNIST, KMNIST], ids=lambda family: family.name)
def test_mnist_is_not_taken_for_another_data_set(family: IdxFamily, data_dir: Path) -> None:
    with pytest.raises(DatasetError, match="is one of MNIST"):
        load_family(family, data_dir=data_dir / "mnist")
