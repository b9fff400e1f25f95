"""The parser of all commands, and what becomes of errors: one line on stderr and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import vae_core
from vae_core.cli import evaluate, latents, listings, own_data, sweep, train
from vae_core.cli.arguments import Parser
from vae_core.errors import VaeCoreError

BAD_INPUT = 2
INTERRUPTED = 130

COMMANDS: dict[str, tuple[str, Callable[[Parser], None], Callable[[argparse.Namespace], int]]] = {
    "train": ("Train a model and save it.", train.add, train.run),
    "sweep": (
        "Train families over weights and seeds: rate, distortion, disentanglement.",
        sweep.add,
        sweep.run,
    ),
    "evaluate": ("Measure a model on its data set.", evaluate.add, evaluate.run),
    "encode": ("Write the codes of images to an NPZ file.", latents.add_encode, latents.encode),
    "generate": ("Decode prior samples, a grid or given codes.", latents.add_generate, latents.generate),
    "interpolate": ("Decode a path between two images.", latents.add_interpolate, latents.interpolate),
    "datasets": ("List the data sets, or bring one of your own.", listings.add, listings.datasets),
    "models": ("List the runs and the shipped models.", listings.add, listings.models),
}
"""Name to one sentence, what adds the options, and what runs it."""


def build_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="python -m vae_core", description="Train, measure and use small autoencoders and VAEs."
    )
    parser.add_argument("--version", action="version", version=vae_core.__version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name, (help, add, run) in COMMANDS.items():
        command = commands.add_parser(name, help=help, description=help)
        add(command)
        command.set_defaults(command=command, run=run)
        if name == "datasets":
            own_data.add_commands(command)
    return parser


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return every option's value, and in ``given`` the names of those that were on the command line.

    Raises
    ------
    ConfigError
        If the options don't fit.
    """
    given, rest = build_parser().parse_known_args(argv)
    command: Parser = given.command
    if rest:
        command.error("unrecognized arguments: " + " ".join(rest))
    values = {**command.defaults, **vars(given)}
    return argparse.Namespace(**values, given=frozenset(vars(given)))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 is success, 1 a run that diverged, 2 bad input (with one line on stderr), 130 an interruption.
    """
    _replace_unprintable(sys.stdout, sys.stderr)
    try:
        args = parse(sys.argv[1:] if argv is None else argv)
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except VaeCoreError as error:
        print(f"Error: {_one_line(str(error))}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing more may be flushed into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _one_line(text: str) -> str:
    words = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "?" for letter in words)


def _replace_unprintable(*streams: Any) -> None:
    """Let a console without Greek letters print a substitute rather than fail."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
