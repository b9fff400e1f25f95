from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import cache, training_desk
from vae_core import runs
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset
from vae_core.models import VAEConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.training import TrainingRun

Open = Callable[..., AppTest]


@pytest.fixture
def shelved(models: Path) -> Path:
    """A shelf with two copies of a complete model, ``one`` and ``two``."""
    for name in ("one", "two"):
        shutil.copytree(models / "digits-vae-2d", cache.kept_folder() / name)
    return cache.kept_folder()


@pytest.fixture
def interrupted(models: Path, digits: ImageDataset) -> Path:
    """A run whose process ended at step 7, a while ago."""
    training = TrainingConfig(epochs=30.0, seconds=None)
    run = TrainingRun(RunConfig(DataConfig("digits"), VAEConfig(), training), digits)
    for number, _ in enumerate(run.events(), 1):
        if number == 7:
            break
    path = runs.save(run, cache.kept_folder() / "halted")
    for file in path.iterdir():
        os.utime(file, (time.time() - 100, time.time() - 100))
    return path


def texts(page: AppTest) -> str:
    return " | ".join(text.value for text in page.markdown)


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
def test_an_interrupted_run_goes_on_from_where_it_stood(open_page: Open) -> None:
    page = open_page("runs")
    assert "interrupted at step 7" in texts(page)
    page.button(key="runs.resume.halted").click().run()
    job = training_desk.desk().of(page.session_state["_owner"])
    assert job is not None
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
