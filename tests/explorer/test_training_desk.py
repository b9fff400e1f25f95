from __future__ import annotations

from pathlib import Path

import pytest

from explorer import cache, training_desk
from vae_core.models import AutoencoderConfig, VAEConfig
from vae_core.networks import NetworkConfig


@pytest.mark.usefixtures("models")
def test_a_free_name_counts_on_from_those_in_use() -> None:
    cache.kept_folder().mkdir(parents=True)
    assert training_desk.free_name("Digits 8x8") == "digits-8x8-1"
    (cache.kept_folder() / "digits-8x8-1").mkdir()
    assert training_desk.free_name("Digits 8x8") == "digits-8x8-2"
    assert training_desk.free_name("digits-8x8-1") == "digits-8x8-2"
    assert training_desk.free_name("???") == "model-1"


def test_shipped_names_are_taken_too(models: Path) -> None:
    assert {path.name for path in models.iterdir()} <= training_desk.taken_names()


def test_another_family_takes_over_what_both_have() -> None:
    network = NetworkConfig(hidden=(64,))
    vae = VAEConfig(latent_dim=7, beta=3.0, likelihood="gaussian", network=network)
    ae = training_desk.in_family(vae, "ae")
    assert ae == AutoencoderConfig(latent_dim=7, likelihood="gaussian", network=network)
    assert training_desk.in_family(vae, "vae") is vae
