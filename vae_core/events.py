"""What a training run tells whoever iterates it: terms in nats per image, times in seconds without the pauses."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Step:
    """One optimiser step was made.

    Attributes
    ----------
    step, epoch : int
        Steps made and epochs begun, from 1 and from 0.
    fraction : float
        Share of the run that is done, 0 to 1.
    seconds, learning_rate, images_per_second : float
    terms : dict of float
        The batch's loss terms: ``loss`` (as optimised), ``reconstruction`` and, where there is one, ``kl``.
    """

    step: int
    epoch: int
    fraction: float
    seconds: float
    learning_rate: float
    images_per_second: float
    terms: dict[str, float]


@dataclasses.dataclass(frozen=True)
class Evaluated:
    """The validation images were evaluated; `terms` also holds ``elbo`` where the model has a KL."""

    step: int
    epoch: int
    seconds: float
    terms: dict[str, float]


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """Posteriors of a fixed subset of validation images: `mu` [M, d], `logvar` [M, d] or None, `labels` [M] or None."""

    step: int
    seconds: float
    mu: FloatArray
    logvar: FloatArray | None
    labels: NDArray[np.int64] | None


@dataclasses.dataclass(frozen=True)
class Changed:
    """Settings were changed on the way: their names and new values, from the step after `step` on."""

    step: int
    seconds: float
    settings: dict[str, float]


@dataclasses.dataclass(frozen=True)
class Warned:
    """Something a person should know while the run goes on; `code` is ``collapse`` or ``precision``."""

    step: int
    code: str
    message: str


@dataclasses.dataclass(frozen=True)
class Finished:
    """The run is over; `reason` is ``complete`` or ``diverged``."""

    step: int
    reason: str
    seconds: float
    message: str


Event = Step | Evaluated | Snapshot | Changed | Warned | Finished
