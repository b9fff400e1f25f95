"""How well 50-D models explain binarised MNIST: ``python -m benchmarks.likelihood [FAMILY] [HOW]``.

The setting of Burda, Grosse & Salakhutdinov (2016), table 1, one stochastic layer of 50 units: a VAE and an IWAE of
K = 5, dynamically and statically binarised, with one recipe and a budget of seconds each. The IWAE has K = 1, which is
the VAE and needs a fraction of the time, for the first half of its seconds. The estimate of log p(x) is the
importance-weighted bound of 5,000 draws on every tenth of the 10,000 test images, drawn black or white once; the ELBO
is over all. The paper trains for 3,280 epochs in batches of 20; its own draws of the test images differ, and it takes
all of them.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from typing import Any

import torch

from benchmarks.record import RESULTS, record
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, Split, is_available, load_dataset
from vae_core.evaluation import evaluate
from vae_core.events import Evaluated
from vae_core.models import MODELS, IWAEConfig, ModelConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import freeze
from vae_core.training import TrainingRun

LATENT = 50
SAMPLES = 5000
EVERY = 10
"""One test image in so many is measured with all those samples; the first thousand would be the neatest ones."""
NETWORK = NetworkConfig(kind="conv", channels=16, hidden=(256,), sine_features=0)
"""The convolutional pair; sine features pay where z has few dimensions."""
FAMILIES: dict[str, ModelConfig] = {
    "vae": VAEConfig(latent_dim=LATENT, network=NETWORK),
    "iwae": IWAEConfig(latent_dim=LATENT, network=NETWORK, samples=5),
}
TRAINING = TrainingConfig(
    seconds=1200.0, learning_rate=3e-3, kl_warmup=0.05, batch_size=128, late_batch_size=256
)
SINGLE = 0.5
"""Share of an IWAE's seconds that it is trained with one draw."""
PUBLISHED = {("vae", "dynamic"): -86.76, ("iwae", "dynamic"): -85.54}
HOW = ("dynamic", "static")


def main(argv: list[str] | None = None) -> None:
    """Train what is asked for, or all, and record it beside what was recorded before."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.likelihood", description=__doc__)
    parser.add_argument("family", nargs="?", choices=FAMILIES, help="both by default")
    parser.add_argument("how", nargs="?", choices=HOW, help="both by default")
    args = parser.parse_args(argv)
    if not is_available("mnist"):
        print("Left out: MNIST is not on this machine.")
        return
    rows = _recorded()
    for family in [args.family] if args.family else FAMILIES:
        for how in [args.how] if args.how else HOW:
            rows[family, how] = _row(family, how)
            record("likelihood", [rows[key] for key in sorted(rows, reverse=True)])


def _recorded() -> dict[tuple[str, str], dict[str, Any]]:
    path = RESULTS / "likelihood.json"
    found = json.loads(path.read_text("utf-8"))["rows"] if path.is_file() else []
    return {(row["family"], row["binarised"]): row for row in found}


def _row(family: str, how: str) -> dict[str, Any]:
    dataset = load_dataset("mnist", binarised=how)
    run = _trained(FAMILIES[family], how, dataset)
    trained = freeze(run)
    whole = evaluate(trained, dataset)
    some = evaluate(trained, _thinned(dataset), importance_samples=SAMPLES)
    return {
        "family": family,
        "binarised": how,
        "model": MODELS[family].title,
        "epochs": run.epoch,
        "training, s": round(run.seconds),
        "threads": torch.get_num_threads(),
        "test ELBO": round(whole["elbo"]["value"], 2),
        "ELBO of the tenth": round(some["elbo"]["value"], 2),
        f"IWAE-{SAMPLES} of the tenth": round(some["iwae"]["value"], 2),
        "standard error": round(some["iwae_standard_error"]["value"], 2),
        "published": PUBLISHED.get((family, how)),
    }


def _trained(model: ModelConfig, how: str, dataset: ImageDataset) -> TrainingRun:
    run = TrainingRun(RunConfig(DataConfig("mnist", binarised=how), model, TRAINING), dataset)
    if isinstance(model, IWAEConfig):
        single = dataclasses.replace(run.config, model=dataclasses.replace(model, samples=1))
        run.restore(_led(TrainingRun(single, dataset), SINGLE).state())
    return _led(run, 1.0)


def _led(run: TrainingRun, fraction: float) -> TrainingRun:
    """Train until this share of the run is done."""
    for event in run.events():
        if isinstance(event, Evaluated) and event.epoch % 5 == 0:
            told = f"epoch {event.epoch}, {run.fraction:.0%}, validation loss {event.terms['loss']:.2f}"
            print(f"{run.model.full_title}: {told}", file=sys.stderr, flush=True)
        if fraction < 1 and run.fraction >= fraction:
            break
    return run


def _thinned(dataset: ImageDataset) -> ImageDataset:
    test = Split(*(None if part is None else part[::EVERY] for part in dataclasses.astuple(dataset.test)))
    return dataclasses.replace(dataset, test=test)


if __name__ == "__main__":
    main()
