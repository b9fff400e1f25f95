from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import cache, owners
from explorer.shelf import Shelf
from explorer.training.desk import TrainingJob
from vae_core import runs
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset
from vae_core.models import VAEConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.training import TrainingRun

Open = Callable[..., AppTest]
JobOf = Callable[[AppTest], TrainingJob]
ADA, BOB = "a" * 32, "b" * 32
"""Tokens of two browsers."""


@pytest.fixture
def shelved(models: Path) -> Path:
    """A shelf with two copies of a complete model, ``one`` and ``two``."""
    for name in ("one", "two"):
        shutil.copytree(models / "digits-vae-2d", cache.kept_folder() / name)
    return cache.kept_folder()


@pytest.fixture
def interrupted(models: Path, digits: ImageDataset) -> Path:
    """A run whose process ended at step 7."""
    training = TrainingConfig(epochs=30.0, seconds=None)
    run = TrainingRun(RunConfig(DataConfig("digits"), VAEConfig(), training), digits)
    for _ in run.events():
        if run.step == 7:
            break
    return runs.save(run, cache.kept_folder() / "halted")


@pytest.fixture
def adas(models: Path) -> Path:
    """A complete run of Ada's own, called ``hers``."""
    place = Shelf(owners.name_of(ADA)).own / "hers"
    shutil.copytree(models / "digits-vae-2d", place)
    return place


def texts(page: AppTest) -> str:
    return " | ".join(text.value for text in page.markdown)


def buttons(page: AppTest, name: str) -> set[str]:
    """Return what can be done with a run."""
    return {button.key.split(".")[1] for button in page.button if button.key.endswith(f".{name}")}


@pytest.mark.usefixtures("models")
def test_an_empty_shelf_says_how_to_fill_it(open_page: Open) -> None:
    page = open_page("runs")
    assert not page.exception
    assert "Nothing here yet" in texts(page)


@pytest.mark.usefixtures("shelved")
def test_lists_runs_with_what_they_are_and_their_size(open_page: Open) -> None:
    page = open_page("runs")
    assert "**one**" in texts(page)
    assert "Variational autoencoder, Digits 8x8, 2 latent dimensions" in texts(page)
    assert "nats per image" in texts(page)
    assert "2 runs" in page.caption[-1].value or any("2 runs" in caption.value for caption in page.caption)


@pytest.mark.usefixtures("shelved")
def test_a_deleted_run_can_be_brought_back(open_page: Open) -> None:
    page = open_page("runs")
    page.button(key="runs.delete.one").click().run()
    assert "**one**  \n" not in texts(page)
    page.button(key="runs.undo").click().run()
    assert not page.exception
    assert "**one**  \n" in texts(page)


@pytest.mark.usefixtures("shelved")
def test_a_run_can_be_renamed_and_a_taken_name_is_refused(open_page: Open) -> None:
    page = open_page("runs")
    page.text_input(key="runs.name.one").set_value("three").run()
    page.button(key="runs.rename.one").click().run()
    assert "**three**" in texts(page)
    page.text_input(key="runs.name.three").set_value("two").run()
    page.button(key="runs.rename.three").click().run()
    assert "taken" in page.error[0].value


@pytest.mark.usefixtures("shelved")
def test_chosen_runs_are_compared(open_page: Open) -> None:
    page = open_page("runs")
    assert page.button(key="runs.compare").disabled
    for name in ("one", "two"):
        page.checkbox(key=f"runs.chosen.{name}").check().run()
    page.button(key="runs.compare").click().run()
    assert set(page.session_state["compare.models"]) == {"one", "two"}


@pytest.mark.usefixtures("interrupted")
def test_an_interrupted_run_goes_on_from_where_it_stood(open_page: Open, job_of: JobOf) -> None:
    page = open_page("runs")
    assert "interrupted at step 7" in texts(page)
    page.button(key="runs.resume.halted").click().run()
    job = job_of(page)
    deadline = time.monotonic() + 60
    while not job.progress.over:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert job.progress.status == "complete"
    assert job.take().epoch == 30
    assert runs.resume(cache.kept_folder() / "halted", job.take().dataset).step == job.progress.step


def test_a_damaged_run_is_listed_with_what_is_wrong(open_page: Open, shelved: Path) -> None:
    (shelved / "one" / "config.json").write_text("{")
    page = open_page("runs")
    assert not page.exception
    assert "can't be read" in texts(page)
    assert not any(button.key == "runs.open.one" for button in page.button)


@pytest.mark.usefixtures("adas", "shelved")
def test_ones_own_runs_and_the_shared_ones_are_told_apart(open_page: Open) -> None:
    page = open_page("runs", token=ADA)
    assert "**Yours**" in texts(page)
    assert "**Shared**" in texts(page)
    assert buttons(page, "hers") == {"open", "rename", "share", "delete"}
    assert buttons(page, "one") == {"open", "rename", "delete"}


@pytest.mark.usefixtures("adas")
def test_nobody_else_sees_a_run_that_is_not_shared(open_page: Open) -> None:
    page = open_page("runs", token=BOB)
    assert "Nothing here yet" in texts(page)
    for path in ("map", "generate"):
        page = open_page(path, token=BOB, model="hers")
        assert "hers" not in page.sidebar.selectbox(key="model").options
    unknown = open_page("map", token=BOB, model="nothing")
    told = [caption.value for caption in page.sidebar.caption]
    assert told == [caption.value.replace("nothing", "hers") for caption in unknown.sidebar.caption]
    compared = open_page("compare", token=BOB, models="hers,digits-vae-2d")
    assert "hers" not in compared.multiselect(key="compare.models").options


@pytest.mark.usefixtures("adas")
def test_a_shared_run_can_be_opened_by_all_and_taken_back_by_its_owner(open_page: Open) -> None:
    ada = open_page("runs", token=ADA)
    ada.button(key="runs.share.hers").click().run()
    assert not ada.exception
    assert "shared by you" in texts(ada)
    assert buttons(ada, "hers") == {"open", "back"}
    bob = open_page("runs", token=BOB)
    assert "shared by somebody else" in texts(bob)
    assert buttons(bob, "hers") == {"open"}
    assert open_page("map", token=BOB, model="hers").sidebar.selectbox(key="model").value == "hers"
    ada.button(key="runs.back.hers").click().run()
    assert buttons(ada, "hers") == {"open", "rename", "share", "delete"}
    assert "Nothing here yet" in texts(bob.run())


@pytest.mark.usefixtures("adas")
def test_a_run_shared_under_another_name_says_so(open_page: Open, shelved: Path) -> None:
    page = open_page("runs", token=ADA)
    shutil.copytree(shelved / "two", Shelf(owners.name_of(BOB)).own / "hers")
    page.button(key="runs.share.hers").click().run()
    assert "Shared as **hers-1**" in texts(page)


def test_a_run_of_ones_own_that_was_interrupted_goes_on_where_it_lies(
    open_page: Open, interrupted: Path, job_of: JobOf
) -> None:
    place = Shelf(owners.name_of(ADA)).own / "halted"
    place.parent.mkdir(parents=True)
    interrupted.rename(place)
    page = open_page("runs", token=ADA)
    page.button(key="runs.resume.halted").click().run()
    job = job_of(page)
    assert job.place == place
    again = open_page("runs", token=ADA)
    if not job.progress.over:
        assert "under way" in texts(again)
    job.stop()
    while not job.progress.over:
        time.sleep(0.05)
    assert not interrupted.exists()
