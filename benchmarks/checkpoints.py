"""Train the shipped models again: ``make checkpoints``, or ``python -m benchmarks.checkpoints [NAME …]``.

The table below is all there is to know about how they were made. Their ends are in epochs, so that the same machine
gives the same weights again.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vae_core import checkpoint, runs
from vae_core.card import model_card
from vae_core.classifier import train_classifier
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, load_dataset
from vae_core.errors import VaeCoreError
from vae_core.evaluation import Metrics, evaluate
from vae_core.events import Finished, Step, Warned
from vae_core.measures import measure
from vae_core.models import (
    AutoencoderConfig,
    CVAEConfig,
    GANConfig,
    TCVAEConfig,
    VAEConfig,
    VAEGANConfig,
    VQVAEConfig,
)
from vae_core.networks import NetworkConfig
from vae_core.presets import training_for
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.trained import TrainedModel, load
from vae_core.training import TrainingRun

FOLDER = Path(__file__).resolve().parents[1] / "checkpoints"
IMPORTANCE_SAMPLES = 100
IMPORTANCE_IMAGES = 1000
MOST_BYTES = 40_000_000
COLUMNS = (
    "elbo", "iwae", "reconstruction", "kl", "knn_accuracy", "mse", "active_units", "prior_completeness",
    "classifier_frechet_distance", "draws_sharpness",
)  # fmt: skip

DIGITS = DataConfig("digits")
# Settings were picked on the usual 5,000 validation images; the final models train on 4,000 of these too.
MNIST = DataConfig("mnist", validation=1000)
FASHION = DataConfig("fashion_mnist", validation=1000)
SHAPES = DataConfig("shapes", size=32, count=50_000)
FEW_SHAPES = DataConfig("shapes", size=32, count=10_000)

# Digits need no more than this, and all models together must stay below MOST_BYTES.
SMALL = NetworkConfig(hidden=(256, 128))
MEDIUM = NetworkConfig(hidden=(400, 200))
CONVOLUTIONAL = NetworkConfig(kind="conv", hidden=(256,), channels=16)
BROADCAST = NetworkConfig(kind="broadcast", hidden=(256, 128), sine_features=0)
SMALL_CONVOLUTIONAL = NetworkConfig(kind="conv", hidden=(128,), channels=8, sine_features=0)


def _for(epochs: float, **settings: Any) -> TrainingConfig:
    return TrainingConfig(epochs=epochs, seconds=None, **settings)


ON_DIGITS = _for(200.0, batch_size=128, late_batch_size=256)
# Without the warm-up most of the eight dimensions are never used.
ON_DIGITS_WARM = _for(100.0, batch_size=128, late_batch_size=256, kl_warmup=0.25)
USED = VAEConfig(latent_dim=8, likelihood="continuous_bernoulli", network=SMALL)
"""For denoising, imputing, detecting and compressing: a likelihood that is a density of greys."""
LONG = _for(160.0)
# One dimension after the other comes into use: all at once, they share the positions among them.
ONE_BY_ONE = _for(24.0, learning_rate=3e-3, kl_warmup=0.5, kl_start=4.0, late_batch_size=256)
SEEDS = range(3)
"""Of models that differ in nothing else, for the lesson on what β promises."""
FEW_MOMENTS = 8
"""Moments for replay kept with them, which nobody is meant to look back on."""

SHIPPED: dict[str, RunConfig] = {
    "digits-vae-2d": RunConfig(DIGITS, VAEConfig(network=SMALL), ON_DIGITS),
    "digits-ae-2d": RunConfig(DIGITS, AutoencoderConfig(network=SMALL), ON_DIGITS),
    "mnist-ae-2d": RunConfig(MNIST, AutoencoderConfig(), _for(30.0)),
    "mnist-vae-2d": RunConfig(MNIST, VAEConfig(), LONG),
    "mnist-beta4-2d": RunConfig(MNIST, VAEConfig(beta=4.0), _for(30.0)),
    "mnist-cvae-2d": RunConfig(MNIST, CVAEConfig(), _for(40.0)),
    "mnist-gan-2d": RunConfig(MNIST, GANConfig(), training_for(_for(40.0), "gan")),
    "mnist-vaegan-2d": RunConfig(MNIST, VAEGANConfig(), training_for(_for(12.0), "vaegan")),
    # Without the KL's warm-up two or three of the ten dimensions are never used.
    "mnist-vae-10d": RunConfig(MNIST, VAEConfig(latent_dim=10, network=MEDIUM), _for(40.0, kl_warmup=0.25)),
    "fashion-vae-2d": RunConfig(FASHION, VAEConfig(), _for(60.0)),
    # Few codes and a deep prior over them: copies stay close enough, and draws become digits.
    "mnist-vqvae": RunConfig(MNIST, VQVAEConfig(codes=16, prior_layers=3), training_for(_for(10.0), "vqvae")),
    "shapes-vae-10d": RunConfig(SHAPES, VAEConfig(latent_dim=10, network=CONVOLUTIONAL), _for(20.0)),
    "shapes-tcvae-10d": RunConfig(
        SHAPES, TCVAEConfig(beta=6.0, latent_dim=10, network=BROADCAST), ONE_BY_ONE
    ),
    "digits-vae-8d": RunConfig(DIGITS, USED, ON_DIGITS_WARM),
    "digits-without-1-8d": RunConfig(dataclasses.replace(DIGITS, without=1), USED, ON_DIGITS_WARM),
    "digits-without-6-8d": RunConfig(dataclasses.replace(DIGITS, without=6), USED, ON_DIGITS_WARM),
} | {
    f"shapes-beta4-seed{seed}-6d": RunConfig(
        FEW_SHAPES, VAEConfig(latent_dim=6, beta=4.0, network=SMALL_CONVOLUTIONAL), _for(40.0), seed
    )
    for seed in SEEDS
}


def main(argv: list[str] | None = None) -> int:
    """Train the named models, or all, and print what they measure; 2 for bad input, 130 when stopped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checkpoints", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of {', '.join(SHIPPED)}; all by default"
    )
    parser.add_argument(
        "--out", type=Path, default=FOLDER, help="folder of the models; checkpoints/ by default"
    )
    parser.add_argument("--data-dir", help="folder that holds the data files")
    parser.add_argument("--epochs", type=float, help="train this long instead, for a trial")
    parser.add_argument(
        "--measure", action="store_true", help="measure the models that are there, train none"
    )
    args = parser.parse_args(argv)
    unknown = sorted(set(args.names) - set(SHIPPED))
    if unknown:
        parser.error(f"there is no shipped model {', '.join(unknown)}; there are {', '.join(SHIPPED)}")
    try:
        rows = [_ship(name, args) for name in args.names or SHIPPED]
    except VaeCoreError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; models that were finished before are in their place.", file=sys.stderr)
        return 130
    _print_table(rows)
    return _check_size(args.out)


def _ship(name: str, args: argparse.Namespace) -> tuple[str, Metrics, float]:
    """Train one model and write its folder; return its name, measures and training seconds."""
    config = SHIPPED[name]
    if args.epochs is not None:
        config = dataclasses.replace(
            config, training=dataclasses.replace(config.training, epochs=args.epochs)
        )
    dataset = _load(config.data, args.data_dir)
    if args.measure:
        return name, _measured_again(args.out / name, dataset), 0.0
    run = TrainingRun(config, dataset)
    _train(name, run)
    metrics = _measured(runs.freeze(run, name, rounded=True), dataset)
    moments = FEW_MOMENTS if config.data == FEW_SHAPES else runs.FINAL_MOMENTS
    runs.save(run, args.out / name, metrics=metrics, resumable=False, moments=moments)
    return name, metrics, run.seconds


def _measured(model: TrainedModel, dataset: ImageDataset) -> Metrics:
    """Return the bounds, the errors, what a classifier thinks of draws, and how known factors are told apart."""
    judge = None if dataset.train.labels is None else train_classifier(dataset)
    weighted = evaluate(model, dataset, importance_samples=IMPORTANCE_SAMPLES, limit=IMPORTANCE_IMAGES)
    drawn = measure(model, dataset, ["draws", "factors"], judge=judge)
    return evaluate(model, dataset) | _importance_weighted(weighted) | drawn


def _measured_again(path: Path, dataset: ImageDataset) -> Metrics:
    """Write a shipped model's measures and its card anew; its weights stay as they are, to the bit."""
    folder = checkpoint.read(path)
    metrics = _measured(load(path), dataset)
    folder = dataclasses.replace(folder, metrics=metrics)
    checkpoint.write(folder, path, card=model_card(path.name, folder), half=True)
    return metrics


def _load(data: DataConfig, data_dir: str | None) -> ImageDataset:
    return load_dataset(**dataclasses.asdict(data), data_dir=data_dir)


def _train(name: str, run: TrainingRun) -> None:
    layout = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining} {postfix}"
    with tqdm(total=1.0, desc=name, bar_format=layout, mininterval=0.5, file=sys.stderr) as bar:
        drawn = time.monotonic()
        for event in run.events():
            if isinstance(event, Step) and time.monotonic() - drawn > 0.5:
                drawn = time.monotonic()
                bar.set_postfix_str(f"loss {event.terms['loss']:.2f}", refresh=False)
                bar.update(event.fraction - bar.n)
            elif isinstance(event, Warned) or (isinstance(event, Finished) and event.reason != "complete"):
                bar.write(f"{name}: {event.message}", file=sys.stderr)
        bar.update(1.0 - bar.n)


def _importance_weighted(metrics: Metrics) -> Metrics:
    return {name: entry for name, entry in metrics.items() if name.startswith("iwae")}


def _print_table(rows: list[tuple[str, Metrics, float]]) -> None:
    print("| model | seconds | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    for name, metrics, seconds in rows:
        cells = [_cell(metrics, column) for column in COLUMNS]
        print(f"| {name} | {seconds:.0f} | " + " | ".join(cells) + " |")


def _cell(metrics: Metrics, name: str) -> str:
    if name not in metrics:
        return ""
    value = metrics[name]["value"]
    return f"{value:.4g}" if abs(value) < 10 else f"{value:.2f}"


def _check_size(folder: Path) -> int:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder.name}/ holds {size / 1e6:.1f} MB of at most {MOST_BYTES / 1e6:.0f}.")
    return 0 if size <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
