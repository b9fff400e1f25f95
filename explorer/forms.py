"""Configuration dataclasses as widgets: the declared bounds, choices and help are what the form shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

import streamlit as st

from vae_core.config import Setting, from_json, settings_of, to_json
from vae_core.errors import ConfigError

T = TypeVar("T")

LABELS = {
    "latent_dim": "Latent dimensions",
    "codes": "K, codes in the book",
    "beta": "β, weight of the KL",
    "capacity": "C, capacity of the code",
    "gamma": "γ, weight of |KL − C|",
    "gamma_tc": "γ, weight of the total correlation",
    "gamma_r1": "γ, weight of the gradient penalty",
    "gamma_features": "γ, weight of the copies' error",
    "alpha": "α, how far the KL is lifted",
    "kl_warmup": "KL's warm-up, share of the run",
    "kl_start": "KL's first weight, times β",
    "lambda_mmd": "λ, for the MMD's weight",
    "samples": "K, draws of z an image",
    "seconds": "Time in seconds",
}
_SMALL = 1e-2


def field(known: Setting, value: Any, key: str) -> Any:
    """Draw the widget that fits one setting, at `value`, and return what it holds.

    Numbers with an open end get a number box, words a list, yes-or-no a switch, tuples of numbers a text box.
    """
    label = label_of(known)
    if known.choices is not None:
        options = list(known.choices) + ([None] if known.optional else [])
        index = options.index(value) if value in options else 0
        return st.selectbox(
            label, options, index=index, help=known.help, key=key, format_func=lambda word: word or "none"
        )
    if known.type is bool:
        return st.toggle(label, value=bool(value), help=known.help, key=key)
    if known.type in (int, float):
        return _number(known, value, label, key)
    text = _words(value)
    return st.text_input(
        label, value=text, help=f"{known.help} Allowed: {known.allowed}.", key=key, max_chars=80
    )


def label_of(known: Setting) -> str:
    """Return a setting's name for people, with its unit unless the name says it."""
    name = LABELS.get(known.name, known.name.replace("_", " ").capitalize())
    return name if not known.unit or known.unit in name.lower() else f"{name} ({known.unit})"


def edit(config: T, key: str, *, only: Collection[str] = (), without: Collection[str] = ()) -> T:
    """Draw widgets for the settings of `config`, nested ones included, and return the configuration they make.

    Parameters
    ----------
    config : configuration dataclass
        Its values are where the widgets start.
    key : str
        Prefix of the widgets' keys; change it to start afresh.
    only, without : collection of str
        Names to draw exclusively, or to leave out.

    Raises
    ------
    ConfigError
        If the settings do not go together.
    """
    values = {
        known.name: field(known, _value_of(config, known.name), f"{key}.{known.name}")
        for known in settings_of(config)
        if (not only or known.name in only) and known.name not in without
    }
    return apply(config, values)


def apply(config: T, values: dict[str, Any]) -> T:
    """Return `config` with some settings replaced, wherever they are nested; texts are read as tuples where needed.

    Raises
    ------
    ConfigError
        If a value does not fit, or a tuple's text is not a list of whole numbers.
    """
    kinds = {known.name: known for known in settings_of(config)}
    read = {name: _tuple(kinds[name], value) for name, value in values.items()}
    return from_json(type(config), _replaced(config, to_json(config), read))


def names(config: Any) -> list[str]:
    """Return the names of all settings of `config`, nested ones included."""
    return [known.name for known in settings_of(config)]


def _replaced(config: Any, tree: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    for name in tree:
        inner = getattr(config, name)
        if dataclasses.is_dataclass(inner):
            _replaced(inner, tree[name], values)
        elif name in values:
            tree[name] = values[name]
    return tree


def _value_of(config: Any, name: str) -> Any:
    for own in dataclasses.fields(config):
        inner = getattr(config, own.name)
        if own.name == name:
            return inner
        if dataclasses.is_dataclass(inner) and name in names(inner):
            return _value_of(inner, name)
    raise ConfigError(f"{type(config).__name__} has no such setting.", got=name)


def _number(known: Setting, value: Any, label: str, key: str) -> Any:
    kind = known.type
    low = None if known.low is None else kind(known.low)
    high = None if known.high is None else kind(known.high)
    if kind is int:
        return st.number_input(label, low, high, value, 1, help=known.help, key=key)
    fine = value is not None and 0 < abs(value) < _SMALL
    step = value / 10 if fine else 0.1
    return st.number_input(label, low, high, value, step, format="%.4g", help=known.help, key=key)


def _words(value: Any) -> str:
    return (
        ", ".join(str(item) for item in value)
        if isinstance(value, Iterable) and not isinstance(value, str)
        else str(value or "")
    )


def _tuple(known: Setting, value: Any) -> Any:
    if known.type is not tuple or not isinstance(value, str):
        return value
    if known.optional and not value.strip():
        return None
    try:
        return tuple(int(part) for part in value.split(","))
    except ValueError:
        raise ConfigError(
            f"Setting {known.name} does not fit.", got=repr(value), allowed=known.allowed
        ) from None
