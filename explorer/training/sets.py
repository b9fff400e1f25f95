"""A set of models that train side by side in one job: AE, VAE and β-VAE on the same batches, saved as they go."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from explorer.own_images import own_sets
from explorer.training.job import Job
from vae_core.claims import claimed
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, load_dataset, title_of
from vae_core.models import AutoencoderConfig, ModelConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import save, save_measured, still
from vae_core.side_by_side import SideBySide
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

QUICK_MAP = 1000
"""Held-out images on the map of a run that is saved on its way, where a save must not take long."""
IMAGES_SEEN = 250_000
MOST_EPOCHS = 100


@dataclasses.dataclass(frozen=True)
class SetPlan:
    """What to train side by side: a data set's name, the β of the β-VAE, epochs for each model, and the seed."""

    data: str
    beta: float
    epochs: float
    seed: int
    latent_dim: int = 2

    @property
    def models(self) -> dict[str, ModelConfig]:
        """The three models by the names that their runs begin with; they have the same network."""
        network, data = NetworkConfig(), own_sets.word_for(self.data)
        return {
            f"{data}-ae": AutoencoderConfig(latent_dim=self.latent_dim, network=network),
            f"{data}-vae": VAEConfig(latent_dim=self.latent_dim, network=network),
            f"{data}-beta": VAEConfig(latent_dim=self.latent_dim, beta=self.beta, network=network),
        }

    def prepare(
        self, names: list[str], opened: ImageDataset | None, say: Callable[[str], None]
    ) -> SideBySide:
        """Open the data if it is not open yet and set the runs up; called in the job's thread."""
        dataset = opened or load_dataset(self.data)
        training = TrainingConfig(epochs=self.epochs, seconds=None)
        runs = {}
        for name, model in zip(names, self.models.values(), strict=True):
            say(f"Setting {name} up.")
            runs[name] = TrainingRun(RunConfig(DataConfig(self.data), model, training, self.seed), dataset)
        return SideBySide(runs)


def usual_epochs(images: int) -> int:
    """Return how many epochs make a set's models worth looking at.

    >>> usual_epochs(55_000), usual_epochs(1200)
    (5, 100)
    """
    return min(MOST_EPOCHS, max(1, round(IMAGES_SEEN / images)))


class TogetherPlan(Protocol):
    """What to train side by side: the data set's name, the models by name, and how the runs are set up."""

    @property
    def data(self) -> str: ...

    @property
    def models(self) -> dict[str, ModelConfig]: ...

    def prepare(
        self, names: list[str], opened: ImageDataset | None, say: Callable[[str], None]
    ) -> SideBySide: ...


class SetJob(Job[SideBySide]):
    """A set in training: its runs are saved under their names in a folder, and measured when they are over.

    Attributes
    ----------
    plan : TogetherPlan
    """

    def __init__(self, plan: TogetherPlan, places: list[Path], opened: ImageDataset | None) -> None:
        names = [place.name for place in places]
        super().__init__(
            f"{title_of(plan.data)}, side by side",
            lambda say: plan.prepare(names, opened, say),
            _pictures,
            save=self._write,
            name=names[0],
            hold=self._claim,
        )
        self.plan, self._places = plan, tuple(places)

    @property
    def places(self) -> tuple[Path, ...]:
        """The runs' own folders."""
        return self._places

    @contextlib.contextmanager
    def _claim(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for place in self.places:
                stack.enter_context(claimed(place))
            yield

    def _write(self, together: SideBySide) -> None:
        over = self.stopping or all(run.finished for run in together.runs.values())
        for place, run in zip(self.places, together.runs.values(), strict=True):
            if over:
                self.say(f"measuring {place.name} on the test images.")
                save_measured(run, place)
            else:
                save(run, place, map_images=QUICK_MAP)


def _pictures(together: SideBySide) -> dict[str, TrainedModel]:
    """Return an immutable copy of each model by its name."""
    return {name: still(run, name) for name, run in together.runs.items()}
