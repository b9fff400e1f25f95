"""β-TCVAE against β-VAE on shapes, five seeds each: ``python -m benchmarks.disentanglement [--out FOLDER]``.

100,000 images of 64 x 64 with five known factors, ten latent dimensions, a spatial broadcast decoder, eight epochs; a
KL whose weight begins at four times its last value, so that dimensions come into use one after the other. Both families
take the same recipe, and are compared where their reconstruction is alike, since their β mean different things: of the
two β-VAEs one copies better than the β-TCVAE and one worse. The ordering is that of Chen, Li, Grosse & Duvenaud (2018),
"Isolating Sources of Disentanglement in Variational Autoencoders", section 6; MIG is theirs, with mu in 20 bins of
equal width. The same command again goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks.record import record
from vae_core.cli.places import runs_folder
from vae_core.config import DataConfig
from vae_core.models import ModelConfig, TCVAEConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import TrainingConfig
from vae_core.sweep import Plan, Table, make_plan, rows_of, train_all, write_plots, write_table
from vae_core.sweep.plan import COMPLETE, standing

PLOT = Path(__file__).resolve().parents[1] / "docs" / "disentanglement.svg"
DATA = DataConfig("shapes", size=64, count=100_000)
NETWORK = NetworkConfig(kind="broadcast", hidden=(256, 128), sine_features=0)
TRAINING = TrainingConfig(
    epochs=8.0, seconds=None, learning_rate=3e-3, kl_warmup=0.5, kl_start=4.0, late_batch_size=256
)
SEEDS = (0, 1, 2, 3, 4)
MODELS: tuple[tuple[ModelConfig, tuple[float, ...]], ...] = (
    (TCVAEConfig(latent_dim=10, network=NETWORK), (6.0,)),
    (VAEConfig(latent_dim=10, network=NETWORK), (4.0, 8.0)),
)


def main(argv: list[str] | None = None) -> None:
    """Train what is missing, record the medians, and draw each run as a dot."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.disentanglement", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=runs_folder() / "disentanglement", help="folder of the runs"
    )
    folder = parser.parse_args(argv).out
    folder.mkdir(parents=True, exist_ok=True)
    plan = _plan()
    missing = {
        name: config for name, config in plan.runs.items() if standing(folder / name, config) != COMPLETE
    }
    for report in train_all(missing, folder):
        if report.what in ("complete", "failed"):
            print(f"{report.name} {report.what} {report.message}", file=sys.stderr, flush=True)
    table = rows_of(folder, plan)
    write_table(table, plan, folder)
    for path in write_plots(table, folder, "Shapes"):
        if path.name == PLOT.name:
            shutil.copyfile(path, PLOT)
    record("disentanglement", _rows(table))


def _plan() -> Plan:
    plans = [make_plan([model], values, SEEDS, DATA, TRAINING) for model, values in MODELS]
    return Plan(plans[0].vary, {name: config for plan in plans for name, config in plan.runs.items()})


def _rows(table: Table) -> list[dict[str, Any]]:
    return [
        {
            "family": group.family,
            "β": group.value,
            "seeds": group.seeds,
            "reconstruction, nats (median)": round(group.spread["reconstruction"][0], 1),
            "KL, nats (median)": round(group.spread["kl"][0], 2),
            "active units (median)": group.spread["active_units"][0],
            **{
                f"MIG, {which}": round(value, 3)
                for which, value in zip(("median", "lowest", "highest"), group.spread["mig"], strict=True)
            },
        }
        for group in table.groups()
    ]


if __name__ == "__main__":
    main()
