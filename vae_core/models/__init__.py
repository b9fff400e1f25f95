"""The model families, one file each with its configuration, wiring and loss."""

from __future__ import annotations

import dataclasses
from typing import Any

from torch import nn

from vae_core.config import from_json, to_json
from vae_core.errors import ConfigError
from vae_core.models.autoencoder import Autoencoder, AutoencoderConfig
from vae_core.models.broken import BROKEN
from vae_core.models.capacity import CapacityConfig, CapacityVAE
from vae_core.models.cvae import CVAE, CVAEConfig
from vae_core.models.factor_vae import FactorVAE, FactorVAEConfig
from vae_core.models.gan import GAN, GANConfig
from vae_core.models.gaussian import GaussianConfig, GaussianVAE
from vae_core.models.infovae import InfoVAE, InfoVAEConfig
from vae_core.models.iwae import IWAE, IWAEConfig
from vae_core.models.protocol import LatentModel, Players, Terms
from vae_core.models.tcvae import TCVAE, TCVAEConfig
from vae_core.models.vae import VAE, VAEConfig
from vae_core.models.vaegan import VAEGAN, VAEGANConfig
from vae_core.models.vqvae import VQVAE, VQVAEConfig
from vae_core.networks import ImageShape, code_map_size

Model = Autoencoder | GaussianVAE | VQVAE | GAN
ModelConfig = AutoencoderConfig | GaussianConfig | VQVAEConfig | GANConfig
BetaConfig = VAEConfig | TCVAEConfig
"""Configurations with a weight `beta` that may change while a model trains."""

MODELS: dict[str, type[Autoencoder] | type[GaussianVAE] | type[VQVAE] | type[GAN]] = {
    "vae": VAE,
    "cvae": CVAE,
    "capacity": CapacityVAE,
    "tcvae": TCVAE,
    "factor": FactorVAE,
    "infovae": InfoVAE,
    "iwae": IWAE,
    "vqvae": VQVAE,
    "gan": GAN,
    "vaegan": VAEGAN,
    "ae": Autoencoder,
}
"""What a user can choose."""
KNOWN = MODELS | BROKEN
"""What a model on disk can be."""

__all__ = [
    "BROKEN",
    "CVAE",
    "GAN",
    "IWAE",
    "KNOWN",
    "MODELS",
    "TCVAE",
    "VAE",
    "VAEGAN",
    "VQVAE",
    "Autoencoder",
    "AutoencoderConfig",
    "BetaConfig",
    "CVAEConfig",
    "CapacityConfig",
    "CapacityVAE",
    "FactorVAE",
    "FactorVAEConfig",
    "GANConfig",
    "GaussianConfig",
    "GaussianVAE",
    "IWAEConfig",
    "InfoVAE",
    "InfoVAEConfig",
    "LatentModel",
    "Model",
    "ModelConfig",
    "Players",
    "TCVAEConfig",
    "Terms",
    "VAEConfig",
    "VAEGANConfig",
    "VQVAEConfig",
    "family_of",
    "in_family",
    "latent_dim_of",
    "latent_words",
    "make_model",
    "model_config_from_json",
    "model_config_to_json",
]


def family_of(config: ModelConfig) -> str:
    """Return the registry's name of the family that `config` belongs to."""
    return next(name for name, model in KNOWN.items() if type(config) is model.Config)


def in_family(config: ModelConfig, family: str) -> ModelConfig:
    """Return a configuration of `family` with those settings of `config` that it has too and that are no defaults.

    What is a default stays one, since the same setting may begin elsewhere in another family.
    """
    if family_of(config) == family:
        return config
    target = KNOWN[family].Config
    names = {field.name for field in dataclasses.fields(target)}
    plain = type(config)()
    values = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    return target(
        **{name: value for name, value in values.items() if name in names and value != getattr(plain, name)}
    )


def latent_dim_of(config: ModelConfig, shape: ImageShape) -> int:
    """Return how many numbers z has for images of `shape` = (C, H, W)."""
    return config.dimensions(shape) if isinstance(config, VQVAEConfig) else config.latent_dim


def latent_words(config: ModelConfig, shape: ImageShape | None = None) -> str:
    """Return in a few words what an image becomes, for people.

    >>> latent_words(VAEConfig()), latent_words(VQVAEConfig(), (1, 28, 28)), latent_words(VQVAEConfig())
    ('2 latent dimensions', '7 × 7 codes out of 64', 'codes out of 64')
    """
    if isinstance(config, VQVAEConfig):
        size = "" if shape is None else " × ".join(map(str, code_map_size(shape))) + " "
        return f"{size}codes out of {config.codes}"
    return f"{config.latent_dim} latent dimension{'s' * (config.latent_dim != 1)}"


def make_model(config: ModelConfig, shape: ImageShape) -> Model:
    """Return a freshly initialised model for images of `shape` = (C, H, W); torch's global seed decides the weights."""
    model: nn.Module = KNOWN[family_of(config)](config, shape)  # type: ignore[arg-type]
    return model  # type: ignore[return-value]


def model_config_to_json(config: ModelConfig) -> dict[str, Any]:
    """Return the configuration as a dict with its family's name."""
    return {"family": family_of(config), **to_json(config)}


def model_config_from_json(values: dict[str, Any]) -> ModelConfig:
    """Build the configuration that :func:`model_config_to_json` wrote; ConfigError if it does not fit."""
    family = values.get("family")
    if not isinstance(family, str) or family not in KNOWN:
        raise ConfigError("There is no such model family.", got=repr(family), allowed=", ".join(MODELS))
    rest = {name: value for name, value in values.items() if name != "family"}
    target: type[ModelConfig] = KNOWN[family].Config
    return from_json(target, rest)
