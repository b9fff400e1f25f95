"""Several models trained side by side: the same images in the same order, and a step each in turn.

What differs between them at any moment is the models, not the luck of the draw: all have one seed, one training recipe
and one end in epochs, so that their n-th steps see the same batch at the same learning rate. Where a setting of the
recipe is what is compared, it may differ if it is named, as long as batches stay the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping

from vae_core.errors import ConfigError
from vae_core.events import Evaluated, Event, Finished, Step, Warned
from vae_core.run_config import TrainingConfig
from vae_core.training import TrainingRun

BATCHES = ("epochs", "seconds", "batch_size", "late_batch_size")
"""What decides which images a step sees: never to differ."""


class SideBySide:
    """A set of runs in lockstep, which yields events as one run does.

    Parameters
    ----------
    runs : mapping of name to TrainingRun
        None of them begun, or all at the same step.
    differing : collection of str
        Training settings that may differ, such as ``learning_rate``.

    Raises
    ------
    ConfigError
        If they differ in data, seed, recipe or step, end by the clock, or batches were to differ.
    """

    def __init__(self, runs: Mapping[str, TrainingRun], differing: Collection[str] = ()) -> None:
        allowed = [field.name for field in dataclasses.fields(TrainingConfig) if field.name not in BATCHES]
        for name in differing:
            if name not in allowed:
                raise ConfigError(
                    "Runs side by side can't differ in this.", got=name, allowed=", ".join(allowed)
                )
        self.runs = dict(runs)
        first = next(iter(self.runs.values()), None)
        if first is None:
            raise ConfigError("There is nothing to train side by side.", allowed="at least one run")
        if first.config.training.seconds is not None:
            raise ConfigError(
                "Runs side by side can't end by the clock: the quicker one would take more steps.",
                got=f"seconds = {first.config.training.seconds:g}",
                allowed="an end in epochs only",
            )
        for name, run in self.runs.items():
            for what, same in _common(first, run, differing):
                if not same:
                    raise ConfigError(f"Runs side by side must have the same {what}.", got=name)

    @property
    def step(self) -> int:
        """Steps that the first run has made; the others are at most one behind."""
        return next(iter(self.runs.values())).step

    @property
    def fraction(self) -> float:
        """Share of all runs that is done, from 0 to 1."""
        return sum(run.fraction for run in self.runs.values()) / len(self.runs)

    @property
    def seconds(self) -> float:
        """Training time of all runs together."""
        return sum(run.seconds for run in self.runs.values())

    def events(self, snapshot_every: float | None = None) -> Iterator[Event]:
        """Train all, yielding an event after each round of steps; as :meth:`TrainingRun.events`.

        The terms of a `Step` or an `Evaluated` are named ``TERM of NAME``; the other numbers of a `Step` are the
        first run's, but for the seconds and the fraction, which are of all. A `Snapshot` is the first run's. A run
        that diverges ends alone; the `Finished` at the end names those that did.
        """
        going = {name: run.events() for name, run in self.runs.items()}
        diverged: list[str] = []
        next_snapshot = self.seconds
        while going:
            if snapshot_every is not None and self.seconds >= next_snapshot:
                next_snapshot = self.seconds + snapshot_every
                yield next(iter(self.runs.values())).snapshot()
            steps: dict[str, Step] = {}
            results: dict[str, Evaluated] = {}
            for name, events in list(going.items()):
                for event in events:
                    if isinstance(event, Warned):
                        yield Warned(event.step, event.code, f"{name}: {event.message}")
                    elif isinstance(event, Evaluated):
                        results[name] = event
                    elif isinstance(event, Finished) and event.reason == "diverged":
                        diverged.append(name)
                    elif isinstance(event, Step):
                        steps[name] = event
                        break
                else:
                    del going[name]
            if results:
                yield self._evaluated(results)
            if steps:
                yield self._stepped(steps)
        reason = "diverged" if len(diverged) == len(self.runs) else "complete"
        told = f" The loss of {', '.join(diverged)} stopped being a usable number." if diverged else ""
        yield Finished(self.step, reason, self.seconds, f"Trained {self.step} steps each.{told}")

    def _stepped(self, steps: dict[str, Step]) -> Step:
        one = next(iter(steps.values()))
        pace = 1 / sum(1 / max(step.images_per_second, 1e-9) for step in steps.values())
        return Step(one.step, one.epoch, self.fraction, self.seconds, one.learning_rate, pace, _named(steps))

    def _evaluated(self, results: dict[str, Evaluated]) -> Evaluated:
        one = next(iter(results.values()))
        return Evaluated(one.step, one.epoch, self.seconds, _named(results))


def _common(one: TrainingRun, other: TrainingRun, differing: Collection[str]) -> tuple[tuple[str, bool], ...]:
    """Return, for all that two runs must have in common, whether they do."""
    own = {name: getattr(one.config.training, name) for name in differing}
    return (
        ("data", one.dataset is other.dataset),
        ("seed", one.config.seed == other.config.seed),
        ("training settings", one.config.training == dataclasses.replace(other.config.training, **own)),
        ("step", one.step == other.step),
    )


def _named(events: Mapping[str, Step | Evaluated]) -> dict[str, float]:
    return {
        f"{term} of {name}": value for name, event in events.items() for term, value in event.terms.items()
    }
