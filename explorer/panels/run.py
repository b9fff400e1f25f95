"""A training run as it goes: how far it is, both terms, the map forming, and keeping the result."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer import planes, progress, state, training_desk
from explorer.figures import curves, scatter, theme
from explorer.frame import guarded
from explorer.progress import Progress
from explorer.training_desk import TrainingJob

POLL_SECONDS = 0.5
TERMS = ("reconstruction", "kl")


def draw(job: TrainingJob, over: bool) -> None:
    """Draw a job, again and again unless it is over."""
    # A finished run is drawn once more without a timer, so that an idle page stays idle.
    st.fragment(_progress, run_every=None if over else POLL_SECONDS)(job, over)


@guarded
def _progress(job: TrainingJob, over: bool) -> None:
    now = job.progress
    if now.over and not over:
        st.rerun()
    _status(job, now)
    for warning in now.warnings:
        st.warning(warning, icon=":material/warning:")
    left, right = st.columns(2)
    with left:
        shown = {
            term: (now.curves.get(term, ()), now.held_out.get(term, ()))
            for term in TERMS
            if term in now.curves
        }
        if shown:
            st.plotly_chart(
                curves.training(shown),
                config=theme.HOVER_ONLY,
                key="curves",
                alt="Reconstruction and KL during training, in nats per image",
            )
    with right:
        _map(now)
    # Not before the whole page knows that the run is over: else Stop would stand beside Keep for a moment.
    if over and job.can_keep:
        _keep(job)


def _status(job: TrainingJob, now: Progress) -> None:
    if now.status == progress.FAILED:
        st.error(now.message, icon=":material/error:")
        return
    if now.status == progress.QUEUED:
        ahead = training_desk.desk().place(job)
        st.progress(0.0, text=f"{job.title}: in line, {ahead} before you. It starts by itself.")
        return
    if now.status == progress.PREPARING:
        st.progress(0.0, text=f"{job.title}: {now.message}")
        return
    left = now.seconds * (1 - now.fraction) / now.fraction if now.fraction > 0.02 else None
    parts = [job.title, f"epoch {now.epoch + 1}", f"{now.images_per_second:,.0f} images/s"]
    if now.status == progress.RUNNING and left is not None:
        parts.append(f"{left:.0f} s left")
    if now.over:
        parts.append(
            {progress.COMPLETE: f"done in {now.seconds:.0f} s", progress.STOPPED: "stopped"}[now.status]
        )
    st.progress(1.0 if now.status == progress.COMPLETE else now.fraction, text=" · ".join(parts))


def _map(now: Progress) -> None:
    snapshot = now.snapshot
    if snapshot is None:
        return
    mu = np.asarray(snapshot.mu, np.float32)
    if not np.isfinite(mu).all() or len(mu) < 2:
        return
    view = planes.view_of(mu, snapshot.labels, "axes" if mu.shape[1] <= 2 else "pca", (0, 1))
    st.plotly_chart(
        scatter.forming(view.points, snapshot.labels, view.titles),
        config=theme.STATIC,
        key="forming",
        alt="Codes of a fixed set of images as they move during training",
    )


def _keep(job: TrainingJob) -> None:
    with st.container(border=True):
        kept = state.get("train.kept")
        if kept is not None and kept[0] is job:
            told = f"Kept as **{kept[1]}**. It is now the model on the other pages."
            st.success(told, icon=":material/check_circle:")
            return
        if state.get("train.naming") is not job:
            state.put("train.naming", job)
            state.put("train.name", training_desk.free_name(job.title))
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
        state.put("train.kept", (job, name))
        state.put(state.NEXT_MODEL, name)
        st.rerun()
