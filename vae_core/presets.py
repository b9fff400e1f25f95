"""Named settings: the quick start, longer runs, the usual defaults, and two programs to learn from."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from vae_core.models import ModelConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import TrainingConfig


@dataclasses.dataclass(frozen=True)
class Preset:
    """Settings under a name.

    Attributes
    ----------
    name, title, help : str
    model : ModelConfig
    training : TrainingConfig
    """

    name: str
    title: str
    help: str
    model: ModelConfig
    training: TrainingConfig


ADVERSARIAL: dict[str, Any] = {
    "learning_rate": 2e-3, "beta1": 0.5, "batch_size": 128, "late_batch_size": 128
}  # fmt: skip
"""A generator and its discriminator chase each other: with long steps and much momentum they overshoot."""
DISCRETE: dict[str, Any] = {"learning_rate": 6e-3, "batch_size": 128, "late_batch_size": 128}
"""A prior over codes learns by many steps, and each image is many codes to it."""
OF_FAMILY: dict[str, dict[str, Any]] = {"gan": ADVERSARIAL, "vaegan": ADVERSARIAL, "vqvae": DISCRETE}
"""Settings of training that a family needs, whatever the preset."""
PLAIN = NetworkConfig(sine_features=0, layer_norm=False)
PLAIN_TRAINING = TrainingConfig(
    epochs=20.0, seconds=None, learning_rate=1e-3, schedule="constant", beta2=0.999,
    batch_size=128, late_batch_size=128, precision="fp32", encoder_sees="grey",
)  # fmt: skip
# Squared error is a Gaussian's -log p(x|z) with variance 1/2, up to a constant.
SQUARED_ERROR = VAEConfig(
    likelihood="gaussian", gaussian_scale=math.sqrt(0.5),
    network=NetworkConfig(hidden=(256,), sine_features=0, layer_norm=False),
)  # fmt: skip
ARTICLE_TRAINING = dataclasses.replace(PLAIN_TRAINING, epochs=10.0)

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("quick", "Quick start", "Good in ten seconds.", VAEConfig(), TrainingConfig()),
        Preset(
            "minute", "One minute", "Visibly better, for a pause.", VAEConfig(), TrainingConfig(seconds=60.0)
        ),
        Preset(
            "plain",
            "The usual defaults",
            "Plain layers, Adam at 0.001, batches of 128: what most tutorials do.",
            VAEConfig(network=PLAIN),
            PLAIN_TRAINING,
        ),
        Preset(
            "article",
            "Means instead of sums",
            "Mean squared error plus the mean of the KL terms: beta is 196 in disguise, and the model collapses.",
            dataclasses.replace(SQUARED_ERROR, pixel_reduction="mean", kl_reduction="mean"),
            ARTICLE_TRAINING,
        ),
        Preset(
            "article-fixed",
            "Sums restored",
            "The same program with sums over pixels and latent dimensions.",
            SQUARED_ERROR,
            ARTICLE_TRAINING,
        ),
    )
}


def training_for(training: TrainingConfig, family: str) -> TrainingConfig:
    """Return `training` with what `family` needs otherwise."""
    return dataclasses.replace(training, **OF_FAMILY.get(family, {}))
