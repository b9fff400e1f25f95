"""The training engine: a generator of progress events, the same for every model.

Whoever iterates :meth:`TrainingRun.events` decides what happens between two events: draw, pause (wait before asking for
the next one), single-step (ask for one), or stop (stop asking). All randomness of step n comes from (seed, n) and of
epoch m from (seed, m), so that the state to resume from is only weights, optimiser moments and counters.
"""

from __future__ import annotations

import copy
import dataclasses
import math
import sys
import threading
import time
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_core.batches import Batch, Batches, generator_of
from vae_core.datasets import ImageDataset, as_float
from vae_core.drawn_pixels import MOST_NOISE, noise_share
from vae_core.errors import ConfigError
from vae_core.events import Changed, Evaluated, Event, Finished, Snapshot, Step, Warned
from vae_core.metrics import kl_terms
from vae_core.models import (
    MODELS,
    TCVAE,
    VQVAE,
    BetaConfig,
    CVAEConfig,
    ModelConfig,
    Terms,
    latent_dim_of,
    make_model,
)
from vae_core.moments import IMAGES as MOMENT_IMAGES
from vae_core.moments import SIDE, Replay, grid_places
from vae_core.posteriors import DiagonalGaussian
from vae_core.run_config import RunConfig

COLLAPSE_NATS = 0.05
"""A KL below this, in nats per image, for `COLLAPSE_STEPS` steps on end is reported as posterior collapse."""
COLLAPSE_STEPS = 200
COLLAPSE_MESSAGE = (
    f"The KL has stayed below {COLLAPSE_NATS} nats per image: the posterior has collapsed to "
    "the prior, z carries nothing about the image, and every decode is the same mean image. Lower beta, or sum "
    "where the loss averages."
)
SLOW_PRECISION = {
    "auto": "This processor has no bfloat16 units, so training runs in float32: right, and slower.",
    "bf16": "This processor has no bfloat16 units and only imitates them: float32 would be faster.",
}
DIVERGED = 1000.0
"""A loss this many times the first one ends the run like a NaN does."""
SUBSET = 1000
"""Held-out images whose posteriors every snapshot carries."""
VALIDATION = 2000
"""Held-out images evaluated during training."""
AT_ONCE = 500
"""Held-out images in one evaluation of the loss: of the size of a batch, as losses over pairs of images are."""
AGGREGATED = 500
"""Held-out images whose posteriors make up the aggregate posterior."""
AGGREGATE_DRAWS = 100
"""Draws of z by which its parts of the KL are estimated, so that it takes milliseconds."""
EVALUATE_AFTER = 20
"""Fewest steps between two evaluations; they happen at the ends of epochs."""
LOG_RATIO = 1.02
"""Ratio of steps between two records of the history, so that it stays small however long the run."""
COUNTERS = (
    "step",
    "epoch",
    "position",
    "evaluated_at",
    "logged_at",
    "images_seen",
    "collapsed_steps",
    "first_loss",
)

# torch's global generator initialises weights; two threads must not interleave.
_INITIALISING = threading.Lock()


def has_fast_bf16() -> bool:
    """Tell whether the processor multiplies bfloat16 matrices in hardware."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("amx_bf16") or able.get("avx512_bf16"))


class TrainingRun:
    """A model in training, with everything needed to go on from here.

    Parameters
    ----------
    config : RunConfig
    dataset : ImageDataset
        The data set that ``config.data`` names.

    Attributes
    ----------
    model : torch.nn.Module
        The live model. It changes with every step: show copies, never this.
    step, epoch, position : int
        Steps made, epochs completed, and images used of the current epoch.
    seconds : float
        Training time so far, pauses excluded.
    draws : bool
        Whether the encoder sees drawn pixels.
    history : list of dict
        One record for each logged step and each evaluation.
    replay : Replay
        Moments spaced evenly in log(step): codes, a decoded grid and reconstructions.
    """

    def __init__(self, config: RunConfig, dataset: ImageDataset) -> None:
        self.config = dataclasses.replace(config, model=_for_classes_of(dataset, config.model))
        self.dataset = dataset
        with _INITIALISING, torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.model = make_model(self.config.model, dataset.image_shape)
        # Convolutions are fastest with the channels innermost; a perceptron has no such tensors.
        if isinstance(self.model, TCVAE):
            self.model.dataset_size = len(dataset.train)
        self.model.train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._players = self.model.players()
        training = config.training
        self.optimiser = torch.optim.Adam(
            self.model.parameters(),
            lr=training.learning_rate,
            betas=(training.beta1, training.beta2),
            fused=True,
        )
        is_dynamic = config.data.binarised == "dynamic"
        self.draws = training.encoder_sees == "drawn" or (
            training.encoder_sees == "auto"
            and not is_dynamic
            and self.model.has_prior
            and self.model.has_encoder
            and 0 < noise_share(dataset.train.images) < MOST_NOISE
        )
        self.bf16 = training.precision == "bf16" or (training.precision == "auto" and has_fast_bf16())
        self.step = self.epoch = self.position = self.evaluated_at = self.logged_at = self.images_seen = (
            self.collapsed_steps
        ) = 0
        self.first_loss = sys.float_info.max  # no loss yet; JSON has no infinity
        self.finished = False
        self.history: list[dict[str, Any]] = []
        # Whose codes are looked at on the way: none where there is no encoder.
        self._shown = len(dataset.validation) if self.model.has_encoder else 0
        validation = dataset.validation
        classes = None if validation.labels is None else validation.labels[: self._shown]
        self.replay = Replay.of(self._shown, classes, dataset.image_shape)
        self._seconds = 0.0
        self._resumed_at: float | None = None
        kind = torch.bfloat16 if self.bf16 else torch.float32
        drawn_as = kind if self.draws else None
        self._batches = Batches(dataset.train.images, config.seed, drawn_as, dataset.train.labels, is_dynamic)
        self._validation = torch.from_numpy(
            np.require(dataset.validation.images[:VALIDATION], requirements="W")
        )
        self._validation_labels = (
            None if validation.labels is None else torch.from_numpy(validation.labels[:VALIDATION].copy())
        )
        self._good: dict[str, Any] | None = None
        self._warned = False
        self._changed: list[Changed] = []

    @property
    def seconds(self) -> float:
        """Training time so far in seconds, pauses excluded."""
        running = 0.0 if self._resumed_at is None else time.perf_counter() - self._resumed_at
        return self._seconds + running

    @property
    def fraction(self) -> float:
        """Share of the run that is done, from 0 to 1."""
        training = self.config.training
        done = 0.0
        if training.epochs is not None:
            done = (self.epoch + self.position / len(self._batches)) / training.epochs
        if training.seconds is not None:
            done = max(done, self.seconds / training.seconds)
        return min(done, 1.0)

    @property
    def beta_scale(self) -> float:
        """Weight of the KL in the next step as a multiple of beta: from `kl_start` to 1 during the warm-up."""
        training, fraction = self.config.training, self.fraction
        if fraction >= training.kl_warmup:
            return 1.0
        return training.kl_start + (1 - training.kl_start) * fraction / training.kl_warmup

    def events(self, snapshot_every: float | None = None) -> Iterator[Event]:
        """Train, yielding an event after each step; may be abandoned at any event and called again.

        Parameters
        ----------
        snapshot_every : float or None
            Seconds of training between two `Snapshot` events; none are made when None.
        """
        work = self._work(snapshot_every)
        while True:
            self._resumed_at = time.perf_counter()
            try:
                event = next(work, None)
            finally:
                self._seconds, self._resumed_at = self.seconds, None
            if event is None:
                return
            yield event

    def adjust(self, *, beta: float | None = None, learning_rate: float | None = None) -> None:
        """Change settings from the next step on; call it between two events, in the thread that trains.

        The change is written to the history and told as a `Changed` event, so that curves can show where it was.

        Raises
        ------
        ConfigError
            If a value is out of bounds, or the model has no such setting; nothing is changed then.
        """
        config = self.config
        if beta is not None:
            if not isinstance(config.model, BetaConfig):
                raise ConfigError(
                    f"{self.model.title}s have no beta.", got=beta, next_step=f"Train one of: {_with_beta()}."
                )
            config = dataclasses.replace(config, model=dataclasses.replace(config.model, beta=beta))
        if learning_rate is not None:
            training = dataclasses.replace(config.training, learning_rate=learning_rate)
            config = dataclasses.replace(config, training=training)
        given = {"beta": beta, "learning_rate": learning_rate}
        settings = {name: value for name, value in given.items() if value is not None}
        self.config, self.model.config = config, config.model
        record = {"kind": "change", "step": self.step, "epoch": self.epoch, "seconds": round(self.seconds, 3)}
        self.history.append(record | settings)
        self._changed.append(Changed(self.step, self.seconds, settings))

    def _work(self, snapshot_every: float | None) -> Iterator[Event]:
        next_snapshot = self.seconds
        if self._good is None:
            self._good = self.state()
        if self.step == 0 and not has_fast_bf16() and self.config.training.precision != "fp32":
            yield Warned(0, "precision", SLOW_PRECISION[self.config.training.precision])
        while not self.finished:
            while self._changed:
                yield self._changed.pop(0)
            # Not before the first step, which somebody is waiting for.
            if snapshot_every is not None and self.step and self.seconds >= next_snapshot:
                next_snapshot = self.seconds + snapshot_every
                yield self.snapshot()
            if self.replay.due(self.step):
                self._keep_moment()
            if self.position == 0 and self.step - self.evaluated_at >= EVALUATE_AFTER:
                evaluated = self._evaluated()
                yield evaluated or self._diverged()
                if evaluated is None:
                    return
            if self.fraction >= 1:
                yield from self._finish(snapshot_every)
                return
            step = self._train_step()
            if step is None:
                yield self._diverged()
                return
            yield step
            if self.collapsed_steps >= COLLAPSE_STEPS and not self._warned:
                yield self._collapsed()

    def _finish(self, snapshot_every: float | None) -> Iterator[Event]:
        if self.step > self.evaluated_at:
            evaluated = self._evaluated()
            yield evaluated or self._diverged()
            if evaluated is None:
                return
        if 2 * self.collapsed_steps >= self.step and not self._warned:
            yield self._collapsed()
        self._keep_moment()
        if snapshot_every is not None:
            yield self.snapshot()
        self.finished = True
        yield Finished(
            self.step, "complete", self.seconds, f"Trained {self.step} steps in {self.seconds:.1f} s."
        )

    def _train_step(self) -> Step | None:
        """Make one step; None, with the model as it was, if a loss is not finite or far above the first one."""
        # As they are before the batch is taken: that moves the run on.
        fraction, beta_scale = self.fraction, self.beta_scale
        batch = self.peek()
        self.epoch, self.position = batch.epoch, batch.position
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            terms = self.model.loss(batch.x, batch.generator, beta_scale, batch.seen, batch.labels)
        values = {name: term.item() for name, term in terms.items()}
        own = [values[name] for name in self._players]
        # A maximum may pass over a NaN.
        if not all(value <= DIVERGED * max(1.0, abs(self.first_loss)) for value in own):
            return None
        self.first_loss = max(own) if self.step == 0 else self.first_loss
        # Not after the step: one that was interrupted would leave its gradient to the next.
        self.optimiser.zero_grad(set_to_none=True)
        self._backward(terms)
        rate = self._learning_rate(fraction)
        self.optimiser.param_groups[0]["lr"] = rate
        self.optimiser.step()
        if isinstance(self.model, VQVAE):
            self.model.after_step()
        # While a capacity rises from zero, the KL is meant to be small.
        collapsed = beta_scale == 1 and values.get("kl", math.inf) < COLLAPSE_NATS
        self.collapsed_steps = self.collapsed_steps + 1 if collapsed else 0
        return self._counted(len(batch.x), rate, values)

    def _backward(self, terms: Terms) -> None:
        """Give every parameter the gradient of its own player's term, all taken before any parameter moves."""
        left, alone = len(self._players), len(self._players) == 1
        for name, parameters in self._players.items():
            left -= 1
            # Not autograd.grad, whose gradients may be laid out otherwise than what the fused step walks along.
            terms[name].backward(inputs=None if alone else parameters, retain_graph=left > 0)  # type: ignore[no-untyped-call]
            if self.config.training.gradient_clip is not None:
                torch.nn.utils.clip_grad_norm_(parameters, self.config.training.gradient_clip)

    def _counted(self, images: int, rate: float, values: dict[str, float]) -> Step:
        self.step += 1
        self.images_seen += images
        if self.step >= self.logged_at * LOG_RATIO + 1:
            self.logged_at = self.step
            record = {"kind": "train", "step": self.step, "epoch": self.epoch, "learning_rate": rate}
            self.history.append({**record, "seconds": round(self.seconds, 3), **values})
        pace = self.images_seen / max(self.seconds, 1e-9)
        return Step(self.step, self.epoch, self.fraction, self.seconds, rate, pace, values)

    def peek(self) -> Batch:
        """Return what the next step will train on, without taking it; call it in the thread that trains."""
        training = self.config.training
        size = training.batch_size if self.fraction < 1 / 3 else training.late_batch_size
        return self._batches.take(self.step, self.epoch, self.position, size)

    def _learning_rate(self, fraction: float) -> float:
        training = self.config.training
        if training.schedule == "constant":
            return training.learning_rate
        if fraction < training.warmup:
            # The very first step would have a rate of zero.
            return training.learning_rate * max(fraction / training.warmup, 1e-3)
        return training.learning_rate * (1 - fraction) / max(1 - training.warmup, 1e-9)

    @torch.inference_mode()
    def _keep_moment(self) -> None:
        mu, _ = self.posteriors(MOMENT_IMAGES)
        images, labels = self._held_out(self.replay.copied)
        if isinstance(self.model, VQVAE):
            # The same random numbers in every moment.
            grid = self.model.vectors(self.model.draws(SIDE**2, generator_of(self.config.seed, 0)))
        else:
            grid = torch.from_numpy(grid_places(mu, self.model.has_prior))
        copied = self.model.encode(images, labels).mu if self.model.has_encoder else grid[:0]
        if labels is not None:
            # A conditional model's grid shows all classes in turn.
            shown = torch.arange(len(grid)) % len(self.dataset.class_names or " ")
            labels = torch.cat([shown, labels])
        decoded = self.model.likelihood.mean(self.model.decode(torch.cat([grid, copied]), labels))
        self.replay = self.replay.plus(self.step, mu, decoded)

    def _held_out(self, rows: NDArray[np.int32]) -> tuple[Tensor, Tensor | None]:
        images, labels = self.dataset.validation.images[rows], self.dataset.validation.labels
        return torch.from_numpy(as_float(images)), None if labels is None else torch.from_numpy(labels[rows])

    @torch.inference_mode()
    def posteriors(self, most: int = SUBSET) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Return mu [M, d] and logvar [M, d] (None for a point) of the first `most` held-out images."""
        if not self.model.has_encoder:
            d = latent_dim_of(self.config.model, self.dataset.image_shape)
            return np.zeros((0, d), np.float32), None
        labels = None if self._validation_labels is None else self._validation_labels[:most]
        posterior = self.model.encode(self._validation[:most].float() / 255, labels)
        logvar = posterior.logvar.numpy() if isinstance(posterior, DiagonalGaussian) else None
        return posterior.mu.numpy(), logvar

    def snapshot(self) -> Snapshot:
        """Return the held-out subset's posteriors as they are now."""
        labels = self.dataset.validation.labels
        mu, logvar = self.posteriors()
        return Snapshot(self.step, self.seconds, mu, logvar, None if labels is None else labels[: len(mu)])

    def _collapsed(self) -> Warned:
        self._warned = True
        return Warned(self.step, "collapse", COLLAPSE_MESSAGE)

    @torch.inference_mode()
    def _evaluated(self) -> Evaluated | None:
        """Return the validation terms, and keep the state as a good one; None if they are not finite."""
        values = self._validation_terms()
        if not all(math.isfinite(value) for value in values.values()):
            return None
        mu, logvar = self.posteriors(AGGREGATED)
        if logvar is not None:
            if "reconstruction" in values:
                values["elbo"] = -(values["reconstruction"] + values["kl"])
            # The same draws each time and in each family, so that curves are smooth and comparable.
            rng = np.random.default_rng(self.config.seed)
            values |= kl_terms(mu, logvar.clip(-80, 80), rng, draws=AGGREGATE_DRAWS)._asdict()
        elif isinstance(self.model, VQVAE):
            values["elbo"] = -(values["reconstruction"] + values["prior"])
        self.evaluated_at = self.step
        self._good = self.state()
        record = {"kind": "validation", "step": self.step, "epoch": self.epoch}
        self.history.append({**record, "seconds": round(self.seconds, 3), **values})
        return Evaluated(self.step, self.epoch, self.seconds, values)

    def _validation_terms(self) -> dict[str, float]:
        """Return the loss's terms on held-out images, means over parts of a batch's size."""
        generator = generator_of(self.config.seed, 0)
        totals: dict[str, float] = {}
        parts = (
            repeat(None) if self._validation_labels is None else torch.split(self._validation_labels, AT_ONCE)
        )
        for images, labels in zip(torch.split(self._validation, AT_ONCE), parts, strict=False):
            for name, term in self.model.loss(images.float() / 255, generator, labels=labels).items():
                totals[name] = totals.get(name, 0.0) + term.item() * len(images) / max(
                    len(self._validation), 1
                )
        return totals

    def _diverged(self) -> Finished:
        step = self.step
        if self._good is not None:
            self.restore(self._good)
        self.finished = True
        message = (
            f"The loss stopped being a usable number at step {step + 1}; the state of step {self.step} was kept. "
            "Try a smaller learning rate."
        )
        return Finished(self.step, "diverged", self.seconds, message)

    def state(self) -> dict[str, Any]:
        """Return a copy of all that the next steps depend on: ``model``, ``optimiser`` and ``counters``."""
        return {
            "model": {name: value.clone() for name, value in self.model.state_dict().items()},
            "optimiser": copy.deepcopy(self.optimiser.state_dict()["state"]),
            "counters": {name: getattr(self, name) for name in COUNTERS} | {"seconds": self.seconds},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back, or on, to a state that :meth:`state` returned."""
        self.model.load_state_dict(state["model"])
        groups = self.optimiser.state_dict()["param_groups"]
        moments = copy.deepcopy(state["optimiser"])
        for index, parameter in enumerate(self.model.parameters()):
            # The fused step walks raw memory: a moment must be laid out as its parameter is.
            for name in ("exp_avg", "exp_avg_sq"):
                if index in moments:
                    moments[index][name] = torch.empty_like(parameter).copy_(moments[index][name]).detach()
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})
        for name in COUNTERS:
            setattr(self, name, state["counters"][name])
        self._seconds = state["counters"]["seconds"]
        self.history = [record for record in self.history if record["step"] <= self.step]
        self.replay = self.replay.until(self.step)


def _for_classes_of(dataset: ImageDataset, model: ModelConfig) -> ModelConfig:
    """Return a conditional `model` with as many classes as the data have, ConfigError if none; any other as it is."""
    if not isinstance(model, CVAEConfig):
        return model
    if dataset.train.labels is None or not dataset.class_names:
        raise ConfigError(
            "A conditional VAE is told the class of each image, and these have none.",
            got=dataset.title,
            next_step="Choose data with classes, or another family.",
        )
    return dataclasses.replace(model, classes=len(dataset.class_names))


def _with_beta() -> str:
    return ", ".join(name for name, model in MODELS.items() if issubclass(model.Config, BetaConfig))
