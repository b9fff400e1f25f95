"""What can be broken on purpose: one line or setting, beside the right one, and what to expect of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from explorer.lessons.records import Question
from explorer.lines import Code
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, load_dataset
from vae_core.models import BROKEN, MODELS, ModelConfig, VAEConfig
from vae_core.models.broken import NotReparameterisedConfig, WrongSignConfig
from vae_core.models.vae import VAE
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.side_by_side import SideBySide
from vae_core.training import TrainingRun

DATA = "digits"
TRAINING = TrainingConfig(epochs=60.0, seconds=None, batch_size=128, late_batch_size=128)
NETWORK = NetworkConfig(hidden=(256, 128))
RIGHT = VAEConfig(network=NETWORK)
RIGHT_NAME, BROKEN_NAME = "right", "broken"


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
        The broken one; the right one is the plain VAE.
    right, wrong : callable
        The code that differs. Where it is a setting that does, both are the lines that read it.
    marked : str
        The line that it comes down to, as it stands in `wrong`.
    """

    name: str
    title: str
    question: Question
    why: str
    model: ModelConfig
    right: Code
    wrong: Code
    marked: str


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
            f"{self.breakage.name}-{RIGHT_NAME}": RIGHT,
            f"{self.breakage.name}-{BROKEN_NAME}": self.breakage.model,
        }

    def prepare(
        self, names: list[str], opened: ImageDataset | None, say: Callable[[str], None]
    ) -> SideBySide:
        """Open the data if it is not open yet and set both runs up; called in the job's thread."""
        dataset = opened or load_dataset(self.data)
        runs = {}
        for name, model in zip(names, self.models.values(), strict=True):
            say(f"Setting {name} up.")
            runs[name] = TrainingRun(RunConfig(DataConfig(self.data), model, TRAINING, self.seed), dataset)
        return SideBySide(runs)


BREAKAGES: tuple[Breakage, ...] = (
    Breakage(
        "sign",
        "The KL with the wrong sign",
        Question(
            "KL = −½ Σ(1 + log σ² − μ² − σ²). Without its minus sign the loss rewards …",
            ("posteriors close to the prior", "posteriors as far from the prior as can be", "nothing else"), 1,
        ),
        "The KL is never negative, and a loss with $-\\mathrm{KL}$ has no minimum: posteriors run away from the "
        "prior without end, and the decoder sees places that are never twice the same. A KL that is negative, or "
        "that grows for ever, is nearly always this mistake.",
        WrongSignConfig(network=NETWORK),
        MODELS["vae"].loss, BROKEN["wrong_sign"].loss, "reconstruction - kl_weight * kl",
    ),
    Breakage(
        "gradient",
        "No reparameterisation",
        Question(
            "z is drawn without a gradient. What does the encoder learn?",
            ("To copy, only more slowly", "The prior, for every image", "Nothing: it stays as it began"), 1,
        ),
        "Of the encoder only the KL still has a gradient, and the KL is smallest where every image has the prior "
        "for its posterior. So $z$ says nothing about the image, and the decoder shows the mean of all images.",
        NotReparameterisedConfig(network=NETWORK),
        MODELS["vae"].loss, BROKEN["not_reparameterised"].loss, "with torch.no_grad():",
    ),
    Breakage(
        "mean",
        "A mean over pixels instead of a sum",
        Question(
            "The reconstruction term is averaged over the 64 pixels, the KL is not. That is the same as …",
            ("no change: a factor is only a matter of scale", "β = 64", "β = 1/64"), 1,
        ),
        "Dividing one term by 64 weighs the other 64 times as much: $\\beta = 64$ in effect, and on 28 × 28 "
        "pixels it would be 784. With so much weight on the KL the posterior collapses to the prior. The number "
        "that shows it is *β in effect* on Measure.",
        VAEConfig(pixel_reduction="mean", network=NETWORK),
        VAE.weights, VAE.weights, 'if self.config.pixel_reduction == "mean"',
    ),
    Breakage(
        "zero",
        "β = 0",
        Question(
            "Without any KL, posteriors …",
            ("shrink and move apart", "stay as they are", "become the prior"), 0,
        ),
        "Nothing keeps posteriors near the prior, so they shrink towards points and move apart: a plain autoencoder "
        "with a little noise. The reconstruction term falls, the ELBO is the worse for it, and draws from "
        "$\\mathcal N(0, I)$ land where no image was.",
        VAEConfig(beta=0.0, network=NETWORK), VAE.weights, VAE.weights, "beta_scale * self.config.beta",
    ),
    Breakage(
        "thousand",
        "β = 1000",
        Question(
            "With a thousand times the weight on the KL, the map becomes …",
            ("better ordered", "one heap: every image at the same place", "a ring"), 1,
        ),
        "A nat of code costs a thousand nats of loss and no code is worth that, so none is used: the KL is 0, "
        "every posterior is the prior, and the decoder shows the mean image. A KL of 0 is a perfect match with "
        "the prior and a useless model.",
        VAEConfig(beta=1000.0, network=NETWORK), VAE.weights, VAE.weights, "beta_scale * self.config.beta",
    ),
)  # fmt: skip
