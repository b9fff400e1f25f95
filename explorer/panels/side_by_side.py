"""A set of models in training side by side: choosing it, and its linked maps and curves as it goes."""

from __future__ import annotations

import time

import streamlit as st

from explorer import cache, progress, sets, state, training_desk
from explorer.components import latent_pad
from explorer.figures import curves, theme
from explorer.frame import guarded
from explorer.progress import Progress
from explorer.sets import SetJob, SetPlan
from vae_core.datasets import DATASETS

POLL_SECONDS, CURVES_SECONDS = 0.5, 2.0
TERMS = ("reconstruction", "kl")
EPOCHS = (1, 200)


def offer() -> None:
    """Draw what starts a set: an autoencoder, a VAE and a β-VAE with the same network, batches and seed."""
    here = [name for name in DATASETS if cache.available(name)]
    if not here:
        return
    with st.expander("Train such a set: AE, VAE and β-VAE on the same batches"):
        st.caption(
            "The three have the same network, seed and learning rates, and see the same images in the same order; "
            "each takes a step in turn. When they are done they are measured and shown here."
        )
        columns = st.columns([3, 2, 2, 2, 2], vertical_alignment="bottom")
        data = columns[0].selectbox(
            "Data",
            here,
            key="set.data",
            persist_state="session",
            format_func=lambda name: DATASETS[name].title,
        )
        images = len(cache.dataset(data, 0, None, None).train)
        beta = columns[1].number_input("β of the β-VAE", 0.0, 1000.0, 4.0, 0.5, key="set.beta")
        epochs = columns[2].number_input(
            "Epochs each", *EPOCHS, sets.usual_epochs(images), key=f"set.epochs.{data}"
        )
        seed = columns[3].number_input("Seed", 0, 2**31 - 1, 0, key="set.seed")
        plan = SetPlan(data, float(beta), float(epochs), int(seed))
        columns[4].button(
            "Train all three", type="primary", icon=":material/play_arrow:", key="set.start",
            on_click=_start, args=(plan,), width="stretch",
        )  # fmt: skip
        problem = state.get("set.error")
        if problem:
            st.error(problem, icon=":material/error:")


def _start(plan: SetPlan) -> None:
    state.put("set.error", training_desk.start_set(plan))


def draw(job: SetJob) -> None:
    """Draw a set in training, again and again until it is over."""
    st.fragment(_progress, run_every=POLL_SECONDS)(job)


@guarded
def _progress(job: SetJob) -> None:
    now = job.progress
    # Its end concerns the whole page, which then shows the models themselves.
    if now.over or training_desk.my_set() is not job:
        st.rerun()
    _status(job, now)
    st.button("Stop and measure", icon=":material/stop:", on_click=job.stop, key="set.stop")
    if now.model:
        with st.container(gap=None):
            for name, trained in now.model.items():
                latent_pad.bring_live(_key(job, name), now.step, trained)
        for column, (name, trained) in zip(st.columns(len(now.model)), now.model.items(), strict=True):
            with column:
                st.markdown(f"**{trained.title}**  \n{_told(now, name)}")
                latent_pad.draw_live(_key(job, name), trained, layout="small", linked=f"set-{id(job)}")
    _curves(_charted(job, now))


def _key(job: SetJob, name: str) -> str:
    return f"set-{id(job)}-{name}"


def _status(job: SetJob, now: Progress) -> None:
    if now.status == progress.QUEUED:
        ahead = training_desk.desk().place(job)
        st.progress(0.0, text=f"{job.title}: in line, {ahead} before you. It starts by itself.")
        return
    told = f"step {now.step:,} · epoch {now.epoch + 1} · {now.images_per_second:,.0f} images/s each"
    if now.fraction > 0.02:
        told += f" · {now.seconds * (1 - now.fraction) / now.fraction:.0f} s left"
    st.progress(now.fraction, text=f"{job.title}: {now.message or told}")


def _told(now: Progress, name: str) -> str:
    """Return the last training values of one model, in nats per image."""
    words = {"reconstruction": "reconstruction", "kl": "KL"}
    values = {term: now.curves.get(f"{term} of {name}") for term in TERMS}
    return " · ".join(f"{words[term]} {points[-1][1]:.1f}" for term, points in values.items() if points)


def _charted(job: SetJob, now: Progress) -> Progress:
    """Return the progress that the chart shows: for a while the one before, whose message is not sent again."""
    held: tuple[SetJob, float, Progress] | None = state.get("set.charted")
    if held is not None and held[0] is job and time.monotonic() - held[1] < CURVES_SECONDS:
        return held[2]
    state.put("set.charted", (job, time.monotonic(), now))
    return now


def _curves(now: Progress) -> None:
    found = {
        term: {
            name: now.curves[f"{term} of {name}"]
            for name in now.model or ()
            if f"{term} of {name}" in now.curves
        }
        for term in TERMS
    }
    if any(found.values()):
        st.plotly_chart(
            curves.side_by_side(found),
            config=theme.HOVER_ONLY,
            key="set-curves",
            alt="Reconstruction and KL of the models during training, in nats per image",
        )
