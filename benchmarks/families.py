"""Every model family on the same images, with the same network, seed and recipe: what it reaches and what it costs.

MNIST, or digits where MNIST is not at hand; two latent dimensions, each family's own settings as they begin. The pace
is a share of the plain VAE's in the same run; the families take their epochs in turn, so that a machine that drifts
slows all of them; one that needs other training has it. A capacity VAE makes the steps of a VAE: how far its pace is
from 1 is how far the machine drifted within an epoch, and as much may be wrong with the others. ELBO, KL and accuracy
are of the test images, the KL's parts of up to 5,000 of them.
"""

from __future__ import annotations

from typing import Any

from benchmarks.record import record
from vae_core import runs
from vae_core.config import DataConfig
from vae_core.datasets import is_available, load_dataset
from vae_core.evaluation import evaluate
from vae_core.events import Step
from vae_core.measures import measure
from vae_core.models import MODELS
from vae_core.presets import training_for
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.training import TrainingRun

EPOCHS = {"mnist": 3, "digits": 60}


def main() -> None:
    """Train every family and record what it reaches."""
    data = "mnist" if is_available("mnist") else "digits"
    dataset = load_dataset(data)
    training = TrainingConfig(epochs=float(EPOCHS[data]), seconds=None)
    trained = {
        name: TrainingRun(RunConfig(DataConfig(data), family.Config(), training_for(training, name)), dataset)
        for name, family in MODELS.items()
    }
    events = {name: run.events() for name, run in trained.items()}
    for epoch in range(EPOCHS[data] + 1):
        for name, run in trained.items():
            for event in events[name]:
                if isinstance(event, Step) and run.epoch > epoch:
                    break
    record("families", [_row(name, run, trained["vae"]) for name, run in trained.items()])


def _row(name: str, run: TrainingRun, plain: TrainingRun) -> dict[str, Any]:
    model = runs.freeze(run, name)
    found = evaluate(model, run.dataset) | measure(model, run.dataset, ["codes"])
    values = {key: entry["value"] for key, entry in found.items()}
    digits = {
        "elbo": 1,
        "reconstruction": 1,
        "kl": 2,
        "total_correlation": 2,
        "mmd_to_prior": 3,
        "knn_accuracy": 3,
    }
    shown = {key: round(values[key], places) for key, places in digits.items() if key in values}
    return (
        {"family": name, "data": run.dataset.title, "epochs": run.epoch}
        | shown
        | {"pace against the VAE": round(plain.seconds / run.seconds, 2)}
    )


if __name__ == "__main__":
    main()
