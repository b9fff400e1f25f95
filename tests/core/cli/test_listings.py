from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vae_core.cli import main
from vae_core.cli.listings import _MADE_HERE
from vae_core.datasets import DATASETS, SPLITS, load_dataset

Document = Callable[[list[str]], Any]


def test_data_sets_are_listed_with_their_size_availability_and_licence(
    capsys: pytest.CaptureFixture[str], document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VAE_DATA_DIR", raising=False)
    listed = {record["name"]: record for record in document(["datasets", "--json"])}
    assert set(listed) == set(DATASETS)
    assert listed["digits"]["available"] is True
    assert listed["mnist"]["available"] is False
    assert listed["mnist"]["download_bytes"] > 10_000_000
    assert listed["mnist"]["images"] == "70,000 of 28 × 28"
    assert main(["datasets"]) == 0
    table = capsys.readouterr().out
    assert "after a download of" in table
    assert "CC BY 4.0" in table


def test_data_in_a_named_folder_counts_as_available(data_dir: Path, document: Document) -> None:
    listed = {
        record["name"]: record for record in document(["datasets", "--json", "--data-dir", str(data_dir)])
    }
    assert listed["mnist"]["available"] is True


@pytest.mark.parametrize("name", sorted(_MADE_HERE))
def test_the_sizes_that_are_listed_are_true(name: str) -> None:
    dataset = load_dataset(name)
    count = sum(len(dataset.split(split)) for split in SPLITS)
    _, height, width = dataset.image_shape
    assert _MADE_HERE[name].startswith(f"{count:,} of {height} × {width}")


def test_models_are_listed_with_their_measures_and_what_is_wrong_with_them(
    model: Path, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], document: Document
) -> None:
    assert document(["models", "--json"]) == []
    assert main(["models"]) == 0
    assert "There are no models" in capsys.readouterr().out
    shutil.copytree(model, runs / "good")
    shutil.copytree(model, tmp_path / "checkpoints" / "broken")
    (tmp_path / "checkpoints" / "broken" / "config.json").write_text("{}")
    good, broken = document(["models", "--json"])
    assert (good["name"], good["in"], good["family"], good["data"], good["latent_dim"]) == (
        "good", "runs", "vae", "digits", 2,
    )  # fmt: skip
    assert good["metrics"]["elbo"]["unit"] == "nats per image"
    assert (broken["name"], broken["in"]) == ("broken", "checkpoints")
    assert "can't be read" in broken["problem"]
    assert main(["models"]) == 0
    table = capsys.readouterr().out
    assert "good" in table
    assert "can't be read" in table
