"""Everything that decides what a run computes: data, model, training and seed."""

from __future__ import annotations

import dataclasses

from vae_core.config import LARGEST_SEED, DataConfig, setting, validate
from vae_core.errors import ConfigError
from vae_core.models import ModelConfig


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How to train; the run ends at whichever of `epochs` and `seconds` comes first."""

    epochs: float | None = setting(
        None, "Passes over the training images.", low=0.001, high=100_000.0, unit="epochs"
    )
    seconds: float | None = setting(
        10.0, "Time budget, pauses not counted.", low=0.01, high=1_000_000.0, unit="seconds"
    )
    learning_rate: float = setting(8e-3, "Peak learning rate of Adam.", low=0.0, high=10.0)
    schedule: str = setting(
        "linear", "Learning rate: constant, or warmed up and then linearly down to zero.",
        choices=("constant", "linear"),
    )  # fmt: skip
    warmup: float = setting(0.1, "Share of the run over which the learning rate rises.", low=0.0, high=1.0)
    beta1: float = setting(0.9, "Adam's decay of the gradients.", low=0.0, high=0.999999)
    beta2: float = setting(0.98, "Adam's decay of the squared gradients.", low=0.0, high=0.999999)
    batch_size: int = setting(
        256, "Images in a batch during the first third.", low=1, high=65_536, unit="images"
    )
    late_batch_size: int = setting(512, "Images in a batch after that.", low=1, high=65_536, unit="images")
    kl_warmup: float = setting(
        0.0, "Share of the run over which the KL's weight goes from kl_start to beta.", low=0.0, high=1.0
    )
    kl_start: float = setting(
        0.0, "The KL's weight at the start of that, in multiples of beta. Above 1 it falls: dimensions come into use "
        "one after the other, and those that never pay stay unused.",
        low=0.0, high=1000.0,
    )  # fmt: skip
    gradient_clip: float | None = setting(
        None, "Largest norm of the gradient; larger ones are scaled down.", low=1e-6, high=1e9
    )
    encoder_sees: str = setting(
        "auto", "What the encoder sees: grey pixels, black and white ones drawn anew in each step with each pixel's "
        "grey as probability, or (auto) drawn ones for a VAE on images that are nearly black and white.",
        choices=("auto", "grey", "drawn"),
    )  # fmt: skip
    precision: str = setting(
        "auto", "Arithmetic of the matrix products: bf16 where the processor has units for it, else fp32.",
        choices=("auto", "bf16", "fp32"),
    )  # fmt: skip

    def __post_init__(self) -> None:
        validate(self)
        if self.epochs is None and self.seconds is None:
            raise ConfigError(
                "A run needs an end.",
                got="epochs none, seconds none",
                next_step="Give epochs, seconds or both.",
            )


@dataclasses.dataclass(frozen=True)
class RunConfig:
    """Everything that decides what a run computes."""

    data: DataConfig
    model: ModelConfig
    training: TrainingConfig
    seed: int = setting(
        0, "Decides the first weights, the order of the images and every draw.", low=0, high=LARGEST_SEED
    )

    def __post_init__(self) -> None:
        validate(self)
