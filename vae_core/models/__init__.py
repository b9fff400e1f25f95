"""The model families, one file each with its configuration, wiring and loss."""

from __future__ import annotations

from typing import Any

from torch import nn

from vae_core.config import from_json, to_json
from vae_core.errors import ConfigError
from vae_core.models.autoencoder import Autoencoder, AutoencoderConfig
from vae_core.models.protocol import LatentModel, Terms
from vae_core.models.vae import VAE, VAEConfig
from vae_core.networks import ImageShape

Model = Autoencoder | VAE
ModelConfig = AutoencoderConfig | VAEConfig

MODELS: dict[str, type[Autoencoder] | type[VAE]] = {"ae": Autoencoder, "vae": VAE}

__all__ = [
    "MODELS",
    "VAE",
    "Autoencoder",
    "AutoencoderConfig",
    "LatentModel",
    "Model",
    "ModelConfig",
    "Terms",
    "VAEConfig",
    "family_of",
    "make_model",
    "model_config_from_json",
    "model_config_to_json",
]


def family_of(config: ModelConfig) -> str:
    """Return the registry's name of the family that `config` belongs to."""
    return next(name for name, model in MODELS.items() if isinstance(config, model.Config))


def make_model(config: ModelConfig, shape: ImageShape) -> Model:
    """Return a freshly initialised model for images of `shape` = (C, H, W); torch's global seed decides the weights."""
    model: nn.Module = MODELS[family_of(config)](config, shape)  # type: ignore[arg-type]
    return model  # type: ignore[return-value]


def model_config_to_json(config: ModelConfig) -> dict[str, Any]:
    """Return the configuration as a dict with its family's name."""
    return {"family": family_of(config), **to_json(config)}


def model_config_from_json(values: dict[str, Any]) -> ModelConfig:
    """Build the configuration that :func:`model_config_to_json` wrote; ConfigError if it does not fit."""
    family = values.get("family")
    if not isinstance(family, str) or family not in MODELS:
        raise ConfigError("There is no such model family.", got=repr(family), allowed=", ".join(MODELS))
    rest = {name: value for name, value in values.items() if name != "family"}
    return from_json(AutoencoderConfig, rest) if family == "ae" else from_json(VAEConfig, rest)
