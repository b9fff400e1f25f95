from __future__ import annotations

import dataclasses
import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vae_core.datasets.idx_family import cache_folder, find_files, is_cached, load_family
from vae_core.datasets.image_dataset import ImageDataset
from vae_core.errors import DatasetError, DownloadError

StartMirror = Callable[..., Any]


def assert_is_tiny(dataset: ImageDataset, tiny: Any) -> None:
    images, labels, test_images, test_labels = tiny.arrays.values()
    joined = [np.concatenate([getattr(dataset.train, what), getattr(dataset.validation, what)]) for what in
              ("images", "labels")]  # fmt: skip
    np.testing.assert_array_equal(joined[0], images[:, np.newaxis])
    np.testing.assert_array_equal(joined[1], labels)
    np.testing.assert_array_equal(dataset.test.images, test_images[:, np.newaxis])
    np.testing.assert_array_equal(dataset.test.labels, test_labels)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("place", ["", "tiny", "Tiny/raw"])
def test_a_folder_holds_the_files_directly_or_under_the_name_packed_or_not(
    tiny: Any, cache: Path, tmp_path: Path, packed: bool, place: str
) -> None:
    tiny.lay(tmp_path / "data" / place, packed=packed)
    dataset = load_family(tiny.family, data_dir=tmp_path / "data")
    assert_is_tiny(dataset, tiny)
    assert dataset.image_shape == (1, 3, 5)
    assert (dataset.name, dataset.class_names) == ("tiny", ("a", "b", "c", "d"))


@pytest.mark.parametrize(("packed", "suffix"), [(True, ""), (False, ".gz")])
def test_a_name_that_lies_about_packing_does_no_harm(
    tiny: Any, cache: Path, tmp_path: Path, packed: bool, suffix: str
) -> None:
    tiny.lay(tmp_path / "data", packed=packed, suffix=suffix)
    assert_is_tiny(load_family(tiny.family, data_dir=tmp_path / "data"), tiny)


def test_names_with_a_dot_before_idx_are_found(tiny: Any, cache: Path, tmp_path: Path) -> None:
    for path in tiny.lay(tmp_path / "data", packed=False).iterdir():
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    assert_is_tiny(load_family(tiny.family, data_dir=tmp_path / "data"), tiny)


def test_the_folder_in_the_environment_comes_after_the_one_named(
    tiny: Any, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, environment = tmp_path / "named", tiny.lay(tmp_path / "environment")
    named.mkdir()
    monkeypatch.setenv("VAE_DATA_DIR", str(environment))
    for data_dir in (None, named):
        found = find_files(tiny.family, data_dir)
        assert found is not None
        assert {path.parent for path in found} == {environment}
    tiny.lay(named)
    found = find_files(tiny.family, named)
    assert found is not None
    assert {path.parent for path in found} == {named}


def test_without_a_folder_the_files_are_downloaded_once(
    tiny: Any, cache: Path, start_mirror: StartMirror
) -> None:
    mirror = start_mirror()
    family = tiny.at(mirror.address)
    assert not is_cached(family)
    for _ in range(2):
        assert_is_tiny(load_family(family), tiny)
    assert is_cached(family)
    assert sorted(mirror.requested) == sorted(tiny.packed)
    assert {path.name for path in (cache / "tiny").iterdir()} == set(tiny.packed)


def test_a_download_that_stopped_half_way_goes_on_with_the_files_it_lacks(
    tiny: Any, cache: Path, start_mirror: StartMirror
) -> None:
    mirror = start_mirror("whole", "whole", "404", "whole")
    family = tiny.at(mirror.address)
    with pytest.raises(DownloadError, match="t10k-images"):
        load_family(family)
    assert not is_cached(family)
    before = len(mirror.requested)
    assert_is_tiny(load_family(family), tiny)
    assert len(mirror.requested) - before == 2


@pytest.mark.parametrize("change", [lambda data: data[:-3], lambda data: b"", lambda data: data[:-1] + b"!"])
def test_a_cached_file_that_was_damaged_is_downloaded_again(
    tiny: Any, cache: Path, start_mirror: StartMirror, change: Callable[[bytes], bytes]
) -> None:
    family = tiny.at(start_mirror().address)
    load_family(family)
    victim = cache_folder(family) / "train-labels-idx1-ubyte.gz"
    victim.write_bytes(change(victim.read_bytes()))
    assert_is_tiny(load_family(family), tiny)
    assert victim.read_bytes() == tiny.packed[victim.name]


def test_progress_names_each_file(tiny: Any, cache: Path, start_mirror: StartMirror) -> None:
    names = []
    load_family(tiny.at(start_mirror().address), progress=lambda name, done, total: names.append(name))
    assert list(dict.fromkeys(names)) == list(tiny.packed)


def test_a_folder_that_does_not_exist_is_an_error_and_starts_no_download(
    tiny: Any, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start_mirror: StartMirror
) -> None:
    mirror = start_mirror()
    with pytest.raises(DatasetError, match="data folder does not exist"):
        load_family(tiny.at(mirror.address), data_dir=tmp_path / "absent")
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path / "absent"))
    with pytest.raises(DatasetError, match="VAE_DATA_DIR does not exist"):
        load_family(tiny.at(mirror.address))
    assert mirror.requested == []


def test_a_folder_with_only_some_files_says_which_are_missing(tiny: Any, cache: Path, tmp_path: Path) -> None:
    folder = tiny.lay(tmp_path / "data")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DatasetError, match="no t10k-labels-idx1-ubyte"):
        load_family(tiny.family, data_dir=folder)


@pytest.mark.parametrize("packed", [True, False])
def test_a_changed_byte_in_a_folder_is_refused(tiny: Any, cache: Path, tmp_path: Path, packed: bool) -> None:
    folder = tiny.lay(tmp_path / "data", packed=packed)
    name = tiny.family.files[0].name
    content = bytearray(tiny.contents[name])
    content[100] ^= 1
    path = folder / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DatasetError, match="not that of the published file"):
        load_family(tiny.family, data_dir=folder)


def test_images_in_place_of_labels_are_refused(tiny: Any, cache: Path, tmp_path: Path) -> None:
    folder = tiny.lay(tmp_path / "data")
    images, labels = folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(images.read_bytes())
    with pytest.raises(DatasetError, match="another shape"):
        load_family(tiny.family, data_dir=folder)


def test_labels_beyond_the_classes_are_refused(tiny: Any, cache: Path, tmp_path: Path) -> None:
    family = dataclasses.replace(tiny.family, class_names=("a", "b"))
    with pytest.raises(DatasetError, match="labels are not those of tiny") as caught:
        load_family(family, data_dir=tiny.lay(tmp_path / "data"))
    assert "0 to 1" in str(caught.value)


def test_another_data_set_under_the_same_names_is_recognised(tiny: Any, cache: Path, tmp_path: Path) -> None:
    digest = hashlib.sha256(tiny.contents["train-images-idx3-ubyte"]).hexdigest()
    files = tuple(dataclasses.replace(file, sha256=None) for file in tiny.family.files)
    unchecked = dataclasses.replace(tiny.family, files=files)
    folder = tiny.lay(tmp_path / "data")
    load_family(unchecked, data_dir=folder)
    with pytest.raises(DatasetError, match="is one of Other"):
        load_family(dataclasses.replace(unchecked, foreign={digest: "Other"}), data_dir=folder)


def test_validation_is_the_end_of_the_training_file(tiny: Any, cache: Path, tmp_path: Path) -> None:
    folder = tiny.lay(tmp_path / "data")
    for count in (1, 7, 39):
        dataset = load_family(tiny.family, data_dir=folder, validation=count)
        assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (40 - count, count, 12)
        assert_is_tiny(dataset, tiny)


@pytest.mark.parametrize("count", [0, -1, 40, 1000])
def test_a_validation_split_that_leaves_nothing_is_refused(
    tiny: Any, cache: Path, tmp_path: Path, count: int
) -> None:
    with pytest.raises(DatasetError, match="1 to 39"):
        load_family(tiny.family, data_dir=tiny.lay(tmp_path / "data"), validation=count)
