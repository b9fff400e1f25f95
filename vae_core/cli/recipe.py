"""A preset, a family and single settings on the command line become a model's and a training's configuration."""

from __future__ import annotations

import argparse
import dataclasses

from vae_core.cli.arguments import Parser, option, refuse, with_settings
from vae_core.config import Setting, settings_of
from vae_core.errors import ConfigError
from vae_core.models import MODELS, ModelConfig
from vae_core.presets import PRESETS
from vae_core.run_config import TrainingConfig

DEFAULT_PRESET = "quick"
ENDS = ("epochs", "seconds")


def model_settings() -> dict[str, Setting]:
    """Return the settings of all model families by name."""
    return {known.name: known for model in MODELS.values() for known in settings_of(model.Config)}


def training_settings() -> dict[str, Setting]:
    """Return the settings of training by name."""
    return {known.name: known for known in settings_of(TrainingConfig)}


NAMES = frozenset(model_settings()) | frozenset(training_settings())
PRESET = option(
    "preset",
    str,
    DEFAULT_PRESET,
    "Named settings to start from; single ones override it.",
    choices=tuple(PRESETS),
)
FAMILY = option("family", str, None, "Model family; the preset's own if left out.", choices=tuple(MODELS))


def add(parser: Parser) -> None:
    """Add ``--preset``, ``--family`` and an option for every setting."""
    start = parser.add_argument_group("model", f"Defaults are those of preset {DEFAULT_PRESET}.")
    parser.add(PRESET, group=start)
    parser.add(FAMILY, group=start)
    for known in model_settings().values():
        parser.add(known, group=start)
    training = parser.add_argument_group(
        "training", "Giving one of --epochs and --seconds lifts the preset's other limit."
    )
    for known in training_settings().values():
        parser.add(known, group=training)


def chosen(args: argparse.Namespace) -> tuple[ModelConfig, TrainingConfig]:
    """Return the configurations that the options ask for.

    Raises
    ------
    ConfigError
        If a setting does not go with the family, or settings don't go with each other.
    """
    preset = PRESETS[args.preset]
    model = _of_family(preset.model, args.family, f"preset {args.preset}")
    family = next(name for name, cls in MODELS.items() if isinstance(model, cls.Config))
    own = {known.name for known in settings_of(model)}
    refuse(args, set(model_settings()) - own, f"family {family}", "Leave it out, or choose another --family.")
    given = {name: getattr(args, name) for name in args.given & NAMES}
    return with_settings(model, given), with_end(with_settings(preset.training, _without_ends(given)), args)


def with_end(training: TrainingConfig, args: argparse.Namespace) -> TrainingConfig:
    """Return `training` with the end that ``--epochs`` and ``--seconds`` ask for, and no other."""
    ends = {name: getattr(args, name) for name in ENDS if name in args.given}
    return dataclasses.replace(training, **{**dict.fromkeys(ENDS), **ends}) if ends else training


def _without_ends(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name not in ENDS}


def _of_family(model: ModelConfig, family: str | None, source: str) -> ModelConfig:
    """Return `model`, or a configuration of `family` that shares its settings."""
    if family is None or isinstance(model, MODELS[family].Config):
        return model
    target = MODELS[family].Config
    shared = {field.name: getattr(model, field.name) for field in dataclasses.fields(target)}
    for known in settings_of(model):
        if known.name not in shared and getattr(model, known.name, known.default) != known.default:
            raise ConfigError(
                f"The {source} is not for family {family}.", got=f"{known.name} {getattr(model, known.name)}"
            )
    return target(**shared)
