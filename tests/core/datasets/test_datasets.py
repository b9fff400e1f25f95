from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vae_core.datasets import DATASETS, SPLITS, as_float, is_available, load_dataset
from vae_core.datasets.mnist_family import MNIST
from vae_core.errors import DatasetError


def test_the_registry_names_the_five_data_sets_by_their_keys() -> None:
    assert list(DATASETS) == ["digits", "mnist", "fashion_mnist", "kmnist", "shapes"]
    for name, info in DATASETS.items():
        assert info.name == name
        assert info.title
        assert info.licence
        assert info.source


@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_what_needs_no_network_loads_and_is_available(name: str, cache: Path) -> None:
    assert is_available(name)
    dataset = load_dataset(name)
    info = DATASETS[name]
    assert (dataset.name, dataset.title) == (info.name, info.title)
    assert (dataset.licence, dataset.source) == (info.licence, info.source)
    for split in SPLITS:
        images = as_float(dataset.split(split).images)
        assert images.dtype == np.float32
        assert images.min() >= 0
        assert images.max() <= 1


@pytest.mark.parametrize("name", ["cifar10", "", "MNIST", "../mnist"])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    for ask in (load_dataset, is_available):
        with pytest.raises(DatasetError, match="digits, mnist, fashion_mnist, kmnist, shapes"):
            ask(name)


@pytest.mark.parametrize("setting", ["size", "count"])
@pytest.mark.parametrize("name", ["digits", "mnist"])
def test_a_setting_that_does_not_go_with_the_data_set_is_refused(name: str, setting: str) -> None:
    with pytest.raises(DatasetError, match=f"{name} has no setting {setting}"):
        load_dataset(name, **{setting: 32})  # type: ignore[arg-type]


def test_every_setting_of_shapes_reaches_it() -> None:
    dataset = load_dataset("shapes", size=32, count=50, validation=7, seed=1)
    assert dataset.image_shape == (1, 32, 32)
    assert [len(dataset.split(name)) for name in SPLITS] == [38, 7, 5]
    other = load_dataset("shapes", size=32, count=50, validation=7, seed=2)
    assert not np.array_equal(dataset.train.images, other.train.images)


def test_seed_and_validation_reach_digits() -> None:
    assert len(load_dataset("digits", validation=100).validation) == 100
    first, other = load_dataset("digits", seed=0), load_dataset("digits", seed=1)
    assert not np.array_equal(first.test.images, other.test.images)


def test_availability_looks_at_the_folder_the_environment_and_the_cache(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_available("mnist")
    assert not is_available("mnist", tmp_path / "absent")
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    for file in MNIST.files[:3]:
        (folder / file.name).touch()
    assert not is_available("mnist", tmp_path / "data")
    (folder / MNIST.files[3].name).touch()
    assert is_available("mnist", tmp_path / "data")
    assert not is_available("mnist")
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path / "data"))
    assert is_available("mnist")
    assert not is_available("kmnist")


def test_a_cached_file_counts_only_in_its_full_size(cache: Path) -> None:
    (cache / "mnist").mkdir(parents=True)
    for file in MNIST.files:
        with (cache / "mnist" / file.packed.name).open("wb") as whole:
            whole.truncate(file.packed.size)
    assert is_available("mnist")
    with (cache / "mnist" / MNIST.files[0].packed.name).open("r+b") as cut:
        cut.truncate(MNIST.files[0].packed.size - 1)
    assert not is_available("mnist")


def test_mnist_loads_by_its_name(data_dir: Path) -> None:
    dataset = load_dataset("mnist", data_dir=data_dir, validation=1_000)
    assert [len(dataset.split(name)) for name in SPLITS] == [59_000, 1_000, 10_000]
    assert dataset.title == DATASETS["mnist"].title


def test_a_split_is_asked_for_by_name() -> None:
    dataset = load_dataset("digits")
    assert dataset.split("test") is dataset.test
    with pytest.raises(DatasetError, match="train, validation, test"):
        dataset.split("name")
