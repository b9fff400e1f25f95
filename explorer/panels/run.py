"""A training run as it goes: its controls, the live map, both terms, and keeping the result."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import streamlit as st

from explorer import progress, state, training_desk
from explorer.components import latent_pad, replay
from explorer.figures import curves, theme
from explorer.frame import guarded
from explorer.panels import one_step
from explorer.progress import Progress
from explorer.training_desk import TrainingJob
from vae_core.metrics import active_units, kl_per_dimension
from vae_core.models import BetaConfig

POLL_SECONDS, CURVES_SECONDS = 0.5, 2.0
"""Charts change more seldom: in a browser beside the training they cost more than all the rest."""
TERMS = ("reconstruction", "kl", "loss", "elbo")
BETA = (0.0, 10.0)
MOST_DIMENSIONS = 10


def draw(job: TrainingJob, over: bool, again: Callable[[int | None], None]) -> None:
    """Draw a job, again and again unless it is over; `again` starts it anew with a later seed, or chooses anew."""
    # A finished run is drawn once more without a timer, so that an idle page stays idle.
    # One timer only: with several, a click that comes while another part is drawn can be lost.
    st.fragment(_progress, run_every=None if over else POLL_SECONDS)(job, over, again)


@guarded
def _progress(job: TrainingJob, over: bool, again: Callable[[int | None], None]) -> None:
    now = job.progress
    # A button here runs this part of the page again; what it began or ended concerns the whole of it.
    if now.over != over or state.get("train.choosing") or training_desk.mine() is not job:
        st.rerun()
    _status(job, now)
    _controls(job, now, over, again)
    for warning in now.warnings:
        st.warning(warning, icon=":material/warning:")
    # Not before the whole page knows that the run is over: else Stop would stand beside Keep for a moment.
    if over and job.can_keep:
        _keep(job)
    _dimensions(now)
    if now.model is not None:
        latent_pad.bring_live(_name(job), now.step, now.model)
        latent_pad.draw_live(_name(job), now.model)
    if over and now.model is not None and now.model.replay is not None:
        st.markdown("**Look back**: drag the slider through the run.")
        replay.draw(now.model, f"replay-{id(job)}")
    if now.next_step is not None:
        one_step.draw(now.next_step)
    _curves(_charted(job, now))


def _name(job: TrainingJob) -> str:
    return f"run-{id(job)}"


def _status(job: TrainingJob, now: Progress) -> None:
    if now.status == progress.FAILED:
        st.error(now.message, icon=":material/error:")
        return
    if now.status == progress.QUEUED:
        ahead = training_desk.desk().place(job)
        st.progress(now.fraction, text=f"{job.title}: in line, {ahead} before you. It starts by itself.")
        return
    if now.status == progress.PREPARING:
        st.progress(0.0, text=f"{job.title}: {now.message}")
        return
    left = now.seconds * (1 - now.fraction) / now.fraction if now.fraction > 0.02 else None
    parts = [
        job.title,
        f"step {now.step:,}",
        f"epoch {now.epoch + 1}",
        f"{now.images_per_second:,.0f} images/s",
    ]
    if now.status == progress.RUNNING and left is not None:
        parts.append(f"{left:.0f} s left")
    told = {
        progress.COMPLETE: f"done in {now.seconds:.0f} s",
        progress.STOPPED: "stopped",
        progress.PAUSED: "paused",
    }
    parts += [told[now.status]] if now.status in told else []
    st.progress(1.0 if now.status == progress.COMPLETE else now.fraction, text=" · ".join(parts))
    if now.message and not now.over:
        st.caption(now.message)


def _dimensions(now: Progress) -> None:
    """Tell what each latent dimension carries, most first."""
    shot = now.snapshot
    if shot is None or shot.logvar is None or not np.isfinite(shot.mu).all():
        return
    carried = kl_per_dimension(shot.mu, shot.logvar)
    order = np.argsort(-carried)
    told = " · ".join(f"z{k + 1} {carried[k]:.2f}" for k in order[:MOST_DIMENSIONS])
    more = "" if len(order) <= MOST_DIMENSIONS else f" · and {len(order) - MOST_DIMENSIONS} more"
    st.caption(
        f"KL by dimension, nats per image: {told}{more}. Active units: {active_units(shot.mu)} of {len(order)}."
    )


def _controls(job: TrainingJob, now: Progress, over: bool, again: Callable[[int | None], None]) -> None:
    with st.container(horizontal=True, gap="small"):
        if over:
            st.button("New run", icon=":material/add:", on_click=again, args=(None,), key="again")
            st.button(
                "Again, with the next seed", icon=":material/casino:", on_click=again, args=(1,), key="reseed"
            )
            return
        paused = now.status == progress.PAUSED
        if paused:
            st.button(
                "Resume", type="primary", icon=":material/play_arrow:", on_click=job.resume, key="resume"
            )
        else:
            busy = now.status != progress.RUNNING
            st.button("Pause", icon=":material/pause:", on_click=job.pause, disabled=busy, key="pause")
        st.button("One step", icon=":material/step:", on_click=job.step, disabled=not paused, key="step")
        st.button(
            "One epoch", icon=":material/step_over:", on_click=job.one_epoch, disabled=not paused, key="epoch"
        )
        st.button("Stop", icon=":material/stop:", on_click=job.stop, key="stop")
        if now.model is not None:
            with st.popover("Change β or rate", icon=":material/tune:"):
                _changes(job, now)


def _changes(job: TrainingJob, now: Progress) -> None:
    config = now.model.config
    # What it began with: the plan stays as it was when the run's own settings change.
    began = job.plan.training.learning_rate
    if isinstance(config.model, BetaConfig):
        st.slider(
            "β, from the next step on", *BETA, min(config.model.beta, BETA[1]), 0.1,
            key="live.beta", on_change=_adjust, args=(job, "beta", "live.beta"),
        )  # fmt: skip
    st.select_slider(
        "Peak learning rate, times the one it began with", (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0), 1.0,
        key="live.rate", on_change=_adjust, args=(job, "learning_rate", "live.rate", began),
    )  # fmt: skip


def _adjust(job: TrainingJob, name: str, key: str, unit: float = 1.0) -> None:
    value = unit * float(state.get(key))
    job.adjust(lambda run: run.adjust(**{name: value}))


def _charted(job: TrainingJob, now: Progress) -> Progress:
    """Return the progress that the charts show: for a while the one before, whose message is not sent again."""
    held: tuple[TrainingJob, float, Progress] | None = state.get("train.charted")
    fresh = held is not None and held[0] is job and time.monotonic() - held[1] < CURVES_SECONDS
    if held is not None and fresh and now.status == progress.RUNNING and now.changes == held[2].changes:
        return held[2]
    state.put("train.charted", (job, time.monotonic(), now))
    return now


def _curves(now: Progress) -> None:
    shown = {
        term: (now.curves.get(term, ()), now.held_out.get(term, ())) for term in TERMS if term in now.curves
    }
    if shown:
        st.plotly_chart(
            curves.training(shown, now.changes),
            config=theme.HOVER_ONLY,
            key="curves",
            alt="Reconstruction, KL, objective and ELBO during training, in nats per image",
        )


def _keep(job: TrainingJob) -> None:
    with st.container(border=True):
        if job.kept:
            told = f"Kept as **{job.name}**. It is now the model on the other pages."
            st.success(told, icon=":material/check_circle:")
            return
        if state.get("train.naming") is not job:
            state.put("train.naming", job)
            state.put("train.name", job.name)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input("Keep it under a name", key="train.name", max_chars=60)
            pressed = st.button("Keep", type="primary", icon=":material/save:", key="keep")
        if not pressed:
            return
        with st.spinner("Measuring it on the test images and writing it…"):
            name, problem = training_desk.keep(job, name)
        if problem is not None:
            st.error(problem, icon=":material/error:")
            return
        state.put(state.NEXT_MODEL, name)
        st.rerun()
