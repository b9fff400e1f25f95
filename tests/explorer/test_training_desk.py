from __future__ import annotations

from explorer import training_desk
from vae_core.models import AutoencoderConfig, VAEConfig
from vae_core.networks import NetworkConfig


def test_another_family_takes_over_what_both_have() -> None:
    network = NetworkConfig(hidden=(64,))
    vae = VAEConfig(latent_dim=7, beta=3.0, likelihood="gaussian", network=network)
    ae = training_desk.in_family(vae, "ae")
    assert ae == AutoencoderConfig(latent_dim=7, likelihood="gaussian", network=network)
    assert training_desk.in_family(vae, "vae") is vae
