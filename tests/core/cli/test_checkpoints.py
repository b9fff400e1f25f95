from __future__ import annotations

from pathlib import Path

import pytest

import vae_core
from benchmarks.checkpoints import SHIPPED, main
from vae_core.models import family_of


def test_a_shipped_model_is_trained_measured_and_written_small(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["digits-vae-2d", "--out", str(tmp_path), "--epochs", "1"]) == 0
    model = vae_core.load(tmp_path / "digits-vae-2d")
    assert {"elbo", "iwae", "knn_accuracy"} <= set(model.metrics)
    assert not (tmp_path / "digits-vae-2d" / "resume.safetensors").exists()
    assert "| digits-vae-2d |" in capsys.readouterr().out


def test_every_shipped_model_ends_after_epochs_and_is_called_what_it_is() -> None:
    for name, config in SHIPPED.items():
        assert config.training.epochs is not None
        assert config.training.seconds is None
        assert name.split("-")[0] == config.data.name.split("_")[0]
        assert name.endswith(
            "-vqvae" if family_of(config.model) == "vqvae" else f"-{config.model.latent_dim}d"
        )


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["nobody"])
    assert ended.value.code == 2
    assert "there is no shipped model nobody" in capsys.readouterr().err
