"""A way to break a VAE, and the right and the broken model that train side by side on the same batches."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from explorer.lessons.records import Question
from explorer.lines import Code
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, load_dataset
from vae_core.models import ModelConfig, VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.side_by_side import SideBySide
from vae_core.training import TrainingRun

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

DATA = "digits"
TRAINING = TrainingConfig(epochs=60.0, seconds=None, batch_size=128, late_batch_size=128)
NETWORK = NetworkConfig(hidden=(256, 128))
RIGHT = VAEConfig(network=NETWORK)
RIGHT_NAME, BROKEN_NAME = "right", "broken"
MAY_DIFFER = ("learning_rate",)
"""The one training setting that may itself be the mistake."""
Seen = Callable[["TrainedModel", "TrainedModel"], str]
"""Tells in a line of Markdown what to see in the trained right and broken model."""


@dataclasses.dataclass(frozen=True)
class Breakage:
    """One way to break a VAE.

    Attributes
    ----------
    name : str
    title : str
        What is done.
    question : Question
        What will happen?
    why : str
        Markdown, told after the prediction.
    model : ModelConfig
        The broken one.
    right, wrong : callable
        The code that differs. Where it is a setting that does, both are the lines that read it.
    marked : str
        The line that it comes down to, as it stands in `wrong`.
    beside : ModelConfig
        The right one: the plain VAE, unless the mistake is about other pixels than its.
    training : TrainingConfig
        How the broken one trains: as the right one does, unless the mistake is there.
    seen : callable, optional
    """

    name: str
    title: str
    question: Question
    why: str
    model: ModelConfig
    right: Code
    wrong: Code
    marked: str
    beside: ModelConfig = RIGHT
    training: TrainingConfig = TRAINING
    seen: Seen | None = None

    @property
    def settings(self) -> dict[str, tuple[Any, Any]]:
        """The settings that differ, right and broken; none where it is the code that does."""
        found = _differing(TRAINING, self.training)
        return found | (_differing(self.beside, self.model) if type(self.beside) is type(self.model) else {})


def _differing(right: Any, broken: Any) -> dict[str, tuple[Any, Any]]:
    both = {
        field.name: (getattr(right, field.name), getattr(broken, field.name))
        for field in dataclasses.fields(right)
    }
    return {name: values for name, values in both.items() if values[0] != values[1]}


@dataclasses.dataclass(frozen=True)
class BreakPlan:
    """A right and a broken model to train side by side on the same batches."""

    breakage: Breakage
    seed: int = 0
    data: str = DATA

    @property
    def models(self) -> dict[str, ModelConfig]:
        """Both models by the names that their runs begin with."""
        return {
            f"{self.breakage.name}-{RIGHT_NAME}": self.breakage.beside,
            f"{self.breakage.name}-{BROKEN_NAME}": self.breakage.model,
        }

    def prepare(
        self, names: list[str], opened: ImageDataset | None, say: Callable[[str], None]
    ) -> SideBySide:
        """Open the data if it is not open yet and set both runs up; called in the job's thread."""
        dataset = opened or load_dataset(self.data)
        recipes = zip(self.models.values(), (TRAINING, self.breakage.training), strict=True)
        runs = {}
        for name, (model, training) in zip(names, recipes, strict=True):
            say(f"Setting {name} up.")
            runs[name] = TrainingRun(RunConfig(DataConfig(self.data), model, training, self.seed), dataset)
        return SideBySide(runs, MAY_DIFFER)
