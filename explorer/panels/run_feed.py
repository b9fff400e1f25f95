"""What a page that watches a run is told of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.components import curves as curves_in_page
from explorer.components import latent_pad, live_picture
from explorer.figures import curves
from explorer.serving import live
from explorer.training import progress
from explorer.training.desk import TrainingJob
from explorer.training.progress import Progress
from vae_core.metrics import active_units, kl_per_dimension

TERMS = (
    "reconstruction",
    "features",
    "kl",
    "prior",
    "perplexity",
    "loss",
    "decoder",
    "discriminator",
    "elbo",
)
MOST_DIMENSIONS = 10
ENDS = {progress.COMPLETE: "done in {:.0f} s", progress.STOPPED: "stopped", progress.PAUSED: "paused"}


def name_of(job: TrainingJob) -> str:
    """Return under which name the run's model and curves are in the page."""
    return f"run-{id(job)}"


class RunFeed(live.Feed[TrainingJob]):
    """A run's status, its model and its curves."""

    def stage(self, now: Progress) -> str:
        """Return what the controls, the warnings and the next step depend on."""
        if now.model is None and not now.over:
            return "beginning"
        step = now.step if now.next_step is not None else ""
        return f"{now.status} {step} {bool(now.curves)} {len(now.warnings)}"

    def told(self, job: TrainingJob, now: Progress) -> dict[str, Any]:
        """Return the status in a line, and what each latent dimension carries."""
        is_done = now.status == progress.COMPLETE
        message = "" if now.over or now.status == progress.PREPARING else now.message
        notes = [note for note in (message, _dimensions(now)) if note]
        return {
            "status": {"words": _line(job, now), "fraction": 1.0 if is_done else now.fraction, "notes": notes}
        }

    def drawn(self, job: TrainingJob, now: Progress) -> live.Drawn:
        """Return the model and the curves."""
        name = name_of(job)
        panels = curves.training(
            {term: (now.curves[term], now.held_out.get(term, ())) for term in TERMS if term in now.curves}
        )
        told, points = curves_in_page.packed(panels, now.changes)
        if now.model.is_discrete:
            return {"curves": told | {"picture": live_picture.picture(now.model)}}, points
        about, arrays = latent_pad.picture(name, now.model)
        return {"models": {name: about}, "curves": told}, arrays | points


def _line(job: TrainingJob, now: Progress) -> str:
    if now.status == progress.QUEUED:
        ahead = 0 if job.desk is None else job.desk.place(job)
        return f"{job.title}: in line, {ahead} before you. It starts by itself."
    if now.status == progress.PREPARING:
        return f"{job.title}: {now.message}"
    parts = [
        job.title,
        f"step {now.step:,}",
        f"epoch {now.epoch + 1}",
        f"{now.images_per_second:,.0f} images/s",
    ]
    if now.status == progress.RUNNING and now.fraction > 0.02:
        parts.append(f"{now.seconds * (1 - now.fraction) / now.fraction:.0f} s left")
    if now.status in ENDS:
        parts.append(ENDS[now.status].format(now.seconds))
    return " · ".join(parts)


def _dimensions(now: Progress) -> str:
    """Tell what each latent dimension carries, most first."""
    shot = now.snapshot
    if shot is None or shot.logvar is None or not np.isfinite(shot.mu).all():
        return ""
    carried = kl_per_dimension(shot.mu, shot.logvar)
    order = np.argsort(-carried)
    told = " · ".join(f"z{k + 1} {carried[k]:.2f}" for k in order[:MOST_DIMENSIONS])
    more = "" if len(order) <= MOST_DIMENSIONS else f" · and {len(order) - MOST_DIMENSIONS} more"
    return f"KL by dimension, nats per image: {told}{more}. Active units: {active_units(shot.mu)} of {len(order)}."
