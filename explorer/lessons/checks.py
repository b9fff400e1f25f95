"""Whether a task is done, computed from where the student's cursor is and what was drawn or chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer import places, state
from explorer.components import latent_pad
from explorer.lessons import axes, gradients, uses, views
from explorer.lessons.notebook import Numbers
from explorer.lessons.records import Task

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Models = Sequence["TrainedModel"]
Verdict = tuple[bool, str]
"""Whether it is done, and what is the case, in a line."""


def among(models: Models, label: int) -> Verdict:
    """Find the cursor among a class's points: most of its 15 nearest are of it."""
    trained = models[0]
    votes = places.votes(trained, _place(trained)[None])
    if votes is None:
        return False, "This model's points have no classes."
    found = int(votes[0][0])
    return found == label, f"The cursor is among the {trained.class_name(found)}s."


def far_from_points(models: Models, times: float) -> Verdict:
    """Find the cursor within the prior's bulk but `times` farther from the nearest point than points are on average."""
    trained = models[0]
    z, mu = _place(trained), trained.latent_map.mu
    usual = float(np.median(_nearest(mu[:500], mu)))
    ratio = float(_nearest(z[None], mu)[0]) / usual
    inside = bool(np.linalg.norm(z) <= 2.0) or not trained.has_prior
    told = f"The nearest image is {ratio:.1f} times as far from the cursor as images are from each other."
    return ratio >= times and inside, told if inside else told + " Stay within 2 of the centre."


def selected(models: Models) -> Verdict:
    """Find a point or more selected on the map."""
    count = latent_pad.shown(models[0]).selected
    return count > 0, f"{count} selected." if count else "Nothing is selected yet."


def drawn(models: Models, name: str, times: int) -> Verdict:
    """Find something drawn `times` times or more; the count is kept under `name`."""
    count = int(state.get(name) or 0)
    return count >= times, f"{count} of {times}."


def temperature_reached(models: Models, at_most: float) -> Verdict:
    """Find the temperature set to `at_most` or lower."""
    value = float(state.get(state.TEMPERATURE) or 0.0)
    return value <= at_most, f"It is {value:g}."


def mig_fallen(models: Models, to: float) -> Verdict:
    """Find the latent space turned so that its MIG is `to` times what it was, or less."""
    before, now = (axes.measured(models[0], int(angle)) for angle in (0, state.get(axes.ANGLE) or 0))
    return now.mig <= to * before.mig, f"MIG {now.mig:.3f}, {now.mig / before.mig:.2f} times what it was."


def pays(models: Models) -> Verdict:
    """Find noise set to where denoised images are nearer to the images than noisy ones."""
    before, after = uses.errors(models[0], float(state.get(uses.NOISE) or 0.0))
    return after < before, f"The error is {before:.4f} with noise, {after:.4f} denoised."


CHECKS: dict[str, Callable[..., Verdict]] = {
    check.__name__: check
    for check in (among, far_from_points, selected, drawn, temperature_reached, mig_fallen, pays)
}


def moment(models: Models, task: Task) -> Numbers:
    """Return the numbers that bring back what is on view now: the cursor's place, a seed, or a slider's value."""
    if task.check == "drawn":
        seed = {gradients.DRAWN: gradients.SEED, uses.FILLS: uses.SEED}.get(task.about["name"], views.SEED)
        return (float(state.get(seed) or 0),)
    sliders = {"temperature_reached": state.TEMPERATURE, "mig_fallen": axes.ANGLE, "pays": uses.NOISE}
    if task.check in sliders:
        return (float(state.get(sliders[task.check]) or 0),)
    return tuple(map(float, _place(models[0])))


def _place(trained: TrainedModel) -> np.ndarray:
    return np.asarray(latent_pad.shown(trained).z, np.float32)


def _nearest(z: np.ndarray, mu: np.ndarray) -> np.ndarray:
    """Return the distance [N] from each of z [N, d] to its nearest in mu [M, d] that is not the same."""
    between = ((z[:, None] - mu) ** 2).sum(axis=-1)
    between[between == 0] = np.inf
    nearest: np.ndarray = np.sqrt(between.min(axis=1))
    return nearest
