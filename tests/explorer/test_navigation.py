from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import cache
from explorer.shelf import Shelf

Open = Callable[..., AppTest]


@pytest.fixture
def broken(models: Path, tmp_path: Path) -> Path:
    """A kept model one of whose weights' bytes has changed."""
    folder = tmp_path / "runs" / "broken"
    shutil.copytree(models / "digits-vae-2d", folder)
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
    return folder


def test_the_app_opens_on_a_map_with_a_model_chosen(models: Path, root: Path) -> None:
    page = AppTest.from_file(str(root / "streamlit_app.py"), default_timeout=60).run()
    assert not page.exception
    assert page.markdown[0].value.startswith("### Map")
    assert page.sidebar.selectbox(key="model").value == "digits-vae-2d"


@pytest.mark.usefixtures("broken")
def test_a_damaged_model_is_one_clear_line_and_the_others_stay(open_page: Open) -> None:
    page = open_page("map", model="broken")
    assert not page.exception
    assert len(page.error) == 1
    page.sidebar.selectbox(key="model").set_value("digits-vae-2d").run()
    assert not page.error
    assert page.get("image")


def test_a_folder_that_is_not_a_model_is_listed_last_with_what_is_wrong(
    open_page: Open, broken: Path
) -> None:
    (broken / "config.json").write_text("{")
    page = open_page("map", model="broken")
    assert page.sidebar.selectbox(key="model").options[-1] == "⚠ broken"
    assert "cannot be opened" in page.error[0].value


def test_a_model_replaced_on_disk_is_opened_anew(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "mine"
    shutil.copytree(models / "digits-vae-2d", folder)
    entry = next(entry for entry in Shelf("ada").entries() if entry.name == "mine")
    first = cache.model(entry)
    assert cache.model(entry) is first
    shutil.rmtree(folder)
    shutil.copytree(models / "digits-vae-16d", folder)
    entry = next(entry for entry in Shelf("ada").entries() if entry.name == "mine")
    assert cache.model(entry).latent_dim == 16


def test_a_model_that_appears_while_the_app_runs_is_listed(models: Path, tmp_path: Path) -> None:
    before = {entry.name for entry in Shelf("ada").entries()}
    shutil.copytree(models / "digits-vae-2d", tmp_path / "runs" / "new")
    assert {entry.name for entry in Shelf("ada").entries()} - before == {"new"}


def test_a_folder_whose_name_could_be_a_path_is_not_listed(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "digits-vae-2d", tmp_path / "runs" / "a.b c")
    assert "a.b c" not in {entry.name for entry in Shelf("ada").entries()}


def test_the_memory_taken_out_of_collection_is_taken_once(open_page: Open) -> None:
    import gc

    open_page("map")
    frozen = gc.get_freeze_count()
    open_page("map")
    assert gc.get_freeze_count() == frozen


@pytest.mark.parametrize("path", ["lessons", "lab", "runs", "train"])
def test_a_page_with_models_of_its_own_does_not_offer_the_choice_of_one(open_page: Open, path: str) -> None:
    page = open_page(path)
    assert not [box.key for box in page.sidebar.selectbox]
    assert not page.exception
