"""Which runs a sweep consists of, what their folders are called, and which folders belong to it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vae_core import checkpoint
from vae_core.checkpoint import ModelFolder, run_config_to_json
from vae_core.config import DataConfig, settings_of, with_settings
from vae_core.errors import CheckpointError, ConfigError
from vae_core.models import CVAEConfig, ModelConfig, family_of, model_config_to_json
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.whole_folder import model_folders

NEW, INTERRUPTED, COMPLETE = "new", "interrupted", "complete"


@dataclasses.dataclass(frozen=True)
class Plan:
    """The runs of a sweep.

    Attributes
    ----------
    vary : str
        The model setting whose values are swept, such as ``beta``.
    runs : dict of str to RunConfig
        By the name of their folder.
    """

    vary: str
    runs: Mapping[str, RunConfig]

    def belongs(self, name: str, config: RunConfig) -> bool:
        """Tell whether a run could be one of this sweep: other than in family, value and seed it is like its runs."""
        if self.vary not in _settings(config.model) or name != name_of(config, self.vary):
            return False
        first = next(iter(self.runs.values()))
        if (config.data, config.training) != (first.data, first.training):
            return False
        own, settings = _settings(first.model), _settings(config.model)
        # The number of classes is the data's, not a setting.
        shared = own.keys() & settings.keys() - {self.vary, "family", "classes"}
        return all(own[key] == settings[key] for key in shared)


def make_plan(
    models: Sequence[ModelConfig],
    values: Sequence[float],
    seeds: Sequence[int],
    data: DataConfig,
    training: TrainingConfig,
    vary: str = "beta",
) -> Plan:
    """Return the plan of all models at all values with all seeds.

    Raises
    ------
    ConfigError
        If there is nothing to sweep, a model has no such setting or does not take a value, or runs end by the clock.
    """
    if training.seconds is not None:
        raise ConfigError(
            "Runs of a sweep can't end by the clock: beside others each would take fewer steps.",
            got=f"seconds {training.seconds:g}",
            next_step="Give epochs.",
        )
    runs: dict[str, RunConfig] = {}
    for model in models:
        for value in values:
            varied = _with_value(model, vary, value)
            for seed in seeds:
                config = RunConfig(data, varied, training, seed)
                runs[name_of(config, vary)] = config
    if not runs:
        raise ConfigError("There is nothing to sweep.", allowed="at least one family, value and seed")
    return Plan(vary, runs)


def name_of(config: RunConfig, vary: str) -> str:
    """Return the name of a run's folder: its family, value and seed, in letters that every list of models takes."""
    value = repr(value_of(config, vary)).removesuffix(".0").replace(".", "_").replace("+", "")
    return f"{family_of(config.model)}-{vary}{value}-seed{config.seed}"


def value_of(config: RunConfig, vary: str) -> float:
    """Return the value of the setting that the sweep varies."""
    value: float = _settings(config.model)[vary]
    return value


def standing(path: str | os.PathLike[str], config: RunConfig) -> str:
    """Return how far the run at `path` is: ``new``, ``interrupted`` or ``complete``.

    Raises
    ------
    CheckpointError
        If something else is there: other files, a damaged model, or a run with other settings.
    """
    place = Path(path)
    if place not in set(model_folders(place.parent)):
        if os.path.lexists(place) and not (place.is_dir() and not any(place.iterdir())):
            raise CheckpointError(
                "Something other than a model is there.", got=place, next_step="Move it away."
            )
        return NEW
    folder = checkpoint.read(place)
    _refuse_other(place.name, folder, config)
    return COMPLETE if is_complete(folder) else INTERRUPTED


def is_complete(folder: ModelFolder) -> bool:
    """Tell whether a run was trained to its end and measured; then it is kept without what going on needs."""
    return folder.counters is None and bool(folder.metrics)


def _refuse_other(name: str, folder: ModelFolder, config: RunConfig) -> None:
    found, model = folder.config, config.model
    if isinstance(model, CVAEConfig) and isinstance(found.model, CVAEConfig):
        model = dataclasses.replace(model, classes=found.model.classes)  # the data's, not a setting
    if found == dataclasses.replace(config, model=model):
        return
    have, want = _flat(run_config_to_json(found)), _flat(run_config_to_json(config))
    other = [key for key in want if key in have and have[key] != want[key]] or ["family"]
    raise CheckpointError(
        f"Run {name} was made with other settings.",
        got=", ".join(f"{key} {have.get(key)}" for key in other[:4]),
        allowed=", ".join(f"{key} {want.get(key)}" for key in other[:4]),
        next_step="Choose another --out, or move it away.",
    )


def _with_value(model: ModelConfig, vary: str, value: float) -> ModelConfig:
    known = {setting.name: setting for setting in settings_of(model)}.get(vary)
    if known is None or known.type not in (int, float):
        names = [setting.name for setting in settings_of(model) if setting.type in (int, float)]
        raise ConfigError(
            f"Family {family_of(model)} has no such setting to sweep.", got=vary, allowed=", ".join(names)
        )
    whole = known.type is int and float(value).is_integer()
    return with_settings(model, {vary: int(value) if whole else float(value)})


def _settings(model: ModelConfig) -> dict[str, Any]:
    return _flat(model_config_to_json(model))


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value) if isinstance(value, dict) else {key: value}
    return flat
