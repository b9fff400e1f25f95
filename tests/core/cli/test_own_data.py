from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.core.cli.conftest import SMALL
from vae_core.cli import main
from vae_core.trained import load

Document = Callable[[list[str]], Any]
Complaint = Callable[[list[str]], str]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("VAE_DATA_DIR", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def arrays(tmp_path: Path) -> Path:
    """Sixty pictures of three classes."""
    labels = np.arange(60) % 3
    pictures = np.random.default_rng(0).integers(0, 80, (60, 16, 16)) + 80 * labels[:, None, None]
    np.savez(tmp_path / "pictures.npz", images=pictures.astype(np.uint8), labels=labels)
    return tmp_path / "pictures.npz"


def test_a_set_is_brought_listed_trained_on_measured_and_removed(
    arrays: Path, runs: Path, document: Document, complaint: Complaint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["datasets", "import", str(arrays), "--name", "mine", "--size", "8"]) == 0
    told = capsys.readouterr().out
    assert "60 of 8 × 8" in told
    assert "16 × 16 (60)" in told
    assert "--data mine" in told
    listed = {record["name"]: record for record in document(["datasets", "--json"])}
    assert listed["mine"]["images"] == "60 of 8 × 8"
    assert listed["mine"]["available"] is True
    trained = document(["train", "--data", "mine", "--epochs", "2", "--json", *SMALL])
    assert trained["name"] == "mine-vae-2d"
    assert trained["config"]["data"]["name"].startswith("mine@")
    measured = document(["evaluate", "--model", "mine-vae-2d", "--json"])
    assert measured["images"] == 6
    assert set(load(runs / "mine-vae-2d").latent_map.labels) == {0, 1, 2}
    assert main(["models"]) == 0
    assert "mine " in capsys.readouterr().out
    document(["datasets", "remove", "mine", "--json"])
    assert "mine" not in {record["name"] for record in document(["datasets", "--json"])}
    assert load(runs / "mine-vae-2d").class_names == ("0", "1", "2")
    assert "not on this machine" in complaint(["evaluate", "--model", "mine-vae-2d"])


def test_a_set_can_be_kept_in_a_folder_of_its_own(arrays: Path, tmp_path: Path, document: Document) -> None:
    place = tmp_path / "data"
    place.mkdir()
    asked = ["--name", "mine", "--data-dir", str(place), "--json"]
    kept = document(["datasets", "import", str(arrays), *asked])
    assert Path(kept["path"]) == place / "own" / "mine"
    assert kept["class_counts"] == [20, 20, 20]
    assert document(["train", "--data", "mine", "--data-dir", str(place), "--epochs", "1", "--json", *SMALL])


def test_a_resumed_run_finds_its_set_again(arrays: Path, document: Document, complaint: Complaint) -> None:
    document(["datasets", "import", str(arrays), "--name", "mine", "--size", "8", "--json"])
    kept = document(["train", "--data", "mine", "--epochs", "1", "--json", *SMALL])
    again = ["train", "--resume", kept["name"], "--epochs", "2", "--quiet", "--json"]
    assert document(again)["epochs"] == 2
    document(["datasets", "remove", "mine", "--json"])
    document(["datasets", "import", str(arrays), "--name", "mine", "--size", "9", "--json"])
    assert "removed or replaced" in complaint(["train", "--resume", kept["name"], "--epochs", "3"])


@pytest.mark.parametrize(
    ("name", "words"),
    [("mnist", "comes with the program"), ("../up", "no name"), ("a b", "no name"), ("MNIST", "comes with")],
)
def test_a_name_that_does_not_do_is_refused(
    arrays: Path, complaint: Complaint, name: str, words: str
) -> None:
    assert words in complaint(["datasets", "import", str(arrays), "--name", name])


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (None, "can't be read"),
        (b"", "holds no data set"),
        (b"\x89PNG\r\n\x1a\n", "holds no data set"),
        (b"PK\x03\x04 and no more", "archive is damaged"),
        (b"some words\nand more", "are no images"),
    ],
)
def test_what_is_no_data_set_is_refused_in_one_line(
    tmp_path: Path, cache: Path, complaint: Complaint, held: bytes | None, words: str
) -> None:
    if held is not None:
        (tmp_path / "a").write_bytes(held)
    assert words in complaint(["datasets", "import", str(tmp_path / "a"), "--name", "mine"])
    assert not list(cache.glob("own/*"))


def test_a_set_that_is_not_there_is_named(complaint: Complaint) -> None:
    assert "mine is not on this machine" in complaint(["datasets", "remove", "mine"])
    assert "Allowed: digits," in complaint(["train", "--data", "mine"])
    assert "can't be removed" in complaint(["datasets", "remove", "digits"])
