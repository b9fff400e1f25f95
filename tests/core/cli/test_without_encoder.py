"""The commands on a model without an encoder: it generates, and what needs an encoder says so in a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vae_core.cli import main

SMALL = ("--hidden=32", "--sine-features=0", "--precision=fp32", "--quiet")
Complaint = Callable[[list[str]], str]
Document = Callable[[list[str]], Any]


@pytest.fixture(scope="module")
def gan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small GAN of digits."""
    path = tmp_path_factory.mktemp("trained") / "gan"
    assert main(["train", "--family", "gan", "--epochs", "2", "--out", str(path), *SMALL]) == 0
    return path


def test_it_is_trained_with_settings_that_it_needs_unless_others_are_given(document: Document) -> None:
    command = ["train", "--family", "gan", "--epochs", "1", "--json", *SMALL]
    made = document(command)
    assert made["metrics"] == {}
    assert (made["config"]["training"]["learning_rate"], made["config"]["training"]["beta1"]) == (2e-3, 0.5)
    made = document([*command, "--learning-rate", "0.004", "--gamma-r1", "2"])
    assert (made["config"]["training"]["learning_rate"], made["config"]["training"]["beta1"]) == (4e-3, 0.5)
    assert made["config"]["model"]["gamma_r1"] == 2


def test_it_draws_images(gan: Path, tmp_path: Path) -> None:
    assert main(["generate", "--model", str(gan), "--count", "7", "--out", str(tmp_path / "draws.npz")]) == 0
    with np.load(tmp_path / "draws.npz", allow_pickle=False) as arrays:
        assert arrays["images"].shape == (7, 1, 8, 8)


def test_a_run_of_it_goes_on(gan: Path, document: Document) -> None:
    assert document(["train", "--resume", str(gan), "--epochs", "3", "--json", "--quiet"])["epochs"] == 3


@pytest.mark.parametrize(
    "command", [["encode"], ["interpolate", "--from", "0", "--to", "1"]], ids=lambda words: words[0]
)
def test_what_needs_an_encoder_says_so(
    gan: Path, tmp_path: Path, complaint: Complaint, command: list[str]
) -> None:
    told = complaint([*command, "--model", str(gan), "--out", str(tmp_path / "out.npz")])
    assert "A GAN has no encoder" in told


def test_evaluation_says_what_there_is_to_measure(gan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--model", str(gan)]) == 0
    assert "--measures draws" in capsys.readouterr().out


def test_evaluation_measures_its_draws(gan: Path, document: Document) -> None:
    made = document(["evaluate", "--model", str(gan), "--measures", "draws", "--json"])
    assert made["metrics"].keys() >= {"draws_sharpness", "classifier_frechet_distance"}
    assert made["likelihood"] == "none"
