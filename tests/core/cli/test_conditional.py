"""The commands on a conditional model, which must be told classes."""

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
from vae_core.latent import lerp, prior_grid

SMALL = ("--hidden=32", "--sine-features=0", "--precision=fp32", "--quiet")
Complaint = Callable[[list[str]], str]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small conditional VAE of digits."""
    path = tmp_path_factory.mktemp("trained") / "told"
    assert main(["train", "--family", "cvae", "--epochs", "5", "--out", str(path), *SMALL]) == 0
    return path


def made(argv: list[str], out: Path) -> dict[str, np.ndarray]:
    assert main([*argv, "--out", str(out)]) == 0
    with np.load(out, allow_pickle=False) as arrays:
        return dict(arrays)


def test_encode_tells_each_image_of_a_data_set_its_own_class(
    told: Path, tmp_path: Path, digits: ImageDataset
) -> None:
    codes = made(["encode", "--model", str(told)], tmp_path / "codes.npz")
    mu, sigma = vae_core.load(told).encode(digits.test.images, digits.test.labels)
    assert_array_equal(codes["mu"], mu)
    assert_array_equal(codes["sigma"], sigma)


def test_encode_takes_the_class_of_image_files(told: Path, tmp_path: Path, digits: ImageDataset) -> None:
    images = digits.test.images[:3]
    np.savez(tmp_path / "images.npz", images=images)
    argv = ["encode", "--model", str(told), "--images", str(tmp_path / "images.npz"), "--class", "4"]
    codes = made(argv, tmp_path / "codes.npz")
    assert_allclose(codes["mu"], vae_core.load(told).encode(images, np.full(3, 4))[0], atol=1e-5)


def test_generate_draws_the_class_it_is_given(told: Path, tmp_path: Path) -> None:
    drawn = made(["generate", "--model", str(told), "--grid", "4", "--class", "3"], tmp_path / "grid.npz")
    expected = vae_core.load(told).decode(prior_grid(4).reshape(-1, 2), np.full(16, 3))
    assert_allclose(drawn["images"], expected, atol=1e-6)
    other = made(["generate", "--model", str(told), "--grid", "4", "--class", "5"], tmp_path / "grid.npz")
    assert np.abs(other["images"] - drawn["images"]).max() > 0.1


def test_interpolate_encodes_with_the_images_classes_and_decodes_as_the_given_one(
    told: Path, tmp_path: Path, digits: ImageDataset
) -> None:
    argv = ["interpolate", "--model", str(told), "--from", "0", "--to", "5", "--steps", "4", "--class", "7"]
    path = made(argv, tmp_path / "path.npz")
    model, labels = vae_core.load(told), digits.test.labels
    assert labels is not None
    mu, _ = model.encode(digits.test.images[[0, 5]], labels[[0, 5]])
    assert_allclose(path["z"], lerp(mu[0], mu[1], 4), atol=1e-6)
    assert_allclose(path["images"], model.decode(path["z"], np.full(4, 7)), atol=1e-6)


def test_evaluate_says_that_the_bound_is_conditional(
    told: Path, document: Callable[[list[str]], Any]
) -> None:
    found = document(["evaluate", "--model", str(told), "--limit", "50", "--json"])
    assert found["family"] == "cvae"
    assert "log p(x|y)" in found["metrics"]["elbo"]["estimator"]


def test_a_class_is_asked_for_and_checked(
    told: Path, model: Path, tmp_path: Path, complaint: Complaint
) -> None:
    out = ["--out", str(tmp_path / "out.png")]
    assert "Give --class" in complaint(["generate", "--model", str(told), *out])
    assert "0 to 9" in complaint(["generate", "--model", str(told), "--class", "10", *out])
    path = ["interpolate", "--model", str(told), "--from", "0", "--to", "1", *out]
    assert "Give --class" in complaint(path)
    assert "not conditional" in complaint(["generate", "--model", str(model), "--class", "1", *out])
    codes = ["encode", "--model", str(told), "--class", "1", "--out", str(tmp_path / "codes.npz")]
    assert "each image is encoded with its own" in complaint(codes)
