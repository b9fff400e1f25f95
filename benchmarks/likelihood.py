"""How well 50-D models explain binarised MNIST: ``python -m benchmarks.likelihood [FAMILY] [HOW]``.

The setting of Burda, Grosse & Salakhutdinov (2016), table 1, one stochastic layer of 50 units: a VAE and an IWAE of
K = 5, dynamically and statically binarised, with one recipe and a budget of seconds each. The estimate of log p(x) is
the importance-weighted bound of 5,000 draws on the first 1,000 test images, which are drawn black or white once. The
paper trains for 3,280 epochs in batches of 20; its own draws of the test images differ, and it takes all 10,000.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from benchmarks.record import RESULTS, record
from vae_core.config import DataConfig
from vae_core.datasets import is_available, load_dataset
from vae_core.evaluation import evaluate
from vae_core.events import Evaluated
from vae_core.models import MODELS, IWAEConfig, ModelConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import freeze
from vae_core.training import TrainingRun

LATENT = 50
SAMPLES, IMAGES = 5000, 1000
NETWORK = NetworkConfig(hidden=(512, 256), sine_features=0)
"""Sine features pay where z has few dimensions."""
FAMILIES: dict[str, ModelConfig] = {
    "vae": VAEConfig(latent_dim=LATENT, network=NETWORK),
    "iwae": IWAEConfig(latent_dim=LATENT, network=NETWORK, samples=5),
}
TRAINING = TrainingConfig(seconds=1500.0, learning_rate=3e-3, kl_warmup=0.05)
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
    config = RunConfig(DataConfig("mnist", binarised=how), FAMILIES[family], TRAINING)
    run = TrainingRun(config, dataset)
    for event in run.events():
        if isinstance(event, Evaluated) and event.epoch % 10 == 0:
            told = f"epoch {event.epoch}, {run.fraction:.0%}, validation loss {event.terms['loss']:.2f}"
            print(f"{family}, {how}: {told}", file=sys.stderr)
    found = evaluate(freeze(run), dataset, importance_samples=SAMPLES, limit=IMAGES)
    return {
        "family": family,
        "binarised": how,
        "model": MODELS[family].title,
        "epochs": run.epoch,
        "training, s": round(run.seconds),
        "test ELBO": round(found["elbo"]["value"], 2),
        f"IWAE-{SAMPLES}": round(found["iwae"]["value"], 2),
        "standard error": round(found["iwae_standard_error"]["value"], 2),
        "images": IMAGES,
        "published": PUBLISHED.get((family, how)),
    }


if __name__ == "__main__":
    main()
