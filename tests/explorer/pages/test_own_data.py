"""Images of one's own in the app: brought, looked at, kept, trained on and deleted, and nobody else's business."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer import navigation, owners
from explorer.own_images import own_sets
from explorer.panels.own_data import CHOICE
from explorer.serving import fields
from explorer.shelf import Shelf
from vae_core.datasets import DATASETS, own
from vae_core.trained import load

Open = Callable[..., AppTest]
MINE, YOURS = "a" * 32, "b" * 32
CLASSES = ("cats", "dogs", "owls")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("VAE_DATA_DIR", raising=False)
    return tmp_path / "cache" / "own"


def archive(count: int = 20, **more: bytes) -> bytes:
    """Return three class folders of so many pictures each."""
    rng, file = np.random.default_rng(0), io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for level, name in enumerate(CLASSES):
            for number in range(count):
                png = io.BytesIO()
                noise = rng.integers(0, 60, (12, 12), dtype=np.uint8)
                Image.fromarray(noise + np.uint8(90 * level)).save(png, "PNG")
                opened.writestr(f"{name}/{number}.png", png.getvalue())
        for name, data in more.items():
            opened.writestr(name, data)
    return file.getvalue()


def until(page: AppTest, holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
        page.run()


def has(page: AppTest, key: str) -> bool:
    return any(one.key == key for one in page.button)


def told(page: AppTest) -> str:
    return "\n".join(text.value for text in page.markdown)


def bring(page: AppTest, data: bytes, name: str = "pets.zip") -> AppTest:
    page.selectbox(key="train.data").set_value(CHOICE).run()
    page.file_uploader(key="own.file").set_value((name, data, "application/zip")).run()
    assert not page.exception
    return page


def keep(page: AppTest, name: str = "pets") -> AppTest:
    page.button(key="own.read").click().run()
    until(page, lambda: has(page, "own.keep"))
    page.text_input(key="own.name").set_value(name).run()
    page.button(key="own.keep").click().run()
    assert not page.exception
    return page


def sets_of(token: str) -> list[str]:
    return own.full_names(owner=owners.name_of(token))


@pytest.fixture
def page(open_page: Open) -> AppTest:
    return open_page("train", token=MINE)


def test_a_few_images_are_shown_before_anything_is_read(page: AppTest, folder: Path) -> None:
    bring(page, archive())
    assert not page.error
    assert any("as the model will see them" in caption.value for caption in page.caption)
    assert not folder.exists()
    assert not has(page, "start")


def test_images_are_read_kept_and_trained_on(
    page: AppTest, folder: Path, shelf_of: Callable[[AppTest], Shelf]
) -> None:
    bring(page, archive(**{"cats/notes.txt": b"x"}))
    page.number_input(key="own.size").set_value(8).run()
    keep(page)
    (name,) = sets_of(MINE)
    assert page.selectbox(key="train.data").value == name
    assert "**60 images** of 8 × 8, grey" in told(page)
    assert "It is not a PNG or JPEG image." in told(page)
    assert [path.name for path in folder.iterdir()] == [name.split("@")[0]]
    page.number_input(key="train.quick.vae.seconds").set_value(0.5).run()
    page.button(key="start").click().run()
    until(page, lambda: has(page, "keep"))
    page.button(key="keep").click().run()
    assert not page.exception
    assert not page.error
    trained = load(shelf_of(page).own / "pets-1")
    assert (trained.class_names, trained.config.data.name) == (CLASSES, name)


def test_a_wish_for_another_size_is_seen_at_once_and_what_was_read_before_is_dropped(
    page: AppTest, folder: Path
) -> None:
    bring(page, archive())
    page.button(key="own.read").click().run()
    until(page, lambda: has(page, "own.keep"))
    page.number_input(key="own.size").set_value(16).run()
    assert has(page, "own.read")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04 and no more", "archive is damaged"),
        (b"one,two\n1,2\n", "are no images"),
        (b"\0" * 100, "holds no data set"),
    ],
)
def test_what_is_no_data_set_gets_one_line_and_cannot_be_read(page: AppTest, data: bytes, words: str) -> None:
    bring(page, data)
    (error,) = page.error
    assert words in error.value
    assert "\n" not in error.value
    assert not has(page, "own.read")


def test_reading_many_images_shows_how_far_it_is_and_can_be_given_up(page: AppTest, folder: Path) -> None:
    file = io.BytesIO()
    np.savez(file, images=np.random.default_rng(0).integers(0, 256, (60_000, 8, 8), dtype=np.uint8))
    bring(page, file.getvalue(), "many.npz")
    page.button(key="own.read").click().run()
    assert has(page, "own.cancel")
    assert not has(page, "own.keep")
    page.button(key="own.cancel").click().run()
    assert not page.exception
    assert has(page, "own.read")
    until(page, lambda: list(folder.iterdir()) == [])


def test_too_few_images_are_refused_when_they_are_read(page: AppTest, folder: Path) -> None:
    bring(page, archive(count=5))
    page.button(key="own.read").click().run()
    until(page, lambda: bool(page.error))
    assert "at least 30" in page.error[0].value
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["", "a b", "../up", "mnist"])
def test_a_name_that_does_not_do_is_refused_and_another_can_be_given(page: AppTest, name: str) -> None:
    keep(bring(page, archive()), name)
    assert len(page.error) == 1
    assert sets_of(MINE) == []
    page.text_input(key="own.name").set_value("pets").run()
    page.button(key="own.keep").click().run()
    assert len(sets_of(MINE)) == 1


def test_nobody_else_is_shown_a_set_or_the_images_of_a_shared_model(
    page: AppTest, open_page: Open, shelf_of: Callable[[AppTest], Shelf]
) -> None:
    keep(bring(page, archive()))
    (name,) = sets_of(MINE)
    page.number_input(key="train.quick.vae.seconds").set_value(0.5).run()
    page.button(key="start").click().run()
    until(page, lambda: has(page, "keep"))
    page.button(key="keep").click().run()
    shared = shelf_of(page).share("pets-1")
    other = open_page("train", token=YOURS)
    assert name not in other.selectbox(key="train.data").options
    assert not any("pets" in option for option in other.selectbox(key="train.data").options)
    for token, here in ((MINE, True), (YOURS, False)):
        shown = open_page("map", token=token, model=shared)
        assert not shown.exception
        assert not shown.error
        captions = " ".join(caption.value for caption in shown.caption)
        assert ("originals are not shown" in captions) is not here
        assert "pets" in captions
    scenes = [scene for scene in fields._scenes.values() if scene.trained.name == shared]
    assert {scene.sees_images for scene in scenes} == {True, False}
    for scene in scenes:
        assert (b"not on this machine" in fields.body(scene, "error")) is not scene.sees_images


def test_a_model_of_the_fewest_images_opens_on_every_page(
    page: AppTest, open_page: Open, shelf_of: Callable[[AppTest], Shelf]
) -> None:
    file = io.BytesIO()
    np.savez(file, images=np.random.default_rng(0).integers(0, 256, (30, 13, 13, 3), dtype=np.uint8))
    bring(page, file.getvalue(), "few.npz")
    page.number_input(key="own.size").set_value(13).run()
    keep(page, "few")
    page.number_input(key="train.quick.vae.seconds").set_value(0.5).run()
    page.button(key="start").click().run()
    until(page, lambda: has(page, "keep"))
    page.button(key="keep").click().run()
    assert load(shelf_of(page).own / "few-1").image_shape == (3, 13, 13)
    for entry in navigation.PAGES:
        shown = open_page(entry.path, token=MINE, model="few-1", models="few-1")
        assert not shown.exception, entry.path
        assert not shown.error, entry.path
    scenes = [scene for scene in fields._scenes.values() if scene.trained.name == "few-1"]
    assert scenes
    assert all(fields.body(scene, name) for scene in scenes for name in fields.LAYERS)


def test_a_set_is_deleted_after_a_question_and_its_models_still_open(
    page: AppTest, open_page: Open, folder: Path
) -> None:
    keep(bring(page, archive()))
    page.number_input(key="train.quick.vae.seconds").set_value(0.5).run()
    page.button(key="start").click().run()
    until(page, lambda: has(page, "keep"))
    page.button(key="keep").click().run()
    page.button(key="again").click().run()
    page.button(key="own.delete").click().run()
    assert not page.exception
    assert page.selectbox(key="train.data").value == "digits"
    assert sets_of(MINE) == []
    shown = open_page("map", token=MINE, model="pets-1")
    assert not shown.exception
    assert not shown.error
    assert any("originals are not shown" in caption.value for caption in shown.caption)


def test_a_deleted_set_is_brought_back_by_its_owner_alone(page: AppTest, open_page: Open) -> None:
    keep(bring(page, archive()))
    (name,) = sets_of(MINE)
    page.button(key="own.delete").click().run()
    assert "Deleted **pets**." in told(page)
    word = page.session_state["own.deleted"][1]
    other = open_page("train", token=YOURS)
    other.session_state["own.deleted"] = ("pets", word)
    other.run()
    other.button(key="own.undo").click().run()
    assert "gone for good" in other.error[0].value
    page.button(key="own.undo").click().run()
    assert not page.exception
    assert sets_of(MINE) == [name] == [page.selectbox(key="train.data").value]
    assert not has(page, "own.undo")


def test_room_on_disk_is_bounded_and_told(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(bring(page, archive()))
    page.selectbox(key="train.data").set_value(CHOICE).run()
    assert any("Your data sets take 0." in caption.value for caption in page.caption)
    monkeypatch.setattr(own_sets, "MOST_BYTES", 60_000)
    keep(bring(page, archive()), "more")
    assert "too much room" in page.error[0].value
    assert len(sets_of(MINE)) == 1


def test_what_the_command_line_brought_is_everybodys(open_page: Open, folder: Path) -> None:
    page = keep(bring(open_page("train", token=MINE), archive()))
    (path,) = folder.iterdir()
    path.rename(folder / "pets")
    (name,) = own.full_names()
    other = open_page("train", token=YOURS)
    assert "pets" in other.selectbox(key="train.data").options
    other.selectbox(key="train.data").set_value(name).run()
    assert not other.exception
    assert not has(other, "own.delete")
    page.run()
    assert page.selectbox(key="train.data").value in DATASETS
