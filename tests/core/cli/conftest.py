from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from vae_core.cli import main
from vae_core.datasets import ImageDataset, load_dataset

SMALL = (
    "--hidden=32", "--sine-features=0", "--precision=fp32", "--batch-size=128",
    "--late-batch-size=128", "--quiet",
)  # fmt: skip
"""Settings of a run on digits that takes a fraction of a second."""


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of runs of this test; no model is shipped."""
    monkeypatch.setenv("VAE_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setenv("VAE_MODELS_DIR", str(tmp_path / "checkpoints"))
    return tmp_path / "runs"


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Networks this small are slower on several threads than on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small two-dimensional VAE of digits."""
    path = tmp_path_factory.mktemp("trained") / "small"
    assert main(["train", "--epochs", "5", "--out", str(path), *SMALL]) == 0
    return path


@pytest.fixture
def document(capsys: pytest.CaptureFixture[str]) -> Callable[[list[str]], Any]:
    """Run a command that must succeed and return the JSON document it printed."""

    def run(argv: list[str]) -> Any:
        capsys.readouterr()
        assert main(argv) == 0
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def complaint(capsys: pytest.CaptureFixture[str]) -> Callable[[list[str]], str]:
    """Run a command that must refuse its input and return the one line it printed."""

    def run(argv: list[str]) -> str:
        capsys.readouterr()
        assert main(argv) == 2
        output = capsys.readouterr()
        assert output.out == ""
        assert output.err.startswith("Error: ")
        assert output.err.endswith("\n")
        assert output.err.count("\n") == 1
        return output.err

    return run


@pytest.fixture(scope="session")
def digits() -> ImageDataset:
    """The bundled digits."""
    return load_dataset("digits")
