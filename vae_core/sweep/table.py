"""A sweep's results: one row a run, read from the folders, and the median and the range over seeds."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vae_core import checkpoint
from vae_core.checkpoint import ModelFolder, run_config_to_json
from vae_core.config import to_json
from vae_core.errors import CheckpointError, ConfigError
from vae_core.models import MODELS, VAEConfig, family_of
from vae_core.sweep.plan import Plan, is_complete, value_of
from vae_core.whole_folder import model_folders

MEASURES = (
    "reconstruction",
    "kl",
    "elbo",
    "active_units",
    "mse",
    "mig",
    "dci_disentanglement",
    "factor_vae_score",
)
"""Measures in a table, in this order; distortion and rate are the first two. One that no run has is left out."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One complete run.

    Attributes
    ----------
    run, family : str
    value : float
        Of the setting that the sweep varies.
    seed : int
    effective_beta : float or None
        In nats per image; only VAEs have one.
    measures : dict
        Name to value, finite ones only.
    """

    run: str
    family: str
    value: float
    seed: int
    effective_beta: float | None
    measures: dict[str, float]


@dataclasses.dataclass(frozen=True)
class Group:
    """Runs that differ in their seed only; `spread` has median, lowest and highest value of each measure."""

    family: str
    value: float
    effective_beta: float | None
    seeds: int
    spread: dict[str, tuple[float, float, float]]

    def medians(self) -> dict[str, float]:
        """Return the median of each measure."""
        return {name: values[0] for name, values in self.spread.items()}


@dataclasses.dataclass(frozen=True)
class Table:
    """All complete runs of a sweep.

    Attributes
    ----------
    vary : str
    rows : list of Row
        By family in the order of the registry, then value, then seed.
    about : dict
        Measure to ``{"unit", "split", "count", "estimator"}``, in the table's order.
    """

    vary: str
    rows: list[Row]
    about: dict[str, dict[str, Any]]

    def having(self, *measures: str) -> Table:
        """Return the table of those runs that have all of some measures."""
        rows = [row for row in self.rows if row.measures.keys() >= set(measures)]
        return dataclasses.replace(self, rows=rows)

    def groups(self) -> list[Group]:
        """Return the runs of each family and value together, in the order of the rows."""
        together: dict[tuple[str, float], list[Row]] = {}
        for row in self.rows:
            together.setdefault((row.family, row.value), []).append(row)
        return [_group(rows) for rows in together.values()]

    def csv(self) -> str:
        """Return one line a run, numbers in full; what a run does not have is empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["run", "family", self.vary, "seed", "effective_beta", *self.about])
        for row in self.rows:
            own = [row.measures.get(name) for name in self.about]
            writer.writerow([row.run, row.family, row.value, row.seed, row.effective_beta, *own])
        return out.getvalue()

    def markdown(self) -> str:
        """Return median and, in brackets, range over seeds, one line for each family and value."""
        units = [f"{name} ({entry['unit']})" for name, entry in self.about.items()]
        lines = [["family", self.vary, "effective beta", "seeds", *units]]
        for group in self.groups():
            effective = "" if group.effective_beta is None else f"{group.effective_beta:g}"
            cells = [_cell(group.spread.get(name)) for name in self.about]
            lines.append([group.family, f"{group.value:g}", effective, str(group.seeds), *cells])
        ruler = ["---"] * len(lines[0])
        return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], ruler, *lines[1:]])

    def document(self, plan: Plan) -> dict[str, Any]:
        """Return rows, spread over seeds, units, estimators and counts, and what all runs share, as for JSON."""
        first = next(iter(plan.runs.values()))
        return {
            "varied": self.vary,
            "data": to_json(first.data),
            "training": run_config_to_json(first)["training"],
            "measures": self.about,
            "runs": [
                {"run": row.run, "family": row.family, self.vary: row.value, "seed": row.seed,
                 "effective_beta": row.effective_beta, **row.measures}
                for row in self.rows
            ],
            "over_seeds": [
                {"family": group.family, self.vary: group.value, "effective_beta": group.effective_beta,
                 "seeds": group.seeds,
                 **{name: dict(zip(("median", "low", "high"), values, strict=True))
                    for name, values in group.spread.items()}}
                for group in self.groups()
            ],
        }  # fmt: skip


def rows_of(folder: str | os.PathLike[str], plan: Plan) -> Table:
    """Return the table of all complete runs in `folder` that belong to the sweep, those of earlier calls included.

    A folder that can't be read, or is another run's, is passed over.
    """
    rows: list[Row] = []
    about: dict[str, dict[str, Any]] = {}
    for path in model_folders(folder):
        try:
            found = checkpoint.read(path)
        except CheckpointError:
            continue
        if is_complete(found) and plan.belongs(path.name, found.config):
            rows.append(_row(path.name, found, plan.vary))
            for name, entry in found.metrics.items():
                about.setdefault(name, {key: entry[key] for key in ("unit", "split", "count", "estimator")})
    families = list(MODELS)
    rows.sort(key=lambda row: (families.index(row.family), row.value, row.seed))
    return Table(plan.vary, rows, {name: about[name] for name in MEASURES if name in about})


def write_table(table: Table, plan: Plan, folder: str | os.PathLike[str]) -> list[Path]:
    """Write ``sweep.csv`` and ``sweep.json`` and return their paths; ConfigError if that can't be done."""
    document = json.dumps(table.document(plan), indent=2, ensure_ascii=False) + "\n"
    return [
        write_whole(Path(folder) / "sweep.csv", table.csv()),
        write_whole(Path(folder) / "sweep.json", document),
    ]


def write_whole(path: Path, text: str) -> Path:
    """Write a text file so that nobody sees half of it, and return its path; ConfigError if that can't be done."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        os.replace(draft, path)
    except OSError as error:
        raise ConfigError(
            "The file could not be written.",
            got=f"{path}: {error.strerror}",
            next_step="Close it elsewhere, or choose another --out, and give the same command again.",
        ) from error
    return path


def _row(name: str, folder: ModelFolder, vary: str) -> Row:
    model = folder.config.model
    effective = model.effective_beta(folder.image_shape) if isinstance(model, VAEConfig) else None
    known = {key: folder.metrics[key]["value"] for key in MEASURES if key in folder.metrics}
    measures = {key: value for key, value in known.items() if math.isfinite(value)}
    return Row(name, family_of(model), value_of(folder.config, vary), folder.config.seed, effective, measures)


def _group(rows: Sequence[Row]) -> Group:
    first = rows[0]
    spread = {}
    for name in dict.fromkeys(name for row in rows for name in row.measures):
        values = [row.measures[name] for row in rows if name in row.measures]
        spread[name] = (float(statistics.median(values)), float(min(values)), float(max(values)))
    return Group(first.family, first.value, first.effective_beta, len(rows), spread)


def _cell(spread: tuple[float, float, float] | None) -> str:
    if spread is None:
        return ""
    median, low, high = map(_number, spread)
    return median if low == high else f"{median} [{low}, {high}]"


def _number(value: float) -> str:
    """Return a number with the digits that mean something: whole ones as they are, others with four."""
    return f"{value:g}" if float(value).is_integer() else f"{value:.4g}"
