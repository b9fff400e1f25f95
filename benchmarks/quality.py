"""How good a brief training is: test ELBO and neighbour accuracy by preset, data set and seconds of training.

Also the time our preset needs to reach what the usual loop reaches in a minute, and the two programs that differ
only in their reductions.
"""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from benchmarks.record import record, spread
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, is_available, load_dataset
from vae_core.evaluation import Metrics, evaluate
from vae_core.events import Warned
from vae_core.presets import PRESETS
from vae_core.run_config import RunConfig
from vae_core.runs import freeze
from vae_core.training import TrainingRun

SEEDS = (0, 1, 2)
BUDGETS = {"digits": (3.0,), "mnist": (10.0, 30.0, 90.0), "fashion_mnist": (10.0, 90.0)}
PLAIN_SECONDS = 60.0


def main() -> None:
    """Measure every data set that is on this machine."""
    loaded = {name: load_dataset(name) for name in BUDGETS if is_available(name)}
    missing = sorted(set(BUDGETS) - set(loaded))
    note = f"Not on this machine, so not measured: {', '.join(missing)}." if missing else ""
    record("quality", [_brief(name, seconds) for name in loaded for seconds in BUDGETS[name]], note)
    pairs = [_time_to_quality(name) for name in loaded if name != "digits"]
    if pairs:
        record("time_to_quality", pairs, "Seconds to the test ELBO that the usual loop reaches in a minute.")
    if "fashion_mnist" in loaded:
        record(
            "reductions", [_reduction(name, loaded["fashion_mnist"]) for name in ("article", "article-fixed")]
        )


def train(
    preset: str, dataset: ImageDataset, training: dict[str, Any], seed: int = 0
) -> tuple[TrainingRun, Metrics]:
    """Train `preset` with some settings replaced; return the run and its model's test metrics."""
    chosen = PRESETS[preset]
    config = RunConfig(
        DataConfig(dataset.name), chosen.model, dataclasses.replace(chosen.training, **training), seed
    )
    run = TrainingRun(config, dataset)
    for event in run.events():
        if isinstance(event, Warned):
            print(event.message, file=sys.stderr)
    return run, evaluate(freeze(run), dataset)


def _brief(name: str, seconds: float) -> dict[str, Any]:
    dataset = load_dataset(name)
    found = [train("quick", dataset, {"seconds": seconds}, seed) for seed in SEEDS]
    return {
        "data": name,
        "preset": "quick",
        "seconds": seconds,
        "test ELBO, nats per image": spread([metrics["elbo"]["value"] for _, metrics in found]),
        "15-NN accuracy": spread([metrics["knn_accuracy"]["value"] for _, metrics in found], 3),
        "epochs": spread([run.images_seen / len(dataset.train) for run, _ in found], 1),
        "seeds": len(SEEDS),
    }


def _time_to_quality(name: str) -> dict[str, Any]:
    """Train the usual loop for a minute, then ours with ever larger budgets until it is as good on the test images."""
    dataset = load_dataset(name)
    endless: dict[str, Any] = {"epochs": None}
    _, plain = train("plain", dataset, {**endless, "seconds": PLAIN_SECONDS})
    target = plain["elbo"]["value"]
    row = {"data": name, f"plain, {PLAIN_SECONDS:g} s": round(target, 2)}
    for seconds in (4.0, 5.0, 6.0, 7.5, 10.0, 15.0, 30.0, 60.0):
        reached = [
            train("quick", dataset, {**endless, "seconds": seconds}, seed)[1]["elbo"]["value"]
            for seed in SEEDS
        ]
        if min(reached) >= target:
            return {
                **row,
                "quick reaches": spread(reached),
                "in seconds": seconds,
                "ratio": round(PLAIN_SECONDS / seconds, 1),
            }
    return {**row, "in seconds": "more than 60"}


def _reduction(preset: str, dataset: ImageDataset) -> dict[str, Any]:
    run, metrics = train(preset, dataset, {})
    constant = dataset.train.images.mean(0) / 255
    baseline = float(((dataset.test.images / 255 - constant) ** 2).mean())
    shape = dataset.image_shape
    model = PRESETS[preset].model
    return {
        "preset": preset,
        "data": dataset.name,
        "effective beta": round(model.effective_beta(shape), 1),  # type: ignore[union-attr]
        "KL, nats per image": round(metrics["kl"]["value"], 4),
        "test MSE": round(metrics["mse"]["value"], 4),
        "MSE of the mean image": round(baseline, 4),
        "epochs": run.epoch,
    }


if __name__ == "__main__":
    main()
