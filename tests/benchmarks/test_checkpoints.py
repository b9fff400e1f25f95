from __future__ import annotations

from pathlib import Path

import pytest

from vae_core.trained import load

MOST_BYTES = 40_000_000


@pytest.fixture(scope="module")
def measured(root: Path) -> dict[str, dict[str, float]]:
    """What is kept with each shipped model, by name and measure."""
    folders = sorted(folder for folder in (root / "checkpoints").iterdir() if folder.is_dir())
    found = {folder.name: load(folder).metrics for folder in folders}
    return {name: {key: entry["value"] for key, entry in metrics.items()} for name, metrics in found.items()}


def test_all_shipped_models_together_stay_small(root: Path) -> None:
    files = [file for file in (root / "checkpoints").rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def test_codes_copy_twice_as_closely_as_a_vae_of_ten_dimensions_and_their_prior_draws_better(
    measured: dict[str, dict[str, float]],
) -> None:
    discrete, plain = measured["mnist-vqvae"], measured["mnist-vae-10d"]
    assert discrete["mse"] < plain["mse"] / 2
    assert discrete["prior_completeness"] > plain["prior_completeness"]


def test_copies_judged_by_a_discriminator_are_sharper_at_no_worse_a_distance(
    measured: dict[str, dict[str, float]],
) -> None:
    sharp, plain = measured["mnist-vaegan-2d"], measured["mnist-vae-2d"]
    assert abs(1 - sharp["draws_sharpness"]) < abs(1 - plain["draws_sharpness"])
    assert sharp["classifier_frechet_distance"] <= plain["classifier_frechet_distance"]


def test_a_conditional_vae_draws_the_class_that_it_is_asked_for(
    measured: dict[str, dict[str, float]],
) -> None:
    assert measured["mnist-cvae-2d"]["class_agreement"] >= 0.97
