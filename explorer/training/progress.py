"""What a background run has said so far: gathered by its thread, published as pictures that never change."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from vae_core.events import Changed, Evaluated, Finished, Snapshot, Step, Warned

QUEUED, PREPARING, RUNNING, PAUSED, COMPLETE, STOPPED, FAILED = (
    "queued",
    "preparing",
    "running",
    "paused",
    "complete",
    "stopped",
    "failed",
)
_MOST_POINTS = 500
_SAME_CHANGE_SECONDS = 1.0
SYMBOLS = {"beta": "β", "learning_rate": "rate"}

Points = tuple[tuple[float, float], ...]


@dataclasses.dataclass(frozen=True)
class Progress:
    """One moment of a job, complete in itself.

    Attributes
    ----------
    status : str
        ``queued``, ``preparing``, ``running``, ``paused``, ``complete``, ``stopped`` or ``failed``.
    message : str
        One line for the reader: what is being prepared, why it ended, or what went wrong.
    step, epoch, fraction, seconds, images_per_second
        How far the run is; fraction of the whole from 0 to 1, seconds of training.
    curves : dict of term to ((seconds, value), ...)
        Terms of the training loss in nats per image, thinned to a few hundred points.
    held_out : dict of term to ((seconds, value), ...)
        The same terms on the validation images, after each epoch.
    snapshot : Snapshot or None
        The latest codes of a fixed subset of images.
    model : object or None
        An immutable copy of the model as it was then.
    next_step : object or None
        While the run rests: its next step taken apart.
    changes : tuple of (seconds, words)
        Settings that were changed on the way.
    warnings : tuple of Warned
        What the engine warns of, each once.
    """

    status: str = QUEUED
    message: str = ""
    step: int = 0
    epoch: int = 0
    fraction: float = 0.0
    seconds: float = 0.0
    images_per_second: float = 0.0
    curves: dict[str, Points] = dataclasses.field(default_factory=dict)
    held_out: dict[str, Points] = dataclasses.field(default_factory=dict)
    snapshot: Snapshot | None = None
    model: Any = None
    next_step: Any = None
    changes: tuple[tuple[float, str], ...] = ()
    warnings: tuple[Warned, ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in (COMPLETE, STOPPED, FAILED)


class _Curve:
    """A growing curve thinned as it grows: each point is the mean of as many values, twice as many when it is full."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self._stride = 1
        self._waiting: list[float] = []

    def add(self, seconds: float, value: float) -> None:
        self._waiting.append(value)
        if len(self._waiting) < self._stride:
            return
        self.points.append((seconds, sum(self._waiting) / len(self._waiting)))
        self._waiting = []
        if len(self.points) >= _MOST_POINTS:
            pairs = zip(self.points[::2], self.points[1::2], strict=True)
            self.points = [(later, (first + second) / 2) for (_, first), (later, second) in pairs]
            self._stride *= 2


class Notes:
    """What a run has said so far, kept by its thread alone."""

    def __init__(self) -> None:
        self._curves: dict[str, _Curve] = {}
        self._held_out: dict[str, _Curve] = {}
        self._latest: dict[str, Any] = {}
        self._changes: list[tuple[float, str]] = []
        self._warnings: dict[str, Warned] = {}

    def take(self, event: Any) -> None:
        """Remember one event."""
        if isinstance(event, Step):
            self._latest |= {
                "step": event.step,
                "epoch": event.epoch,
                "fraction": min(max(event.fraction, 0.0), 1.0),
                "seconds": event.seconds,
                "images_per_second": event.images_per_second,
            }
            _extend(self._curves, event)
        elif isinstance(event, Evaluated):
            _extend(self._held_out, event)
        elif isinstance(event, Snapshot):
            self._latest["snapshot"] = event
        elif isinstance(event, Changed):
            told = ", ".join(
                f"{SYMBOLS.get(name, name)} = {value:g}" for name, value in event.settings.items()
            )
            # A slider moved by keys tells every value it passes.
            if self._changes and event.seconds - self._changes[-1][0] < _SAME_CHANGE_SECONDS:
                self._changes.pop()
            self._changes.append((event.seconds, told))
        elif isinstance(event, Warned):
            self._warnings.setdefault(event.message, event)
        elif isinstance(event, Finished):
            self._latest |= {"step": event.step, "seconds": event.seconds}

    def picture(self, model: Any) -> None:
        """Remember an immutable copy of the model."""
        self._latest["model"] = model

    def fields(self) -> dict[str, Any]:
        """Return copies of all of it, as fields of :class:`Progress`."""
        return {
            **self._latest,
            "curves": {term: tuple(curve.points) for term, curve in self._curves.items()},
            "held_out": {term: tuple(curve.points) for term, curve in self._held_out.items()},
            "changes": tuple(self._changes),
            "warnings": tuple(self._warnings.values()),
        }


def _extend(curves: dict[str, _Curve], event: Step | Evaluated) -> None:
    terms = dict(event.terms)
    rate = terms.get("kl", terms.get("prior"))
    if rate is not None and "reconstruction" in terms:
        # The objective changes with beta; the bound does not, so that runs can be compared.
        terms.setdefault("elbo", -terms["reconstruction"] - rate)
    for term, value in terms.items():
        if math.isfinite(value):
            curves.setdefault(term, _Curve()).add(event.seconds, value)
