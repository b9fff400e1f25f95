"""Options and steps that several commands share: opening data sets and models, printing tables and documents."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
from collections.abc import Sequence
from typing import Any

from vae_core.cli.arguments import Parser, option
from vae_core.cli.places import find_model
from vae_core.cli.progress import DownloadProgress
from vae_core.config import DataConfig
from vae_core.datasets import DATASETS, SPLITS, ImageDataset, load_dataset
from vae_core.errors import ConfigError, DatasetError
from vae_core.trained import TrainedModel, load

DATA_DIR = option(
    "data_dir", str, None,
    "Folder that holds the MNIST family's files, or your own sets in own/; before the one in VAE_DATA_DIR, the cache "
    "and a download.",
)  # fmt: skip
NAMES = f"{', '.join(DATASETS)}, or one of your own"
DATA = option("data", str, None, f"Data set, instead of the model's own: {NAMES}.")
SPLIT = option("split", str, "test", "Part of the data set.", choices=SPLITS)
SEED = option("seed", int, 0, "Decides everything random.", low=0, high=2**32 - 1)
CLASS = option(
    "class",
    int,
    None,
    "Class, counted from 0, that a conditional model draws; other models have none.",
    low=0,
    high=999,
)
JSON = option("json", bool, False, "Print one JSON document instead of a table.")
QUIET = option("quiet", bool, False, "Show no progress on stderr, only warnings.")


def add_model(parser: Parser) -> None:
    """Add the required option ``--model``."""
    help = "The model: a folder, or a name in the runs or the checkpoints."
    parser.add(option("model", str, None, help), required=True, metavar="MODEL")


def add_data_dir(parser: Parser) -> None:
    """Add ``--data-dir``."""
    parser.add(DATA_DIR, metavar="FOLDER")


def open_model(args: argparse.Namespace) -> TrainedModel:
    """Return the model that ``--model`` names; CheckpointError if there is none or it is damaged."""
    return load(find_model(args.model))


def of_class(model: TrainedModel, args: argparse.Namespace) -> TrainedModel:
    """Return a conditional model given the class that ``--class`` names, and any other model as it is.

    Raises
    ------
    ConfigError
        If a conditional model gets no class, or another model does.
    InputError
        If there is no such class.
    """
    label = getattr(args, "class")
    if model.is_conditional and label is None:
        raise ConfigError(
            f"Model {model.name} is conditional: it draws images of a class.",
            got="no class",
            allowed=f"0 to {model.classes - 1}",
            next_step="Give --class.",
        )
    if not model.is_conditional and label is not None:
        raise ConfigError(
            f"--class does not go with model {model.name}, which is not conditional.",
            next_step="Leave it out.",
        )
    return model if label is None else model.given(label)


def open_data(data: DataConfig, data_dir: str | None, *, quiet: bool = False) -> ImageDataset:
    """Return the data set of a configuration, its download shown; DatasetError if it can't be had."""
    check_data_dir(data_dir)
    progress = DownloadProgress(quiet=quiet)
    try:
        return load_dataset(**dataclasses.asdict(data), data_dir=data_dir, progress=progress)
    finally:
        progress.close()


def check_data_dir(data_dir: str | None) -> None:
    """Raise DatasetError if a folder is named that does not exist."""
    if data_dir is not None and not os.path.isdir(os.path.expanduser(data_dir)):
        raise DatasetError(
            "The data folder does not exist.", got=data_dir, next_step="Name a folder that exists."
        )


def data_of(model: TrainedModel, args: argparse.Namespace) -> ImageDataset:
    """Return the data set that ``--data`` names, or the one the model was trained on, in the very same split."""
    config = model.config.data if args.data is None else DataConfig(args.data)
    return open_data(config, args.data_dir)


def word_for(data: str) -> str:
    """Return a data set's name as a part of a run's name.

    >>> word_for("fashion_mnist"), word_for("flowers@0123456789ab")
    ('fashion-mnist', 'flowers')
    """
    return data.partition("@")[0].rpartition(".")[2].replace("_", "-")


def print_json(document: Any) -> None:
    """Print a document on stdout as strict JSON; numbers that JSON does not have become null."""
    print(json.dumps(_strict(document), indent=2, ensure_ascii=False, allow_nan=False))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of text as aligned columns on stdout."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_metrics(metrics: dict[str, Any]) -> None:
    """Print measures with their units, split, count and estimator; nothing if there are none."""
    if not metrics:
        return
    rows = []
    for name, entry in metrics.items():
        measured_on = f"{entry['split']}, {entry['count']:,} images"
        rows.append([name, number(entry["value"]), entry["unit"], measured_on, entry["estimator"]])
    print_table(["measure", "value", "unit", "measured on", "how"], rows)


def number(value: float) -> str:
    """Return a number with the digits that mean something here.

    >>> number(-133.912), number(0.8714), number(2)
    ('-133.91', '0.8714', '2')
    """
    if isinstance(value, int):
        return str(value)
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.2f}"


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
