"""A preset, a family and single settings on the command line become a model's and a training's configuration."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from vae_core.cli.arguments import Parser, option, refuse
from vae_core.config import Setting, settings_of, with_settings
from vae_core.errors import ConfigError
from vae_core.models import MODELS, ModelConfig, family_of, in_family
from vae_core.presets import PRESETS, training_for
from vae_core.run_config import TrainingConfig

DEFAULT_PRESET = "quick"
ENDS = ("epochs", "seconds")


def model_settings() -> dict[str, Setting]:
    """Return the settings of all model families by name; the help of one that not all have says which do."""
    uses: dict[str, dict[str, Setting]] = {}
    for family, model in MODELS.items():
        for known in settings_of(model.Config):
            uses.setdefault(known.name, {})[family] = known
    return {name: _merged(families) for name, families in uses.items()}


def _merged(uses: dict[str, Setting]) -> Setting:
    """Return one record for a setting that several families have, each perhaps with a help and a default of its own."""
    first = next(iter(uses.values()))
    if len(uses) == len(MODELS):
        return first
    helps: dict[str, list[str]] = {}
    for family, known in uses.items():
        other = "" if known.default == first.default else f" (default {known.default:g})"
        helps.setdefault(f"{known.help.rstrip('.')}{other}.", []).append(family)
    return dataclasses.replace(
        first, help=" ".join(f"{_whose(families)}: {help}" for help, families in helps.items())
    )


def _whose(families: list[str]) -> str:
    """Return some families' names, or those of the others where these are fewer."""
    others = [family for family in MODELS if family not in families]
    return ", ".join(families) if len(families) <= len(others) else f"all but {', '.join(others)}"


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


def add(parser: Parser, *, family: bool = True) -> None:
    """Add ``--preset``, ``--family`` unless several are asked for elsewhere, and an option for every setting."""
    start = parser.add_argument_group("model", f"Defaults are those of preset {DEFAULT_PRESET}.")
    parser.add(PRESET, group=start)
    if family:
        parser.add(FAMILY, group=start)
    for known in model_settings().values():
        parser.add(known, group=start)
    training = parser.add_argument_group(
        "training", "Giving one of --epochs and --seconds lifts the preset's other limit."
    )
    for known in training_settings().values():
        parser.add(known, group=training)


def chosen(args: argparse.Namespace) -> tuple[ModelConfig, TrainingConfig]:
    """Return the configurations that the options ask for; errors as for :func:`chosen_for`."""
    return chosen_for(args, args.family)


def chosen_for(args: argparse.Namespace, family: str | None) -> tuple[ModelConfig, TrainingConfig]:
    """Return the configurations that the options ask for in a family, in the preset's own where it is None.

    Raises
    ------
    ConfigError
        If a setting does not go with the family, or settings don't go with each other.
    """
    preset = PRESETS[args.preset]
    model = _of_family(preset.model, family, f"preset {args.preset}")
    family = family_of(model)
    own = {known.name for known in settings_of(model)}
    refuse(args, set(model_settings()) - own, f"family {family}", "Leave it out, or choose another --family.")
    given = {name: getattr(args, name) for name in args.given & NAMES}
    training = with_settings(training_for(preset.training, family), _without_ends(given))
    return with_settings(model, given), with_end(training, args)


def with_end(training: TrainingConfig, args: argparse.Namespace) -> TrainingConfig:
    """Return `training` with the end that ``--epochs`` and ``--seconds`` ask for, and no other."""
    ends = {name: getattr(args, name) for name in ENDS if name in args.given}
    return dataclasses.replace(training, **{**dict.fromkeys(ENDS), **ends}) if ends else training


def _without_ends(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name not in ENDS}


def _of_family(model: ModelConfig, family: str | None, source: str) -> ModelConfig:
    """Return `model`, or a configuration of `family` that shares its settings."""
    if family is None:
        return model
    names = {known.name for known in settings_of(MODELS[family].Config)}
    values = _values(model)
    for known in settings_of(model):
        if known.name not in names and values[known.name] != known.default:
            raise ConfigError(
                f"The {source} is not for family {family}.", got=f"{known.name} {values[known.name]}"
            )
    return in_family(model, family)


def _values(config: Any) -> dict[str, Any]:
    """Return the values of all settings by name, nested ones included."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        values |= _values(value) if dataclasses.is_dataclass(value) else {field.name: value}
    return values
