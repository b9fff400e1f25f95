"""What can be broken on purpose: one line or setting, beside the right one, and what to expect of it."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from explorer.lessons.records import Question
from explorer.training.break_plan import NETWORK, TRAINING, Breakage
from vae_core.datasets import ImageDataset, as_float, load_dataset
from vae_core.likelihoods import Bernoulli, ContinuousBernoulli, Gaussian
from vae_core.models import BROKEN, MODELS, VAEConfig
from vae_core.models.broken import (
    GaussianWithoutConstant,
    NotReparameterisedConfig,
    SeesPixelsBefore,
    TooStrongConfig,
    WithoutConstantConfig,
    WrongSignConfig,
)
from vae_core.models.vae import VAE
from vae_core.training import TrainingRun

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

SIGMA = 0.2
"""Standard deviation of Gaussian pixels here."""
TOO_HIGH = 1.0


def constant(trained: TrainedModel) -> float:
    """Return the constant of a model's Gaussian pixels, (D/2) log(2 pi sigma^2) in nats per image."""
    sigma = trained.config.model.gaussian_scale  # type: ignore[union-attr]
    return math.prod(trained.image_shape) / 2 * math.log(2 * math.pi * sigma**2)


def exact_copies_cost(dataset: ImageDataset) -> float:
    """Return what copies of the test images without any error would cost by the cross-entropy, in nats per image."""
    x = as_float(dataset.test.images).astype(np.float64)
    grey = x[(x > 0) & (x < 1)]
    return -float((grey * np.log(grey) + (1 - grey) * np.log1p(-grey)).sum()) / len(x)


def _constant_seen(right: TrainedModel, broken: TrainedModel) -> str:
    apart = broken.metrics["elbo"]["value"] - right.metrics["elbo"]["value"]
    return (
        f"The reported ELBOs are {apart:+.1f} nats apart, and $\\tfrac D2 \\log 2\\pi\\sigma^2$ is "
        f"{constant(right):+.1f}. All else is the same."
    ).replace("-", "−")


def _grey_seen(right: TrainedModel, broken: TrainedModel) -> str:
    cost = exact_copies_cost(load_dataset(broken.config.data.name))
    return (
        f"Copies of these test images without any error would still cost {cost:.1f} nats each by "
        "the cross-entropy."
    )


def _strong_seen(right: TrainedModel, broken: TrainedModel) -> str:
    full, empty = (f"{trained.metrics['elbo']['value']:.1f}".replace("-", "−") for trained in (right, broken))
    return f"ELBO {empty} with an empty code, {full} with a full one. Copies show what z alone leads to."


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
    Breakage(
        "constant",
        "A Gaussian without its constant",
        Question(
            "−log p(x|z) of Gaussian pixels is a squared error plus (D/2) log(2πσ²). The constant is dropped. What "
            "changes?",
            ("Nothing: a constant has no gradient", "The number that is reported, and nothing else",
             "The model: it learns other images"), 1,
        ),
        "The gradients are the same, so the model is the same and curves have the same shape. The number is not: "
        "each ELBO is off by $\\tfrac D2 \\log 2\\pi\\sigma^2$ nats, up or down as $\\sigma$ will have it, and must "
        "not be held against another model's. Where $\\sigma$ is learned, $D \\log\\sigma$ is no constant: without "
        "it $\\sigma$ grows without end.",
        WithoutConstantConfig(gaussian_scale=SIGMA, network=NETWORK),
        Gaussian.log_prob, GaussianWithoutConstant.log_prob, "return -(0.5 * squared).flatten(1)",
        beside=VAEConfig(likelihood="gaussian", gaussian_scale=SIGMA, network=NETWORK), seen=_constant_seen,
    ),
    Breakage(
        "grey",
        "Cross-entropy on grey images",
        Question(
            "Pixels are grey, and the loss is the binary cross-entropy. What does a copy without any error cost?",
            ("0 nats", "More than 0: every grey pixel costs its own entropy", "Less than 0"), 1,
        ),
        "The best $\\lambda$ for a pixel is still its grey, but the cross-entropy there is the entropy of a coin, "
        "not 0; and $\\lambda^x (1-\\lambda)^{1-x}$ is no density of greys: over all greys it adds up to at most ½. "
        "The normaliser that is missing, $C(\\lambda)$, depends on $\\lambda$ and so on the model: without it copies "
        "count for less against the KL, and the ELBO is no likelihood. The right one is the *continuous Bernoulli* "
        "(Loaiza-Ganem & Cunningham 2019). As a target to train on, the cross-entropy is common, in this app too; as "
        "a number to report, it is for black and white.",
        VAEConfig(network=NETWORK),
        ContinuousBernoulli.log_prob, Bernoulli.log_prob, "return -F.binary_cross_entropy_with_logits",
        beside=VAEConfig(likelihood="continuous_bernoulli", network=NETWORK), seen=_grey_seen,
    ),
    Breakage(
        "strong",
        "A decoder too strong",
        Question(
            "For each pixel the decoder is also told all pixels before it. What becomes of z?",
            ("The same as before", "It says more of the image", "It says nothing: the KL goes to 0"), 2,
        ),
        "A nat in $z$ costs a nat, and the pixels before cost nothing. What they tell of an image does for this "
        "decoder, so the posterior collapses to the prior (Bowman et al. 2016; Chen et al. 2017). Nothing is wrong "
        "with the likelihood, and the ELBO may well be the better one: it does not ask for a code. Whoever wants one "
        "has to weaken the decoder, or pay for the KL with *free bits*.",
        TooStrongConfig(network=NETWORK),
        Bernoulli.log_prob, SeesPixelsBefore.log_prob, "params = params + before", seen=_strong_seen,
    ),
    Breakage(
        "rate",
        "A learning rate too high",
        Question(
            f"Adam's steps are {TOO_HIGH / TRAINING.learning_rate:.0f} times as large. Training …",
            ("is as many times faster", "stops at once at the mean of all images", "ends with a closer copy"), 1,
        ),
        "The first steps overshoot: the loss falls quickly to what the mean of all images costs, and stays there. The "
        "rate sinks to 0 later on, and the code does not come back. A higher rate still, and the loss jumps about or "
        "is no number any more. A collapse is not always $\\beta$: look at the curves first.",
        VAEConfig(network=NETWORK),
        TrainingRun._learning_rate, TrainingRun._learning_rate, "return training.learning_rate * (1 - fraction)",
        training=dataclasses.replace(TRAINING, learning_rate=TOO_HIGH),
    ),
)  # fmt: skip
