"""What a minute of training reaches: 20-D on MNIST and 2-D on Fashion-MNIST, ``python -m benchmarks minute``.

Test ELBO of three seeds each. Two dimensions take the preset for a minute; with more of them the KL rises over the
first steps, so that none is given up at once, sine features of z no longer pay, and rectifiers that are smooth and
batches that stay small do.
"""

from __future__ import annotations

from typing import Any

from benchmarks.record import record, spread
from vae_core.config import DataConfig
from vae_core.datasets import is_available, load_dataset
from vae_core.evaluation import evaluate
from vae_core.models import VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.presets import PRESETS
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import freeze
from vae_core.training import TrainingRun

SECONDS = 60.0
SEEDS = (0, 1, 2)
WIDE = VAEConfig(latent_dim=20, network=NetworkConfig(sine_features=0, activation="gelu"))
WIDE_TRAINING = TrainingConfig(
    seconds=SECONDS,
    learning_rate=5e-3,
    kl_warmup=0.2,
    batch_size=128,
    late_batch_size=128,
    encoder_sees="grey",
)
RECIPES = {
    "mnist": (WIDE, WIDE_TRAINING),
    "fashion_mnist": (PRESETS["minute"].model, PRESETS["minute"].training),
}


def main() -> None:
    """Measure both data sets, where they are on this machine."""
    missing = [name for name in RECIPES if not is_available(name)]
    note = f"Not on this machine, so not measured: {', '.join(missing)}." if missing else ""
    record("minute", [_row(name) for name in RECIPES if name not in missing], note)


def _row(name: str) -> dict[str, Any]:
    dataset = load_dataset(name)
    model, training = RECIPES[name]
    elbos, epochs = [], []
    for seed in SEEDS:
        run = TrainingRun(RunConfig(DataConfig(name), model, training, seed), dataset)
        for _ in run.events():
            pass
        elbos.append(evaluate(freeze(run), dataset)["elbo"]["value"])
        epochs.append(run.images_seen / len(dataset.train))
    return {
        "data": name,
        "latent dimensions": model.latent_dim,
        "seconds": SECONDS,
        "test ELBO, nats per image": spread(elbos),
        "epochs": spread(epochs, 1),
        "seeds": len(SEEDS),
    }


if __name__ == "__main__":
    main()
