"""``datasets import`` and ``datasets remove``: data sets of the user's own."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from vae_core.cli import opening
from vae_core.cli.arguments import Parser, option
from vae_core.cli.progress import LINE_SECONDS
from vae_core.config import settings_of
from vae_core.datasets import DATASETS, own
from vae_core.datasets.intake import Intake
from vae_core.datasets.own_files import Record
from vae_core.datasets.picture import ImageOptions
from vae_core.errors import DatasetError

NAME = option("name", str, None, f"The new data set's name: {own.NAME_ALLOWED}.")
_HELP = "Without one, the data sets are listed."
LISTED = 10
"""Skipped files that are printed."""


def add_import(parser: Parser) -> None:
    """Add the options of ``datasets import``."""
    help = (
        "A folder or ZIP of PNG and JPEG images, in a folder for each class or without; an NPZ or a CSV file."
    )
    parser.add_argument("path", metavar="PATH", help=help)
    parser.add(NAME, required=True)
    for known in settings_of(ImageOptions):
        parser.add(known)
    _add_common(parser)
    parser.add(opening.QUIET)


def add_remove(parser: Parser) -> None:
    """Add the options of ``datasets remove``."""
    parser.add_argument("name", metavar="NAME", help="The data set's name.")
    _add_common(parser)


def bring(args: argparse.Namespace) -> int:
    """Read a data set in and print what was found; return the exit code."""
    opening.check_data_dir(args.data_dir)
    name = own.check_name(args.name, args.data_dir, tuple(DATASETS))
    options = ImageOptions(**{known.name: getattr(args, known.name) for known in settings_of(ImageOptions)})
    title = os.path.basename(os.path.normpath(args.path))
    with Intake(args.path, options, own.new_folder(args.data_dir), title) as intake:
        _follow(intake, quiet=args.quiet)
        record = intake.record
        assert record is not None
        place = intake.keep(name.folder)
    if args.json:
        told = dataclasses.asdict(record) | {"title": name.title}
        opening.print_json({"name": name.title, "path": str(place), **told})
        return 0
    _print(record)
    print(f"Kept as {name.title} in {place}")
    print(f"Train on it with: python -m vae_core train --data {name.title}")
    return 0


def remove(args: argparse.Namespace) -> int:
    """Delete a data set of the user's own; return the exit code."""
    if args.name in DATASETS:
        raise DatasetError("This data set comes with the program and can't be removed.", got=args.name)
    own.remove(args.name, args.data_dir)
    if args.json:
        opening.print_json({"removed": args.name})
    else:
        print(f"Removed {args.name}; models trained on it still open.")
    return 0


COMMANDS: dict[str, tuple[str, Callable[[Parser], None], Callable[[argparse.Namespace], int]]] = {
    "import": ("Make a data set of images of your own.", add_import, bring),
    "remove": ("Delete a data set of your own.", add_remove, remove),
}
"""Name to one sentence, what adds the options, and what runs it."""


def add_commands(parser: Parser) -> None:
    """Add both to the command ``datasets``, which without them lists what there is."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser, help=_HELP)
    for name, (help, add, run) in COMMANDS.items():
        command = commands.add_parser(name, help=help, description=help)
        add(command)
        command.set_defaults(command=command, run=run)


def _add_common(parser: Parser) -> None:
    parser.add(opening.JSON)
    help = "Folder in which the set lies, in own/. Default: that of downloads."
    parser.add(option("data_dir", str, None, help), metavar="FOLDER")


def _follow(intake: Intake, *, quiet: bool) -> None:
    due = time.monotonic() + LINE_SECONDS
    for done in intake.steps():
        if not quiet and time.monotonic() >= due:
            due = time.monotonic() + LINE_SECONDS
            print(f"{intake.count:,} images, {done:.0%}", file=sys.stderr)


def _print(record: Record) -> None:
    rows: list[list[Any]] = [
        ["images", record.images_in_words],
        ["pictures", _sizes(record)],
        [
            "duplicates",
            f"{record.duplicates:,}, each in its first one's split" if record.duplicates else "none",
        ],
        ["skipped", f"{record.skips:,}"],
    ]
    if record.classes is None:
        rows.insert(1, ["classes", "none"])
    opening.print_table(["found", ""], rows)
    if record.classes is not None and record.class_counts is not None:
        print()
        counts = zip(record.classes, record.class_counts, strict=True)
        opening.print_table(["class", "images"], [[name, f"{count:,}"] for name, count in counts])
    if record.skipped:
        print()
        opening.print_table(["skipped", "why"], [[one.name, one.reason] for one in record.skipped[:LISTED]])
        if record.skips > LISTED:
            print(f"and {record.skips - LISTED:,} more")


def _sizes(record: Record) -> str:
    told = [f"{width} × {height} ({count:,})" for width, height, count in record.sizes[:3]]
    more = f" and {record.kinds_of_sizes - 3:,} more sizes" if record.kinds_of_sizes > 3 else ""
    return ", ".join(told) + more
