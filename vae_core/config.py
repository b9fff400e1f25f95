"""Settings as frozen dataclasses: one declaration drives validation, JSON, the command line, the forms and the docs.

A setting is a dataclass field made by :func:`setting`; a configuration class calls :func:`validate` in its
``__post_init__``, so that an invalid configuration cannot exist.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from vae_core.errors import ConfigError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
ConfigT = TypeVar("ConfigT", bound="DataclassInstance")
LARGEST_SEED = 2**63 - 1
BINARISED = ("no", "static", "dynamic")


@dataclasses.dataclass(frozen=True)
class Setting:
    """What is known about one field of a configuration.

    Attributes
    ----------
    name, type, default
        The field's name, its annotation as a type, and its default.
    help : str
        One sentence for the form, the command line and the reference table.
    low, high : float or None
        Inclusive bounds of a number, or of each number in a tuple.
    choices : tuple of str or None
        The allowed words.
    unit : str
        Unit for display, such as ``"seconds"``; empty for plain numbers.
    optional : bool
        Whether None is allowed.
    """

    name: str
    type: type
    default: Any
    help: str
    low: float | None
    high: float | None
    choices: tuple[str, ...] | None
    unit: str
    optional: bool

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.choices:
            words = ", ".join(self.choices)
        elif self.type is bool:
            words = "true or false"
        else:
            kind = {int: "a whole number", float: "a number", str: "text", tuple: "whole numbers"}[self.type]
            words = kind
            if self.low is not None and self.high is not None:
                words = f"{kind} from {self.low:g} to {self.high:g}"
            elif self.low is not None:
                words = f"{kind} of at least {self.low:g}"
        return words + (", or none" if self.optional else "")


def setting(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
    unit: str = "",
) -> Any:
    """Declare a configuration field with its default, help, inclusive bounds or choices, and unit."""
    metadata = {"help": help, "low": low, "high": high, "choices": choices, "unit": unit}
    return dataclasses.field(default=default, metadata=metadata)


def settings_of(config: Any) -> Iterator[Setting]:
    """Yield a :class:`Setting` for every field of a configuration class or instance, nested ones included."""
    cls = config if isinstance(config, type) else type(config)
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        hint, _ = _without_none(hints[field.name])
        if dataclasses.is_dataclass(hint):
            yield from settings_of(hint)
        elif "help" in field.metadata:
            yield _setting(field, hints[field.name])


def validate(config: Any) -> None:
    """Check every setting of `config` against its type, bounds and choices.

    Raises
    ------
    ConfigError
        Naming the first setting that does not fit, what it was given and what it allows.
    """
    hints = typing.get_type_hints(type(config))
    for field in dataclasses.fields(config):
        if "help" in field.metadata:
            _check(_setting(field, hints[field.name]), getattr(config, field.name))


@dataclasses.dataclass(frozen=True)
class DataConfig:
    """Which data set a model was trained on, in the words of ``vae_core.datasets.load_dataset``."""

    name: str = setting(dataclasses.MISSING, "Name of the data set.")
    seed: int = setting(0, "Decides the splits, and which images are drawn.", low=0, high=LARGEST_SEED)
    validation: int | None = setting(None, "Training images held out for validation.", low=0, unit="images")
    size: int | None = setting(None, "Edge of an image.", low=1, unit="pixels")
    count: int | None = setting(None, "Images in all splits together.", low=1, unit="images")
    binarised: str = setting(
        "no", "Pixels drawn black or white with their grey as probability: once (static), or training images anew in "
        "each step (dynamic).",
        choices=BINARISED,
    )  # fmt: skip
    without: int | None = setting(None, "Class left out of training and validation.", low=0)

    def __post_init__(self) -> None:
        validate(self)


def to_json(config: Any) -> dict[str, Any]:
    """Return the configuration as a JSON-ready dict; tuples become lists, nested configurations dicts."""
    return {field.name: _plain(getattr(config, field.name)) for field in dataclasses.fields(config)}


def from_json(cls: type[T], values: Any) -> T:
    """Build configuration `cls` from a dict such as :func:`to_json` returns.

    Raises
    ------
    ConfigError
        For an unknown setting, a wrong type or a value out of bounds.
    """
    if not isinstance(values, dict):
        raise ConfigError(f"{cls.__name__} is read from a table of settings.", got=type(values).__name__)
    hints = typing.get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise ConfigError(
            f"{cls.__name__} has no such setting.", got=", ".join(unknown), allowed=", ".join(names)
        )
    read: dict[str, Any] = {}
    for name, value in values.items():
        hint, _ = _without_none(hints[name])
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            value = from_json(hint, value)
        elif typing.get_origin(hint) is tuple and isinstance(value, list):
            value = tuple(value)
        elif hint is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        read[name] = value
    missing = [name for name in names if name not in read and name in _required(cls)]
    if missing:
        raise ConfigError(
            f"{cls.__name__} lacks a setting.", got=", ".join(read), allowed=f"{missing[0]} too"
        )
    return cls(**read)


def with_settings(config: ConfigT, values: dict[str, Any]) -> ConfigT:
    """Return a configuration with some settings replaced, wherever they are nested; ConfigError if they don't fit."""
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(config):
        inner = getattr(config, field.name)
        if dataclasses.is_dataclass(inner) and not isinstance(inner, type):
            changes[field.name] = with_settings(inner, values)
        elif field.name in values:
            changes[field.name] = values[field.name]
    return dataclasses.replace(config, **changes)


def _required(cls: Any) -> set[str]:
    none = dataclasses.MISSING
    return {f.name for f in dataclasses.fields(cls) if f.default is none and f.default_factory is none}


def _setting(field: dataclasses.Field[Any], hint: Any) -> Setting:
    inner, optional = _without_none(hint)
    kind = tuple if typing.get_origin(inner) is tuple else inner
    return Setting(field.name, kind, field.default, optional=optional, **field.metadata)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = [arm for arm in typing.get_args(hint) if arm is not type(None)]
        return rest[0], True
    return hint, False


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_json(value)
    return list(value) if isinstance(value, tuple) else value


def _check(known: Setting, value: Any) -> None:
    if value is None and known.optional:
        return
    several = known.type is tuple
    numbers = value if several and isinstance(value, tuple) else (value,)
    kind = int if several else known.type
    fits = several == isinstance(value, tuple) and len(numbers) > 0 and all(_is_a(kind, n) for n in numbers)
    if fits and kind in (int, float):
        low = -math.inf if known.low is None else known.low
        high = math.inf if known.high is None else known.high
        fits = all(low <= item <= high for item in numbers)
    if fits and known.choices is not None:
        fits = value in known.choices
    if not fits:
        raise ConfigError(f"Setting {known.name} does not fit.", got=repr(value), allowed=known.allowed)


def _is_a(kind: type, value: Any) -> bool:
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)
