from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest

from vae_core.datasets import load_dataset, own, set_aside
from vae_core.datasets.intake import Intake
from vae_core.datasets.picture import ImageOptions
from vae_core.errors import DatasetError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("VAE_DATA_DIR", raising=False)
    return tmp_path / "cache" / "own"


def bring(name: str, seed: int = 0) -> str:
    file = io.BytesIO()
    np.savez(file, images=np.random.default_rng(seed).integers(0, 256, (40, 8, 8), dtype=np.uint8))
    with Intake(file, ImageOptions(size=8), own.new_folder(), "a.npz") as intake:
        list(intake.steps())
        intake.keep(name)
    return next(full for full in own.full_names() if full.startswith(f"{name}@"))


def test_what_is_set_aside_is_not_there_and_comes_back_as_it_was(folder: Path) -> None:
    name = bring("pets")
    before = load_dataset(name).train.images
    word = set_aside.set_aside(name)
    assert own.full_names() == []
    assert own.find("pets") is None
    assert set_aside.bring_back(word) == name
    np.testing.assert_array_equal(load_dataset(name).train.images, before)
    assert [path.name for path in folder.iterdir()] == ["pets"]


def test_it_does_not_come_back_over_another_of_its_name(folder: Path) -> None:
    word = set_aside.set_aside(bring("pets"))
    other = bring("pets", seed=1)
    with pytest.raises(DatasetError, match="another data set of this name"):
        set_aside.bring_back(word)
    assert own.full_names() == [other]


def test_only_what_has_lain_long_enough_goes_for_good(folder: Path) -> None:
    word = set_aside.set_aside(bring("pets"))
    kept = bring("plants")
    set_aside.empty()
    assert (folder / word).is_dir()
    set_aside.empty(0)
    assert [path.name for path in folder.iterdir()] == [kept.split("@")[0]]
    with pytest.raises(DatasetError, match="gone for good"):
        set_aside.bring_back(word)


def test_without_any_folder_there_is_nothing_to_empty(folder: Path) -> None:
    set_aside.empty(0)
    assert not folder.exists()


@pytest.mark.parametrize("word", ["", "pets", ".deleted-1-../x", "../x", ".deleted-1-a/b", ".deleted-x-pets"])
def test_no_other_word_moves_anything(folder: Path, word: str) -> None:
    name = bring("pets")
    with pytest.raises(DatasetError, match="gone for good"):
        set_aside.bring_back(word)
    assert own.full_names() == [name]
    shutil.rmtree(folder)
    with pytest.raises(DatasetError):
        set_aside.set_aside("pets")
