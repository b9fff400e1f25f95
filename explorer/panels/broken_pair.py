"""The right and the broken model side by side once both are trained, and the code or setting that differs."""

from __future__ import annotations

import streamlit as st

from explorer import shelf
from explorer.cache import model as opened
from explorer.components import curves as curves_in_page
from explorer.components import latent_pad
from explorer.figures import curves
from explorer.lessons import views
from explorer.lines import source
from explorer.panels import lines
from explorer.panels.side_by_side import curves_of
from explorer.training.break_plan import BROKEN_NAME, RIGHT_NAME, Breakage
from explorer.training.progress import FAILED
from explorer.training.sets import SetJob

HERE = "  # ← here"
NAMES = (RIGHT_NAME, BROKEN_NAME)


def draw(job: SetJob, breakage: Breakage) -> None:
    """Draw both trained models: what to see, their maps, curves, copies and numbers."""
    if job.progress.status == FAILED:
        st.error(job.progress.message, icon=":material/error:")
        return
    found = {entry.name: entry for entry in shelf.mine().entries() if entry.problem is None}
    models = [opened(found[place.name]) for place in job.places if place.name in found]
    if len(models) < len(NAMES):
        st.caption("The models are no longer among your runs: train both again.")
        return
    with st.container(gap=None):
        for trained in models:
            latent_pad.bring(trained, f"lab-{trained.name}")
    if breakage.seen is not None and all("elbo" in trained.metrics for trained in models):
        st.markdown(f":material/visibility: {breakage.seen(*models)}")
    views.pads(models, NAMES)
    courses = curves_of(job.progress)
    if courses:
        curves_in_page.draw(curves.side_by_side(courses), "lab-curves")
    views.copies(models, NAMES)
    lines.draw(models[0], ["elbo", "reconstruction", "kl", "effective_beta"], "lab.line")


def code(breakage: Breakage) -> None:
    """Draw what differs: settings, or the broken and the right code, the line marked that it comes down to."""
    if breakage.settings:
        st.markdown("**The setting that differs**")
        for name, (right, broken) in breakage.settings.items():
            st.markdown(f"`{name}`: {_value(right)} in the right model, {_value(broken)} in the broken one")
    else:
        st.markdown("**The line that differs**")
    wrong = source(breakage.wrong)
    marked = [line + HERE if breakage.marked in line else line for line in wrong.code.splitlines()]
    st.caption(f"Read at: {wrong.place}" if breakage.right == breakage.wrong else f"Broken: {wrong.place}")
    st.code("\n".join(marked), language="python")
    if breakage.wrong != breakage.right:
        right = source(breakage.right)
        st.caption(f"Right: {right.place}")
        st.code(right.code, language="python")


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
