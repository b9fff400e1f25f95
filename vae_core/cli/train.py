"""``train``: a new run, or one that goes on; saved as it goes, measured at the end."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Any

from vae_core import runs
from vae_core.checkpoint import read_header, run_config_to_json
from vae_core.claims import claimed
from vae_core.cli import opening, recipe
from vae_core.cli.arguments import Parser, option, refuse
from vae_core.cli.interruption import Interruption
from vae_core.cli.places import find_model, new_place, short
from vae_core.cli.progress import TrainingProgress
from vae_core.config import BINARISED, DataConfig
from vae_core.datasets import full_name
from vae_core.errors import ConfigError
from vae_core.evaluation import evaluate
from vae_core.events import Finished, Warned
from vae_core.models import VAEConfig, VQVAEConfig, family_of
from vae_core.run_config import RunConfig
from vae_core.training import TrainingRun

DIVERGED = 1
"""Exit code of a run that diverged; its last good state is kept."""

DATA = (
    option("data", str, "digits", f"Data set to train on: {opening.NAMES}."),
    option("validation", int, None, "Training images held out for validation. Default: each data set's own.", low=1),
    option("size", int, None, "Pixels along an edge, 32 or 64; shapes only.", low=32, high=64),
    option("count", int, None, "Images in all three splits together; shapes only.", low=1),
    option("data_seed", int, 0, "Which images of digits, shapes and your own sets go into which split.",
           low=0, high=2**32 - 1),
    option("binarised", str, "no", "Pixels drawn black or white with their grey as probability: once (static), or "
           "training images anew in each step (dynamic). Held-out images are drawn once.", choices=BINARISED),
    option("without", int, None, "Class left out of training and validation, counted from 0.", low=0),
)  # fmt: skip
"""Options that choose the data to train on."""
_PLACE = (
    option("out", str, None, "Folder to write; its last part is the model's name. Default: a free name in the runs."),
    option("overwrite", bool, False, "Replace the model that is there."),
    option("resume", str, None, "Go on with a run that was stopped, with its own data and settings; --epochs or "
           "--seconds give it a new end."),
    option("importance_samples", int, 0, "K of the importance-weighted bound measured at the end; 0 leaves it out.",
           low=0, high=5000),
)  # fmt: skip


@dataclasses.dataclass
class _Report:
    finished: Finished | None
    warnings: list[str]


def add(parser: Parser) -> None:
    """Add the command's options."""
    data = parser.add_argument_group("data")
    for known in DATA:
        parser.add(known, group=data)
    parser.add(opening.DATA_DIR, group=data, metavar="FOLDER")
    place = parser.add_argument_group("the run")
    for known in _PLACE:
        words = {"out": {"metavar": "FOLDER"}, "resume": {"metavar": "MODEL"}}.get(known.name, {})
        parser.add(known, group=place, **words)
    for known in (opening.SEED, opening.JSON, opening.QUIET):
        parser.add(known, group=place)
    recipe.add(parser)


def run(args: argparse.Namespace) -> int:
    """Train, save and measure; return the exit code."""
    path, training = _resumed(args) if args.resume is not None else _new(args)
    _tell_beta(training)
    with claimed(path):
        return _trained(args, path, training)


def _trained(args: argparse.Namespace, path: Path, training: TrainingRun) -> int:
    with TrainingProgress(quiet=args.quiet) as progress, Interruption() as interruption:
        report = _follow(training, path, progress, interruption)
        runs.save(training, path)
    if report.finished is None:
        print(
            f"Stopped at step {training.step}; the run is saved. "
            f"Go on with: python -m vae_core train --resume {short(path)}",
            file=sys.stderr,
        )
        return interruption.exit_code
    return _measured(args, training, path, report.finished, report.warnings)


def _new(args: argparse.Namespace) -> tuple[Path, TrainingRun]:
    model, training = recipe.chosen(args)
    data = data_config(args)
    wish = f"{opening.word_for(args.data)}-{family_of(model)}"
    if not isinstance(model, VQVAEConfig):
        wish += f"-{model.latent_dim}d"
    path = new_place(args.out, wish, overwrite=args.overwrite)
    dataset = opening.open_data(data, args.data_dir, quiet=args.quiet)
    return path, TrainingRun(RunConfig(data, model, training, args.seed), dataset)


def data_config(args: argparse.Namespace) -> DataConfig:
    """Return the data that the options of `DATA` ask for; DatasetError if there is no such data set."""
    name = full_name(args.data, args.data_dir)
    return DataConfig(
        name, args.data_seed, args.validation, args.size, args.count, args.binarised, args.without
    )


def _resumed(args: argparse.Namespace) -> tuple[Path, TrainingRun]:
    own = recipe.NAMES - set(recipe.ENDS)
    fixed = own | {known.name for known in DATA} | {"out", "overwrite", "preset", "family", "seed"}
    refuse(args, fixed, "--resume: a run goes on with its own data and settings", "Leave it out.")
    path = find_model(args.resume)
    config, _ = read_header(path)
    training = runs.resume(path, opening.open_data(config.data, args.data_dir, quiet=args.quiet))
    training.config = dataclasses.replace(config, training=recipe.with_end(config.training, args))
    if training.fraction >= 1:
        raise ConfigError(
            f"Run {path.name} is complete.",
            got=f"{training.step} steps",
            next_step="Give it a later end with --epochs or --seconds.",
        )
    return path, training


def _tell_beta(training: TrainingRun) -> None:
    model = training.config.model
    if isinstance(model, VAEConfig):
        effective = model.effective_beta(training.dataset.image_shape)
        if abs(effective - model.beta) > 1e-9 * max(1.0, model.beta):
            why = "counted as sums over pixels and latent dimensions, against a Gaussian of unit variance if it is one"
            print(f"The effective beta is {effective:g}, not {model.beta:g}: {why}.", file=sys.stderr)


def _follow(
    training: TrainingRun, path: Path, progress: TrainingProgress, interruption: Interruption
) -> _Report:
    """Train to the end or the interruption, saving now and then."""
    report = _Report(None, [])
    for event in runs.saved_events(training, path, lambda problem: progress.say(f"Warning: {problem}")):
        progress.show(event)
        if isinstance(event, Warned):
            report.warnings.append(event.message)
        elif isinstance(event, Finished):
            report.finished = event
        if interruption.came:
            break
    return report


def _measured(
    args: argparse.Namespace, training: TrainingRun, path: Path, finished: Finished, warnings: list[str]
) -> int:
    if finished.reason != "complete":
        print(f"Warning: {finished.message}", file=sys.stderr)
    try:
        metrics = evaluate(
            runs.freeze(training, path.name), training.dataset, importance_samples=args.importance_samples
        )
        runs.save(training, path, metrics=metrics)
    except KeyboardInterrupt:
        print(
            f"Stopped while measuring; the model is saved. "
            f"Measure it with: python -m vae_core evaluate --model {short(path)}",
            file=sys.stderr,
        )
        return 130
    if args.json:
        opening.print_json(_document(training, path, finished, warnings, metrics))
    else:
        if finished.reason == "complete":
            print(f"{finished.message} {_pace(training):,.0f} images/s.")
        print(f"Kept as {path.name} in {path}")
        opening.print_metrics(metrics)
    return 0 if finished.reason == "complete" else DIVERGED


def _document(
    training: TrainingRun, path: Path, finished: Finished, warnings: list[str], metrics: dict[str, Any]
) -> dict[str, Any]:
    model = training.config.model
    effective = model.effective_beta(training.dataset.image_shape) if isinstance(model, VAEConfig) else None
    return {
        "name": path.name,
        "path": str(path),
        "config": run_config_to_json(training.config),
        "effective_beta": effective,
        "finished": finished.reason,
        "message": finished.message,
        "warnings": warnings,
        "steps": training.step,
        "epochs": training.epoch,
        "images_seen": training.images_seen,
        "seconds": training.seconds,
        "images_per_second": _pace(training),
        "metrics": metrics,
    }


def _pace(training: TrainingRun) -> float:
    return training.images_seen / max(training.seconds, 1e-9)
