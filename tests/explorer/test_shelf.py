from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer import cache, shelf
from vae_core import load, runs
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset
from vae_core.errors import VaeCoreError
from vae_core.models import VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.training import TrainingRun


@pytest.fixture
def put(models: Path, digits: ImageDataset) -> Callable[..., Path]:
    """Put a run on the shelf: ``put("mine", steps=5)`` for one under way, without `steps` for a complete one."""

    def placed(name: str, steps: int | None = None) -> Path:
        config = VAEConfig(network=NetworkConfig(hidden=(8,), sine_features=0))
        run = TrainingRun(
            RunConfig(DataConfig("digits"), config, TrainingConfig(epochs=3.0, seconds=None)), digits
        )
        for number, _ in enumerate(run.events(), 1):
            if number == steps:
                break
        return runs.save(run, cache.kept_folder() / name)

    return placed


def names() -> list[str]:
    return [one.entry.name for one in shelf.kept(set())]


def test_each_run_says_how_it_stands(put: Callable[..., Path]) -> None:
    put("whole")
    halted = put("halted", steps=5)
    put("fresh", steps=4)
    for path in halted.iterdir():
        os.utime(path, (time.time() - 100, time.time() - 100))
    (put("broken") / "config.json").write_text("{")
    standing = {one.entry.name: (one.standing, one.step) for one in shelf.kept(set())}
    assert standing == {
        "whole": (shelf.TRAINED, None),
        "halted": (shelf.INTERRUPTED, 5),
        "fresh": (shelf.UNDER_WAY, 4),
        "broken": (shelf.DAMAGED, None),
    }


def test_a_run_that_trains_here_is_under_way_however_long_it_rests(put: Callable[..., Path]) -> None:
    for path in put("resting", steps=5).iterdir():
        os.utime(path, (0, 0))
    assert shelf.kept({"resting"})[0].standing == shelf.UNDER_WAY
    assert shelf.kept(set())[0].standing == shelf.INTERRUPTED


def test_the_last_one_written_comes_first_and_its_size_is_told(put: Callable[..., Path]) -> None:
    first = put("first")
    put("second")
    for path in first.iterdir():
        os.utime(path, (0, 0))
    found = shelf.kept(set())
    assert [one.entry.name for one in found] == ["second", "first"]
    assert found[1].size == sum(path.stat().st_size for path in first.iterdir())


def test_a_renamed_run_opens_under_its_new_name(put: Callable[..., Path]) -> None:
    put("old")
    shelf.rename("old", " new ")
    assert names() == ["new"]
    assert load(cache.kept_folder() / "new").latent_dim == 2


@pytest.mark.parametrize("wish", ["", "..", "a/b", "a b", "é", "x" * 61, "digits-vae-2d", "other"])
def test_a_name_that_is_none_or_taken_is_refused(put: Callable[..., Path], wish: str) -> None:
    put("mine")
    put("other")
    with pytest.raises(VaeCoreError):
        shelf.rename("mine", wish)
    assert set(names()) == {"mine", "other"}


def test_a_deleted_run_comes_back_as_it_was(put: Callable[..., Path]) -> None:
    before = {path.name: path.read_bytes() for path in put("mine").iterdir()}
    word = shelf.delete("mine")
    assert names() == []
    assert shelf.bring_back(word) == "mine"
    assert {path.name: path.read_bytes() for path in (cache.kept_folder() / "mine").iterdir()} == before


def test_a_run_brought_back_takes_a_free_name_where_its_own_is_taken(put: Callable[..., Path]) -> None:
    put("mine")
    word = shelf.delete("mine")
    put("mine")
    assert shelf.bring_back(word) == "mine-1"
    assert set(names()) == {"mine", "mine-1"}


def test_the_bin_is_emptied_after_a_day(put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    put("mine")
    put("other")
    word = shelf.delete("mine")
    now = time.time()
    monkeypatch.setattr(shelf.time, "time", lambda: now + shelf.KEPT_IN_BIN_SECONDS + 10)
    shelf.delete("other")
    with pytest.raises(VaeCoreError, match="could not be moved"):
        shelf.bring_back(word)


@pytest.mark.parametrize("word", ["../mine", "a/b", "nothing"])
def test_nothing_outside_the_bin_is_brought_back(put: Callable[..., Path], word: str) -> None:
    put("mine")
    (cache.kept_folder() / shelf.BIN).mkdir()
    with pytest.raises(VaeCoreError):
        shelf.bring_back(word)


def test_a_run_that_is_gone_is_one_clear_error(put: Callable[..., Path]) -> None:
    shutil.rmtree(put("mine"))
    with pytest.raises(VaeCoreError, match="could not be moved"):
        shelf.rename("mine", "yours")


@pytest.mark.usefixtures("models")
def test_a_free_name_counts_on_from_those_in_use() -> None:
    cache.kept_folder().mkdir(parents=True)
    assert shelf.free_name("Digits 8x8") == "digits-8x8-1"
    (cache.kept_folder() / "digits-8x8-1").mkdir()
    assert shelf.free_name("Digits 8x8") == "digits-8x8-2"
    assert shelf.free_name("digits-8x8-1") == "digits-8x8-2"
    assert shelf.free_name("???") == "model-1"


def test_shipped_names_are_taken_too(models: Path) -> None:
    assert {path.name for path in models.iterdir()} <= shelf.taken_names()
