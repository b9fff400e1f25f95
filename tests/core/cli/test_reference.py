from __future__ import annotations

import argparse

from vae_core.cli import build_parser
from vae_core.cli.arguments import Parser
from vae_core.cli.recipe import NAMES
from vae_core.cli.reference import PAGE, reference


def commands() -> dict[str, Parser]:
    actions = [
        action for action in build_parser().actions() if isinstance(action, argparse._SubParsersAction)
    ]
    return dict(actions[0].choices)


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run: python -m vae_core.cli.reference"


def test_every_option_of_every_command_is_on_the_page() -> None:
    page = reference()
    for name, parser in commands().items():
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for flag in set(parser.flags()) - {"-h", "--help"}:
            assert flag in section, f"{name} {flag}"


def test_every_setting_is_an_option_of_train() -> None:
    assert {"--" + name.replace("_", "-") for name in NAMES} <= set(commands()["train"].flags())


def test_every_option_has_a_help_text() -> None:
    for parser in commands().values():
        assert all(action.help for action in parser.actions())
