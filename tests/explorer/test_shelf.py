from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer import cache, shelf
from explorer.shelf import Shelf
from vae_core import load, runs
from vae_core.claims import claimed
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset
from vae_core.errors import VaeCoreError
from vae_core.models import VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.training import TrainingRun

ADA, BOB = Shelf("a" * 16), Shelf("b" * 16)
Put = Callable[..., Path]


@pytest.fixture
def put(models: Path, digits: ImageDataset) -> Put:
    """Put a run where Ada's lie: ``put("mine", steps=5)`` for one under way, without `steps` for a complete one.

    With ``folder=ADA.shared`` it lies where the command line writes.
    """

    def placed(name: str, steps: int | None = None, folder: Path | None = None) -> Path:
        config = VAEConfig(network=NetworkConfig(hidden=(8,), sine_features=0))
        run = TrainingRun(
            RunConfig(DataConfig("digits"), config, TrainingConfig(epochs=3.0, seconds=None)), digits
        )
        for _ in run.events():
            if run.step == steps:
                break
        return runs.save(run, (folder or ADA.own) / name)

    return placed


def names(shown: Shelf = ADA) -> list[str]:
    return [one.entry.name for one in shown.kept()]


def whose(shown: Shelf) -> dict[str, str]:
    return {one.entry.name: one.whose for one in shown.kept()}


def test_each_run_says_how_it_stands(put: Put) -> None:
    put("whole")
    put("halted", steps=5)
    (put("broken") / "config.json").write_text("{")
    with claimed(put("going", steps=4, folder=ADA.shared)):
        standing = {one.entry.name: (one.standing, one.step) for one in ADA.kept()}
    assert standing == {
        "whole": (shelf.TRAINED, None),
        "halted": (shelf.INTERRUPTED, 5),
        "going": (shelf.UNDER_WAY, 4),
        "broken": (shelf.DAMAGED, None),
    }


def test_a_run_that_is_in_line_here_is_under_way(put: Put) -> None:
    place = put("waiting", steps=5)
    assert ADA.kept({place})[0].standing == shelf.UNDER_WAY
    assert ADA.kept()[0].standing == shelf.INTERRUPTED


def test_the_last_one_written_comes_first_and_its_size_is_told(put: Put) -> None:
    first = put("first")
    put("second")
    for path in first.iterdir():
        os.utime(path, (0, 0))
    found = ADA.kept()
    assert [one.entry.name for one in found] == ["second", "first"]
    assert found[1].size == sum(path.stat().st_size for path in first.iterdir())


def test_what_the_command_line_writes_is_seen_by_all_and_ones_own_by_nobody_else(put: Put) -> None:
    put("mine")
    put("lines", folder=ADA.shared)
    assert whose(ADA) == {"mine": shelf.OWN, "lines": shelf.NOBODYS}
    assert whose(BOB) == {"lines": shelf.NOBODYS}
    assert "mine" in {entry.name for entry in ADA.entries()}
    assert "mine" not in {entry.name for entry in BOB.entries()}


def test_a_shared_run_is_seen_by_all_until_its_owner_takes_it_back(put: Put) -> None:
    before = {path.name: path.read_bytes() for path in put("mine").iterdir()}
    assert ADA.share("mine") == "mine"
    assert whose(ADA) == {"mine": shelf.SHARED_BY_YOU}
    assert whose(BOB) == {"mine": shelf.SHARED}
    assert ADA.take_back("mine") == "mine"
    assert whose(ADA) == {"mine": shelf.OWN}
    assert names(BOB) == []
    assert {path.name: path.read_bytes() for path in (ADA.own / "mine").iterdir()} == before


@pytest.mark.parametrize("act", ["rename", "delete", "place", "share", "take_back"])
def test_somebody_elses_run_cannot_be_touched_shared_or_not(put: Put, act: str) -> None:
    arguments = ("other",) if act == "rename" else ()
    put("hidden")
    put("open")
    ADA.share("open")
    refusals = {}
    for name in ("hidden", "open", "nothing"):
        with pytest.raises(VaeCoreError) as refused:
            getattr(BOB, act)(name, *arguments)
        refusals[name] = str(refused.value).replace(name, "NAME")
    assert refusals["hidden"] == refusals["nothing"]
    assert whose(ADA) == {"hidden": shelf.OWN, "open": shelf.SHARED_BY_YOU}


@pytest.mark.parametrize("act", ["rename", "delete", "place"])
def test_a_shared_run_rests_also_for_its_owner(put: Put, act: str) -> None:
    put("mine")
    ADA.share("mine")
    with pytest.raises(VaeCoreError, match="shared and can't be changed"):
        getattr(ADA, act)("mine", *(("other",) if act == "rename" else ()))


def test_a_run_written_in_the_place_of_a_shared_one_is_nobodys(put: Put) -> None:
    put("mine")
    ADA.share("mine")
    put("mine", steps=3, folder=ADA.shared)
    assert whose(ADA) == {"mine": shelf.NOBODYS}
    with pytest.raises(VaeCoreError, match="no run mine here that you have shared"):
        ADA.take_back("mine")
    BOB.rename("mine", "bobs")
    assert whose(ADA) == {"bobs": shelf.NOBODYS}


def test_a_run_is_shared_under_a_name_that_nobody_has(put: Put) -> None:
    put("same")
    put("same", folder=BOB.own)
    assert ADA.share("same") == "same-1"
    assert whose(ADA) == {"same-1": shelf.SHARED_BY_YOU}
    assert whose(BOB) == {"same": shelf.OWN, "same-1": shelf.SHARED}


def test_of_two_runs_of_one_name_the_owners_own_is_shown(put: Put) -> None:
    put("same", steps=3)
    put("same", folder=ADA.shared)
    assert whose(ADA) == {"same": shelf.OWN}
    assert whose(BOB) == {"same": shelf.NOBODYS}
    assert len({entry.name for entry in ADA.entries()}) == len(ADA.entries())


def test_a_renamed_run_opens_under_its_new_name(put: Put) -> None:
    put("old")
    ADA.rename("old", " new ")
    assert names() == ["new"]
    assert load(ADA.own / "new").latent_dim == 2


@pytest.mark.parametrize("wish", ["", "..", "a/b", "a b", "é", "x" * 61, "digits-vae-2d", "other", "lines"])
def test_a_name_that_is_none_or_taken_is_refused(put: Put, wish: str) -> None:
    put("mine")
    put("other")
    put("lines", folder=ADA.shared)
    with pytest.raises(VaeCoreError):
        ADA.rename("mine", wish)
    assert set(names()) == {"mine", "other", "lines"}


def test_whether_a_name_is_taken_tells_nothing_of_other_peoples_runs(put: Put) -> None:
    put("mine")
    put("theirs", folder=BOB.own)
    ADA.rename("mine", "theirs")
    assert names() == ["theirs"]


@pytest.mark.parametrize("where", ["own", "shared"])
def test_a_deleted_run_comes_back_where_it_was_as_it_was(put: Put, where: str) -> None:
    place = put("mine", folder=getattr(ADA, where))
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    word = ADA.delete("mine")
    assert names() == []
    assert ADA.bring_back(word) == "mine"
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_a_run_brought_back_takes_a_free_name_where_its_own_is_taken(put: Put) -> None:
    put("mine")
    word = ADA.delete("mine")
    put("mine")
    assert ADA.bring_back(word) == "mine-1"
    assert set(names()) == {"mine", "mine-1"}


def test_nobody_else_brings_a_run_back(put: Put) -> None:
    put("mine")
    word = ADA.delete("mine")
    with pytest.raises(VaeCoreError):
        BOB.bring_back(word)
    assert ADA.bring_back(word) == "mine"


@pytest.mark.parametrize("deleter", [ADA, BOB])
def test_every_bin_is_emptied_after_a_day(put: Put, deleter: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    put("mine")
    put("other", folder=deleter.own)
    word = ADA.delete("mine")
    now = time.time()
    monkeypatch.setattr(shelf.time, "time", lambda: now + shelf.KEPT_IN_BIN_SECONDS + 10)
    deleter.delete("other")
    with pytest.raises(VaeCoreError, match="could not be moved"):
        ADA.bring_back(word)


@pytest.mark.parametrize("word", ["../mine", "a/b", "nothing"])
def test_nothing_outside_the_bin_is_brought_back(put: Put, word: str) -> None:
    put("mine")
    (ADA.own / shelf.BIN).mkdir()
    with pytest.raises(VaeCoreError):
        ADA.bring_back(word)


@pytest.mark.parametrize("name", ["../mine", "", ".deleted", "a/b"])
def test_nothing_but_a_run_is_changed_or_shared(put: Put, name: str) -> None:
    put("mine")
    for act in (ADA.place, ADA.delete, ADA.share, ADA.take_back):
        with pytest.raises(VaeCoreError):
            act(name)


def test_a_run_under_way_is_neither_moved_nor_shared(put: Put) -> None:
    place = put("mine", steps=3)
    with claimed(place):
        for act in (ADA.delete, ADA.share, lambda name: ADA.rename(name, "other")):
            with pytest.raises(VaeCoreError, match="being trained"):
                act("mine")
    assert whose(ADA) == {"mine": shelf.OWN}


def test_a_run_that_is_gone_is_one_clear_error(put: Put) -> None:
    shutil.rmtree(put("mine"))
    with pytest.raises(VaeCoreError, match="no run mine here"):
        ADA.rename("mine", "yours")


@pytest.mark.usefixtures("models")
def test_a_free_name_counts_on_from_those_in_use_by_anybody() -> None:
    cache.kept_folder().mkdir(parents=True)
    assert shelf.free_name("Digits 8x8") == "digits-8x8-1"
    (cache.kept_folder() / "digits-8x8-1").mkdir()
    assert shelf.free_name("Digits 8x8") == "digits-8x8-2"
    assert shelf.free_name("digits-8x8-1") == "digits-8x8-2"
    (BOB.own / "digits-8x8-2").mkdir(parents=True)
    assert shelf.free_name("digits-8x8-1") == "digits-8x8-3"
    assert shelf.free_name("digits-8x8-1", {"digits-8x8-3"}) == "digits-8x8-4"
    assert shelf.free_name("???") == "model-1"


def test_shipped_names_are_taken_too(models: Path) -> None:
    assert {path.name for path in models.iterdir()} <= ADA.taken_names()
