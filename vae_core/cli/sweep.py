"""``sweep``: runs of several families, weights and seeds, side by side on all cores, as one table and two plots."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
import time
from pathlib import Path
from typing import Any

from vae_core.cli import opening, recipe, train
from vae_core.cli.arguments import Parser, option, refuse
from vae_core.cli.interruption import Interruption
from vae_core.cli.places import runs_folder
from vae_core.datasets import ImageDataset
from vae_core.errors import CheckpointError, ConfigError
from vae_core.models import MODELS
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.sweep import Plan, Report, Table, make_plan, rows_of, train_all, write_plots, write_table
from vae_core.sweep.plan import COMPLETE, INTERRUPTED, standing
from vae_core.training import TrainingRun

VALUES, SEEDS = (1.0, 2.0, 4.0, 8.0), (0, 1, 2)
EPOCHS = 20.0
"""End of each run where none is asked for and the preset's is a time."""
LINE_SECONDS = 30.0
"""Most seconds without a line on how far the sweep is."""
FAILED = 1
"""Exit code if a run failed; the others are kept."""

_FAMILIES = option(
    "families", str, None, "Model families; the preset's own if left out.", choices=tuple(MODELS)
)
_VARY = option("vary", str, "beta", "The model setting that is swept, a number: beta, or a family's own weight such "
               "as capacity, gamma_tc or alpha.")  # fmt: skip
_VALUES = option("values", float, None, "Its values, one after the other. Default: 1 2 4 8.")
_SEEDS = option("seeds", int, None, "Seeds, one after the other; each family is trained at each value with each of "
                "them. Default: 0 1 2.", low=0, high=2**32 - 1)  # fmt: skip
_OUT = option("out", str, None, "Folder of the sweep, with a folder for each run in it. Default: sweep-DATA in the "
              "runs.")  # fmt: skip
_PROCESSES = option("processes", int, None, "Runs at once, which share the cores. Default: one for each core.",
                    low=1, high=1024)  # fmt: skip


def add(parser: Parser) -> None:
    """Add the command's options."""
    own = parser.add_argument_group(
        "the sweep", f"Runs end by epochs: {EPOCHS:g} of them unless --epochs or the preset says otherwise."
    )
    parser.add(_FAMILIES, group=own, nargs="+")
    parser.add(_VARY, group=own, metavar="SETTING")
    parser.add(_VALUES, group=own, nargs="+")
    parser.add(_SEEDS, group=own, nargs="+")
    parser.add(_PROCESSES, group=own)
    parser.add(_OUT, group=own, metavar="FOLDER")
    for known in (opening.JSON, opening.QUIET):
        parser.add(known, group=own)
    data = parser.add_argument_group("data")
    for known in train.DATA:
        parser.add(known, group=data)
    parser.add(opening.DATA_DIR, group=data, metavar="FOLDER")
    recipe.add(parser, family=False)


def run(args: argparse.Namespace) -> int:
    """Train what is missing, write table and plots, and return the exit code."""
    plan = _plan(args)
    folder = runs_folder() / f"sweep-{opening.word_for(args.data)}" if args.out is None else Path(args.out)
    folder = folder.expanduser().absolute()
    dataset = opening.open_data(train.data_config(args), args.data_dir, quiet=args.quiet)
    _check(plan, dataset)
    _make(folder)
    progress = _Progress(plan, quiet=args.quiet)
    to_do = _to_do(plan, folder, progress)
    with Interruption() as interruption:
        reports = train_all(
            to_do,
            folder,
            processes=args.processes,
            data_dir=args.data_dir,
            stopping=lambda: bool(interruption.came),
        )
        for report in reports:
            progress.show(report)
    table = rows_of(folder, plan)
    written = [*write_table(table, plan, folder), *write_plots(table, folder, dataset.title)]
    _print(args, table, plan, written)
    if interruption.came:
        print("Stopped; what is done is kept. The same command goes on.", file=sys.stderr)
        return interruption.exit_code
    return progress.told_of_failures()


def _plan(args: argparse.Namespace) -> Plan:
    refuse(args, {args.vary}, f"--vary {args.vary}: its values are those of --values", "Leave it out.")
    chosen = [recipe.chosen_for(args, family) for family in dict.fromkeys(args.families or (None,))]
    models, training = [model for model, _ in chosen], chosen[0][1]
    if any(other != training for _, other in chosen):
        raise ConfigError(
            "These families train with settings of their own, and a sweep's runs share all of them.",
            got=", ".join(args.families),
            next_step="Sweep them apart, or give --learning-rate and --beta1 for all.",
        )
    ended = _by_epochs(training, asked="seconds" in args.given)
    values, seeds = args.values or VALUES, args.seeds or SEEDS
    return make_plan(models, values, seeds, train.data_config(args), ended, args.vary)


def _by_epochs(training: TrainingConfig, asked: bool) -> TrainingConfig:
    """Return `training` with an end in epochs where nobody asked for one in seconds; a sweep refuses those."""
    if asked or training.seconds is None:
        return training
    return dataclasses.replace(training, seconds=None, epochs=training.epochs or EPOCHS)


def _check(plan: Plan, dataset: ImageDataset) -> None:
    """Raise ConfigError where a family's network does not fit the data: better here, once, than in every run."""
    for config in {type(config.model): config for config in plan.runs.values()}.values():
        TrainingRun(config, dataset)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            "The sweep can't be written there.",
            got=f"{folder}: {error.strerror}",
            next_step="Choose another --out.",
        ) from error


def _to_do(plan: Plan, folder: Path, progress: _Progress) -> dict[str, RunConfig]:
    """Return the runs that are not complete; one whose folder can't be used is told and left out."""
    to_do: dict[str, RunConfig] = {}
    interrupted = 0
    for name, config in plan.runs.items():
        try:
            stands = standing(folder / name, config)
        except CheckpointError as error:
            progress.show(Report("failed", name, message=str(error)))
            continue
        interrupted += stands == INTERRUPTED
        if stands != COMPLETE:
            to_do[name] = config
    done = len(plan.runs) - len(to_do) - len(progress.failed)
    progress.begin(
        len(to_do), f"{done} complete, {interrupted} to go on with, {len(to_do) - interrupted} to begin"
    )
    return to_do


class _Progress:
    """Tells on stderr of each run as it begins and ends, with the time left."""

    def __init__(self, plan: Plan, *, quiet: bool) -> None:
        self._all, self._quiet = len(plan.runs), quiet
        self.failed: dict[str, str] = {}
        self._to_do = self._ended = 0
        self._begun = self._lined = time.monotonic()
        self._under_way: dict[str, tuple[float, float]] = {}  # share done, and share done before

    def begin(self, to_do: int, words: str) -> None:
        self._to_do, self._begun = to_do, time.monotonic()
        self._say(f"{self._all} runs: {words}.")

    def show(self, report: Report) -> None:
        name, what = report.name, report.what
        before = self._under_way.get(name, (0.0, report.fraction))[1]
        if what in ("started", "at", "measuring"):
            self._under_way[name] = (report.fraction, before)
        elif what != "warned":
            self._under_way.pop(name, None)
            self._ended += self._to_do > 0
        if what == "failed":
            self.failed[name] = report.message
            print(f"{name} failed: {report.message}", file=sys.stderr, flush=True)
        elif what == "warned":
            print(f"{name}: warning: {report.message}", file=sys.stderr, flush=True)
        elif what == "started":
            self._say(f"{name} goes on from {report.fraction:.0%}" if report.fraction else f"{name} started")
        elif what in ("complete", "stopped"):
            self._say(f"{name} {what}; {self._ended} of {self._to_do} ended{self._left()}")
        elif time.monotonic() - self._lined >= LINE_SECONDS:
            shares = ", ".join(f"{name} {share:.0%}" for name, (share, _) in self._under_way.items())
            self._say(f"{shares}; {self._ended} of {self._to_do} ended{self._left()}")

    def told_of_failures(self) -> int:
        """Say at the end how many runs failed; return the exit code."""
        if not self.failed:
            return 0
        print(f"{len(self.failed)} of {self._all} runs failed: {', '.join(self.failed)}", file=sys.stderr)
        return FAILED

    def _left(self) -> str:
        work = self._ended + sum(share - before for share, before in self._under_way.values())
        rest = self._to_do - self._ended - sum(share for share, _ in self._under_way.values())
        if work <= 0 or rest <= 0:
            return ""
        return f", about {_duration((time.monotonic() - self._begun) / work * rest)} left"

    def _say(self, text: str) -> None:
        self._lined = time.monotonic()
        if not self._quiet:
            print(text, file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    """Return a time in the unit that suits it.

    >>> _duration(42), _duration(600), _duration(9000)
    ('42 s', '10 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _print(args: argparse.Namespace, table: Table, plan: Plan, written: list[Path]) -> None:
    if args.json:
        document: dict[str, Any] = table.document(plan)
        opening.print_json({**document, "files": [str(path) for path in written]})
        return
    if not table.rows:
        print("No run is complete yet.")
        return
    print(table.markdown())
    folder = written[0].parent
    print(f"\nWrote {', '.join(path.name for path in written)} in {folder}")
    if not any(path.name == "disentanglement.svg" for path in written):
        print("Disentanglement is measured where factors are known: --data shapes.")
    print(f"Its runs in the app: VAE_RUNS_DIR={shlex.quote(str(folder))} streamlit run streamlit_app.py")
