"""Images a second of the 784-400-20 network of PyTorch's own VAE example, under four training loops in one run.

*example*: that example's loop, a DataLoader that converts image by image. *bare*: the same step over a tensor in
memory. *pythae*: the trainer of pythae 0.1.2, if installed. *ours*: the engine with its events and logging, at the
same settings and at our own (bf16 where there are units for it, batches of 512), and with the networks of the quick
start and of a lean convolutional pair. Rounds are interleaved, since a machine's speed drifts.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from benchmarks.record import record
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, is_available, load_dataset
from vae_core.models import VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.training import TrainingRun

ROUNDS = 5
EXAMPLE = VAEConfig(latent_dim=20, network=NetworkConfig(hidden=(400,), layer_norm=False, sine_features=0))
CONVOLUTIONAL = VAEConfig(network=NetworkConfig(kind="conv", hidden=(128,)))


class ExampleVAE(nn.Module):
    """The network of PyTorch's VAE example, as published there."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
        self.fc3, self.fc4 = nn.Linear(20, 400), nn.Linear(400, 784)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the reconstruction's means [N, 784], mu [N, 20] and logvar [N, 20]."""
        hidden = F.relu(self.fc1(x))
        mu, logvar = self.fc21(hidden), self.fc22(hidden)
        std = torch.exp(0.5 * logvar)
        z = mu + torch.randn_like(std) * std
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


def example_loss(decoded: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """Return the example's summed objective."""
    cross_entropy = F.binary_cross_entropy(decoded, x, reduction="sum")
    return cross_entropy - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


class PerItem(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """Images and labels fetched and converted one by one, step for step as torchvision's MNIST with ToTensor does."""

    def __init__(self, dataset: ImageDataset) -> None:
        self.images = torch.from_numpy(dataset.train.images[:, 0])
        self.labels = torch.from_numpy(np.asarray(dataset.train.labels))

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image, label = self.images[index], int(self.labels[index])
        picture = Image.fromarray(image.numpy())
        array = torch.from_numpy(np.array(picture, np.uint8, copy=True))
        tensor = array.view(picture.size[1], picture.size[0], len(picture.getbands())).permute(2, 0, 1)
        return tensor.contiguous().to(torch.get_default_dtype()).div(255), label


def example_loop(dataset: ImageDataset) -> Callable[[], int]:
    """Return a function that trains one epoch the example's way and tells how many images it used."""
    model = ExampleVAE()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    loader = torch.utils.data.DataLoader(PerItem(dataset), batch_size=128, shuffle=True)

    def epoch() -> int:
        seen = 0
        for batch, _ in itertools.islice(loader, 120):
            x = batch.view(-1, 784)
            optimiser.zero_grad()
            loss = example_loss(*_swap(model(x), x))
            loss.backward()  # type: ignore[no-untyped-call]
            loss.item()
            optimiser.step()
            seen += len(x)
        return seen

    return epoch


def bare_loop(dataset: ImageDataset) -> Callable[[], int]:
    """Return a function that trains one epoch over a float tensor in memory, eager, fp32, batches of 128."""
    model = ExampleVAE()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    images = torch.from_numpy(dataset.train.images).float().div(255).view(-1, 784)

    def epoch() -> int:
        order = torch.randperm(len(images))
        seen = 0
        for chosen in order.split(128)[:200]:
            x = images[chosen]
            optimiser.zero_grad()
            loss = example_loss(*_swap(model(x), x))
            loss.backward()  # type: ignore[no-untyped-call]
            loss.item()
            optimiser.step()
            seen += len(x)
        return seen

    return epoch


def our_loop(
    dataset: ImageDataset, batch: int, precision: str, steps: int, model: VAEConfig = EXAMPLE
) -> Callable[[], int]:
    """Return a function that takes `steps` steps of the engine, all events drawn and snapshots twice a second."""
    training = TrainingConfig(
        epochs=10_000.0, seconds=None, learning_rate=1e-3, schedule="constant", beta2=0.999,
        batch_size=batch, late_batch_size=batch, precision=precision,
        encoder_sees="grey" if precision == "fp32" else "auto",
    )  # fmt: skip
    run = TrainingRun(RunConfig(DataConfig(dataset.name), model, training), dataset)
    events = run.events(snapshot_every=0.5)

    def epoch() -> int:
        first, before = run.step, run.images_seen
        while run.step < first + steps:
            next(events)
        return run.images_seen - before

    return epoch


def pythae_loop(dataset: ImageDataset) -> Callable[[], int] | None:
    """Return a function that trains one epoch with pythae's trainer, or None if pythae is not installed."""
    try:
        from pythae import models as pythae_models
        from pythae.models.base.base_utils import ModelOutput
        from pythae.models.nn import BaseDecoder, BaseEncoder
        from pythae.trainers import BaseTrainer, BaseTrainerConfig
    except ImportError:
        return None

    class Encoder(BaseEncoder):  # type: ignore[misc]
        def __init__(self) -> None:
            BaseEncoder.__init__(self)
            self.fc1, self.mu, self.log_var = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)

        def forward(self, x: Tensor) -> Any:
            hidden = F.relu(self.fc1(x.flatten(1)))
            return ModelOutput(embedding=self.mu(hidden), log_covariance=self.log_var(hidden))

    class Decoder(BaseDecoder):  # type: ignore[misc]
        def __init__(self) -> None:
            BaseDecoder.__init__(self)
            self.fc3, self.fc4 = nn.Linear(20, 400), nn.Linear(400, 784)

        def forward(self, z: Tensor) -> Any:
            images = torch.sigmoid(self.fc4(F.relu(self.fc3(z)))).view(-1, 1, 28, 28)
            return ModelOutput(reconstruction=images)

    config = pythae_models.VAEConfig(input_dim=(1, 28, 28), latent_dim=20, reconstruction_loss="bce")
    images = torch.from_numpy(dataset.train.images[:25_600]).float().div(255)
    from pythae.data.datasets import DatasetOutput

    class InMemory(torch.utils.data.Dataset[Any]):
        def __len__(self) -> int:
            return len(images)

        def __getitem__(self, index: int) -> Any:
            return DatasetOutput(data=images[index])

    settings = BaseTrainerConfig(
        output_dir=tempfile.gettempdir(),
        num_epochs=1,
        learning_rate=1e-3,
        per_device_train_batch_size=128,
        no_cuda=True,
    )
    model = pythae_models.VAE(config, encoder=Encoder(), decoder=Decoder())
    with _silence():
        trainer = BaseTrainer(model=model, train_dataset=InMemory(), training_config=settings)
        trainer.prepare_training()
    epochs = itertools.count(1)

    def epoch() -> int:
        with _silence():
            trainer.train_step(next(epochs))
        return len(images)

    return epoch


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    logging.disable()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
    logging.disable(logging.NOTSET)


def main() -> None:
    """Measure all loops, interleaved, and record medians relative to the bare loop."""
    if not is_available("mnist"):
        print("MNIST is not on this machine: throughput was not measured.")
        return
    dataset = load_dataset("mnist")
    loops: dict[str, Callable[[], int] | None] = {
        "bare loop, fp32, batch 128": bare_loop(dataset),
        "ours, same settings": our_loop(dataset, 128, "fp32", 200),
        "PyTorch's example loop": example_loop(dataset),
        "pythae 0.1.2 trainer": pythae_loop(dataset),
        "ours, own settings (batch 512)": our_loop(dataset, 512, "auto", 100),
        "ours, quick-start network (batch 512)": our_loop(dataset, 512, "auto", 100, VAEConfig()),
        "ours, convolutional network (batch 512)": our_loop(dataset, 512, "auto", 50, CONVOLUTIONAL),
    }
    pace: dict[str, list[float]] = {name: [] for name, loop in loops.items() if loop}
    for turn in range(ROUNDS + 1):
        for name, loop in loops.items():
            if loop is not None:
                seconds, seen = timed(loop)
                if turn:  # the first round warms up
                    pace[name].append(seen / seconds)
    bare = pace["bare loop, fp32, batch 128"]
    record("throughput", [_row(name, values, bare) for name, values in pace.items()], __doc__ or "")


def timed(loop: Callable[[], int]) -> tuple[float, int]:
    """Return the seconds a call took and what it returned."""
    started = time.perf_counter()
    seen = loop()
    return time.perf_counter() - started, seen


def _row(name: str, values: list[float], bare: list[float]) -> dict[str, Any]:
    ratios = [value / reference for value, reference in zip(values, bare, strict=True)]
    return {
        "loop": name,
        "images/s, median": round(statistics.median(values)),
        "times the bare loop (paired median)": round(statistics.median(ratios), 2),
        "seconds for 60,000 images": round(60_000 / statistics.median(values), 2),
    }


def _swap(output: tuple[Tensor, Tensor, Tensor], x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    decoded, mu, logvar = output
    return decoded, x, mu, logvar


if __name__ == "__main__":
    main()
