"""Options as settings: one record gives an option its parsing, its bounds and its line in the help and the docs."""

from __future__ import annotations

import argparse
import difflib
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from vae_core.config import Setting
from vae_core.errors import ConfigError


def option(
    name: str,
    kind: type,
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] | None = None,
    unit: str = "",
    optional: bool = False,
) -> Setting:
    """Return the record of an option that belongs to no configuration class; arguments as `Setting`'s attributes."""
    return Setting(name, kind, default, help, low, high, tuple(choices) if choices else None, unit, optional)


class Parser(argparse.ArgumentParser):
    """A parser that raises a one-line error, and tells which options were given.

    Attributes
    ----------
    defaults : dict
        Values of options that were not given.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(
            allow_abbrev=False, formatter_class=_Formatter, argument_default=argparse.SUPPRESS, **options
        )
        self.defaults: dict[str, Any] = {}

    def add(self, known: Setting, *, group: argparse._ArgumentGroup | None = None, **options: Any) -> None:
        """Add the option that `known` describes, called ``--its-name``; options as for ``add_argument``."""
        place = self if group is None else group
        self.defaults[known.name] = known.default
        flag = "--" + known.name.replace("_", "-")
        help = described(known).replace("%", "%%")
        if known.type is bool:
            action = argparse.BooleanOptionalAction if known.default else "store_true"
            place.add_argument(flag, action=action, help=help)
        else:
            options.setdefault("metavar", _metavar(known))
            place.add_argument(flag, type=reader(known), help=help, **options)

    def error(self, message: str) -> NoReturn:
        """Raise ConfigError with argparse's message as a sentence."""
        message = re.sub(r"^argument (\S+): (?=does not)", r"option \1 ", message)
        message = re.sub(r"^argument ", "option ", message)
        raise ConfigError(
            message[:1].upper() + message[1:].rstrip(".") + ".", next_step=self._advice(message)
        )

    def _advice(self, message: str) -> str:
        unknown = re.match(r"unrecognized arguments: (--[\w-]+)", message)
        near = difflib.get_close_matches(unknown[1], self.flags(), n=1) if unknown else []
        return f"Did you mean {near[0]}?" if near else f"See: {self.prog} --help"

    def flags(self) -> list[str]:
        """Return the names of all options, as they are typed."""
        return [flag for action in self._actions for flag in action.option_strings]

    def actions(self) -> list[argparse.Action]:
        """Return the options in the order of the help."""
        return list(self._actions)


def described(known: Setting) -> str:
    """Return one line for help and docs: what the option does, what it allows, its default."""
    parts = [known.help]
    bounded = known.choices or known.type in (int, float, tuple)
    if bounded:
        parts.append(f"Allowed: {known.allowed}.")
    if known.type is bool:
        parts.append(f"Default: {'on' if known.default else 'off'}.")
    elif known.default is not None:
        parts.append(f"Default: {_words(known.default)}{' ' + known.unit if known.unit else ''}.")
    elif known.optional:
        parts.append("Default: none.")
    return " ".join(parts)


def reader(known: Setting) -> Callable[[str], Any]:
    """Return the function that turns an option's text into its checked value."""

    def read(text: str) -> Any:
        try:
            value = _convert(known, text)
            fits = known.choices is None or value in known.choices
            numbers = value if isinstance(value, tuple) else (value,)
            fits = fits and all(_within(known, number) for number in numbers)
        except ValueError:
            fits = False
        if not fits:
            raise argparse.ArgumentTypeError(f"does not fit. Got: {text!r}. Allowed: {known.allowed}")
        return value

    return read


def refuse(args: argparse.Namespace, names: Iterable[str], why: str, next_step: str) -> None:
    """Raise ConfigError if any of the options `names` was given."""
    wrong = sorted("--" + name.replace("_", "-") for name in args.given & set(names))
    if wrong:
        raise ConfigError(
            f"{', '.join(wrong)} {'do' if len(wrong) > 1 else 'does'} not go with {why}.", next_step=next_step
        )


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)


def _convert(known: Setting, text: str) -> Any:
    if known.optional and text.lower() == "none":
        return None
    if known.type is tuple:
        return tuple(int(part) for part in text.split(","))
    return known.type(text)


def _within(known: Setting, value: Any) -> bool:
    if not isinstance(value, (int, float)):
        return True
    low = -math.inf if known.low is None else known.low
    high = math.inf if known.high is None else known.high
    return math.isfinite(value) and low <= value <= high


def _metavar(known: Setting) -> str:
    if known.choices:
        return "NAME"
    return {int: "N", float: "X", tuple: "N,N,…", str: "TEXT"}[known.type]


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
