"""A set of models in training side by side: choosing it, and its linked maps and curves as it goes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer import cache, state
from explorer.components import curves as curves_in_page
from explorer.components import latent_pad
from explorer.components.live import follow
from explorer.figures import curves
from explorer.frame import guarded
from explorer.own_images import own_sets
from explorer.serving import live
from explorer.training import desk, progress, sets
from explorer.training.progress import Progress
from explorer.training.sets import SetJob, SetPlan
from vae_core.config import DataConfig
from vae_core.datasets import title_of

TERMS = ("reconstruction", "kl")
EPOCHS = (1, 200)


def offer() -> None:
    """Draw what starts a set: an autoencoder, a VAE and a β-VAE with the same network, batches and seed."""
    here = [name for name in own_sets.choices() if cache.available(name)]
    if not here:
        return
    with st.expander("Train such a set: AE, VAE and β-VAE on the same batches"):
        st.caption(
            "The three have the same network, seed and learning rates, and see the same images in the same order; "
            "each takes a step in turn. When they are done they are measured and shown here."
        )
        columns = st.columns([3, 2, 2, 2, 2], vertical_alignment="bottom")
        state.choose("set.data", here, here[0])
        data = columns[0].selectbox(
            "Data",
            here,
            key="set.data",
            persist_state="session",
            format_func=title_of,
        )
        images = len(cache.dataset(DataConfig(data)).train)
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
    state.put("set.error", desk.start_set(plan))


def draw(job: SetJob) -> None:
    """Draw a set in training and follow it."""
    st.fragment(_progress)(job)


@guarded
def _progress(job: SetJob) -> None:
    now = job.progress
    # Its end concerns the whole page, which then shows the models themselves.
    if now.over or desk.my_set() is not job:
        st.rerun()
    feed = live.feed_of(job, SetFeed)
    follow(_name(job), feed, feed.stage(now))
    st.button("Stop and measure", icon=":material/stop:", on_click=job.stop, key="set.stop")
    if now.model:
        for column, (name, trained) in zip(st.columns(len(now.model)), now.model.items(), strict=True):
            with column:
                st.markdown(f"**{trained.title}**  \n{name}")
                latent_pad.draw_live(_key(job, name), trained, layout="small", linked=_name(job))
    if now.curves:
        curves_in_page.draw_live(_name(job), "set-curves")


def _name(job: SetJob) -> str:
    return f"set-{id(job)}"


def _key(job: SetJob, name: str) -> str:
    return f"{_name(job)}-{name}"


class SetFeed(live.Feed[SetJob]):
    """The status of a set, its models and their curves."""

    def stage(self, now: Progress) -> str:
        """Return whether there are maps and curves, and whether it is over."""
        return f"{now.over} {bool(now.model)} {bool(now.curves)}"

    def told(self, job: SetJob, now: Progress) -> dict[str, Any]:
        """Return the status in a line, and the last values of each model."""
        notes = [_told(now, name) for name in now.model or ()]
        return {"status": {"words": _line(job, now), "fraction": now.fraction, "notes": notes}}

    def drawn(self, job: SetJob, now: Progress) -> live.Drawn:
        """Return the models and their curves."""
        models: dict[str, Any] = {}
        told, arrays = curves_in_page.packed(curves.side_by_side(curves_of(now)))
        for name, trained in now.model.items():
            about, more = latent_pad.picture(_key(job, name), trained)
            models[_key(job, name)] = about
            arrays |= more
        return {"models": models, "curves": told}, arrays


def _line(job: SetJob, now: Progress) -> str:
    if now.status == progress.QUEUED:
        ahead = 0 if job.desk is None else job.desk.place(job)
        return f"{job.title}: in line, {ahead} before you. It starts by itself."
    told = f"step {now.step:,} · epoch {now.epoch + 1} · {now.images_per_second:,.0f} images/s each"
    if now.fraction > 0.02:
        told += f" · {now.seconds * (1 - now.fraction) / now.fraction:.0f} s left"
    return f"{job.title}: {now.message or told}"


def _told(now: Progress, name: str) -> str:
    """Return the last training values of one model, in nats per image."""
    words = {"reconstruction": "reconstruction", "kl": "KL"}
    values = {term: now.curves.get(f"{term} of {name}") for term in TERMS}
    last = [f"{words[term]} {points[-1][1]:.1f}" for term, points in values.items() if points]
    return f"{name}: {' · '.join(last)}"


def curves_of(now: Progress) -> dict[str, dict[str, curves.Curve]]:
    """Return each term's curve of every model that has it."""
    return {
        term: {
            name: now.curves[f"{term} of {name}"]
            for name in now.model or ()
            if f"{term} of {name}" in now.curves
        }
        for term in TERMS
    }
