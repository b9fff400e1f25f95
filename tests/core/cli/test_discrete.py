"""The commands on a model with discrete codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import vae_core
from vae_core.cli import main
from vae_core.datasets import ImageDataset

SMALL = ("--channels=4", "--blocks=1", "--prior-heads=1", "--prior-layers=1", "--precision=fp32", "--quiet")
Complaint = Callable[[list[str]], str]


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small VQ-VAE of digits."""
    path = tmp_path_factory.mktemp("trained") / "coded"
    argv = [
        "train",
        "--family",
        "vqvae",
        "--codes",
        "16",
        "--code-dim",
        "4",
        "--epochs",
        "5",
        "--out",
        str(path),
    ]
    assert main([*argv, *SMALL]) == 0
    return path


def made(argv: list[str], out: Path) -> dict[str, np.ndarray]:
    assert main([*argv, "--out", str(out)]) == 0
    with np.load(out, allow_pickle=False) as arrays:
        return dict(arrays)


def test_encode_writes_codes_and_generate_decodes_them(
    coded: Path, tmp_path: Path, digits: ImageDataset
) -> None:
    codes = made(["encode", "--model", str(coded)], tmp_path / "codes.npz")
    model = vae_core.load(coded)
    assert_array_equal(codes["codes"], model.codes(digits.test.images))
    assert_array_equal(codes["labels"], digits.test.labels)
    argv = ["generate", "--model", str(coded), "--codes", str(tmp_path / "codes.npz")]
    assert_allclose(
        made(argv, tmp_path / "images.npz")["images"], model.reconstruct(digits.test.images), atol=1e-6
    )


def test_generate_draws_from_the_learned_prior(coded: Path, tmp_path: Path) -> None:
    argv = ["generate", "--model", str(coded), "--count", "5", "--seed", "3", "--temperature", "0.7"]
    z, images = vae_core.load(coded).sample(5, np.random.default_rng(3), 0.7)
    drawn = made(argv, tmp_path / "drawn.npz")
    assert_array_equal(drawn["z"], z)
    assert_allclose(drawn["images"], images, atol=1e-6)
    assert main([*argv, "--out", str(tmp_path / "drawn.png")]) == 0


def test_there_is_no_grid_and_no_single_place(coded: Path, complaint: Complaint) -> None:
    for options in (["--grid", "5"], ["--z", "1", "2"]):
        told = complaint(["generate", "--model", str(coded), *options, "--out", "x.png"])
        assert "map of codes" in told
        assert "--codes" in told


def test_interpolate_goes_along_the_codes_vectors(coded: Path, tmp_path: Path) -> None:
    argv = ["interpolate", "--model", str(coded), "--from", "0", "--to", "1", "--steps", "3"]
    path = made(argv, tmp_path / "path.npz")
    assert_allclose(path["z"][1], (path["z"][0] + path["z"][2]) / 2, atol=1e-6)


def test_evaluate_tells_the_rate_and_the_perplexity(
    coded: Path, document: Callable[[list[str]], Any]
) -> None:
    found = document(["evaluate", "--model", str(coded), "--json", "--limit", "40", "--measures", "images"])
    assert found["latent_dim"] == 64
    values = {name: entry["value"] for name, entry in found["metrics"].items()}
    assert values["elbo"] == pytest.approx(-values["reconstruction"] - values["rate"])
    assert 1 <= values["perplexity"] <= 16
    assert "psnr" in values


def test_a_preset_with_another_network_is_refused(complaint: Complaint) -> None:
    assert "layer_norm" in complaint(["train", "--family", "vqvae", "--preset", "plain"])
