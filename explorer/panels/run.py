"""A training run as it goes: its controls, the live map, its curves, and keeping the result."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer import applies, state
from explorer.components import curves, latent_pad, live_picture, replay
from explorer.components.live import follow
from explorer.frame import guarded
from explorer.panels import lines, one_step
from explorer.panels.run_feed import RunFeed, name_of
from explorer.serving import live
from explorer.training import desk, progress
from explorer.training.desk import TrainingJob
from explorer.training.progress import Progress
from vae_core.models import BetaConfig

BETA = (0.0, 10.0)
PICTURED = "Shown are images, their copies, and draws from the prior that it learns along with them."


def draw(job: TrainingJob, over: bool, again: Callable[[int | None], None]) -> None:
    """Draw a job and follow it; `again` starts it anew with a later seed, or chooses anew."""
    # No timer: what changes all the time comes from the feed, which tells when there is something to draw anew.
    st.fragment(_progress)(job, over, again)


@guarded
def _progress(job: TrainingJob, over: bool, again: Callable[[int | None], None]) -> None:
    now = job.progress
    # A button here runs this part of the page again; what it began or ended concerns the whole of it.
    if now.over != over or state.get("train.choosing") or desk.mine() is not job:
        st.rerun()
    name, feed = name_of(job), live.feed_of(job, RunFeed)
    follow(name, feed, feed.stage(now))
    if now.status == progress.FAILED:
        st.error(now.message, icon=":material/error:")
    _controls(job, now, over, again)
    for warning in now.warnings:
        if warning.code == "precision":
            # The run is right all the same, only slower.
            st.caption(warning.message)
        else:
            st.warning(warning.message, icon=":material/warning:")
    # Not before the whole page knows that the run is over: else Stop would stand beside Keep for a moment.
    if over and job.can_keep:
        _keep(job)
    if now.model is not None and now.model.is_discrete:
        live_picture.draw_live(name)
        st.caption(f"{applies.why_not('plane', now.model)} {PICTURED}")
    elif now.model is not None:
        latent_pad.draw_live(name, now.model)
    if now.model is not None and now.model.given_class is not None:
        told = now.model.class_name(now.model.given_class)
        st.caption(f"Images are drawn as class {told} here; once it is kept, choose any class on the left.")
    if over and now.model is not None and now.model.replay is not None:
        st.markdown("**Look back**: drag the slider through the run.")
        replay.draw(now.model, f"replay-{id(job)}")
    if now.next_step is not None:
        one_step.draw(now.next_step)
    elif now.status == progress.PAUSED and now.model is not None:
        told = applies.why_not("step", now.model)
        if told is not None:
            st.caption(told)
    if now.curves:
        curves.draw_live(name, "curves")
        if now.model is not None:
            lines.draw(now.model, ["loss", "reconstruction", "kl", "elbo"], "train.line")


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
            name, problem = desk.keep(job, name)
        if problem is not None:
            st.error(problem, icon=":material/error:")
            return
        state.put(state.NEXT_MODEL, name)
        st.rerun()
