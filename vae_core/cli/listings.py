"""``datasets`` and ``models``: what there is, as a table or as JSON."""

from __future__ import annotations

import argparse
from typing import Any

from vae_core.cli import opening
from vae_core.cli.arguments import Parser
from vae_core.cli.places import checkpoints_folder, runs_folder
from vae_core.datasets import DATASETS, DatasetInfo, dataset_info, is_available
from vae_core.datasets.own import full_names
from vae_core.listing import ModelEntry, catalogue

# Sizes of the data sets that are not made of files whose headers say it.
_MADE_HERE = {"digits": "1,797 of 8 × 8", "shapes": "10,000 of 64 × 64, or as asked"}


def add(parser: Parser) -> None:
    """Add the options of both commands."""
    parser.add(opening.JSON)
    if parser.prog.endswith("datasets"):
        opening.add_data_dir(parser)


def datasets(args: argparse.Namespace) -> int:
    """List the data sets; return the exit code."""
    opening.check_data_dir(args.data_dir)
    infos = [*DATASETS.values(), *(dataset_info(name, args.data_dir) for name in full_names(args.data_dir))]
    records = [_about_data(info, args.data_dir) for info in infos]
    if args.json:
        opening.print_json(records)
        return 0
    rows = [
        [record["name"], record["title"], record["images"], _availability(record), record["licence"]]
        for record in records
    ]
    opening.print_table(["name", "title", "images", "available", "licence"], rows)
    return 0


def models(args: argparse.Namespace) -> int:
    """List the models in the runs and the checkpoints; return the exit code."""
    places = {"runs": runs_folder(), "checkpoints": checkpoints_folder()}
    found = [(kind, entry) for kind, folder in places.items() for entry in catalogue(folder)]
    if args.json:
        opening.print_json([_about_model(kind, entry) for kind, entry in found])
    elif found:
        header = ["name", "family", "data", "latent", "test ELBO", "kNN", "in"]
        opening.print_table(header, [_model_row(kind, entry) for kind, entry in found])
    else:
        print(f"There are no models in {places['runs']} or {places['checkpoints']} yet.")
        print("Train one with: python -m vae_core train --data digits")
    return 0


def _about_data(info: DatasetInfo, data_dir: str | None) -> dict[str, Any]:
    family = info.family
    if info.record is not None:
        images = info.record.images_in_words
    elif family is None:
        images = _MADE_HERE[info.name]
    else:
        shapes = [file.shape for file in family.files if len(file.shape) == 3]
        images = f"{sum(shape[0] for shape in shapes):,} of {shapes[0][1]} × {shapes[0][2]}"
    return {
        "name": info.name.partition("@")[0],
        "title": info.title,
        "images": images,
        "available": is_available(info.name, data_dir),
        "download_bytes": 0 if family is None else sum(file.packed.size for file in family.files),
        "licence": info.licence,
        "source": info.source,
    }


def _availability(record: dict[str, Any]) -> str:
    return "yes" if record["available"] else f"after a download of {record['download_bytes'] / 1e6:.0f} MB"


def _about_model(kind: str, entry: ModelEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "path": str(entry.path),
        "in": kind,
        "family": entry.family,
        "data": entry.dataset,
        "latent_dim": entry.latent_dim,
        "metrics": entry.metrics,
        "problem": entry.problem,
    }


def _model_row(kind: str, entry: ModelEntry) -> list[str]:
    if entry.problem is not None:
        return [entry.name, "", "", "", "", "", f"{kind}: {entry.problem}"]
    values = [
        opening.number(entry.metrics[name]["value"]) if name in entry.metrics else ""
        for name in ("elbo", "knn_accuracy")
    ]
    return [
        entry.name,
        str(entry.family),
        str(entry.dataset).partition("@")[0],
        str(entry.latent_dim or "codes"),
        *values,
        kind,
    ]
