"""Measure: a model's numbers, each with its unit, how it was made and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import applies, cache, conditional, measures, shelf, state, words
from explorer.figures import rate_distortion, theme
from explorer.frame import guarded, heading
from explorer.links import Link
from explorer.panels import lines

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    heading(
        "Measure",
        "Every number says what it is of, and how it was made.",
        words.MEASURE + words.about_class(trained),
    )
    state.publish(Link(trained.name, label=trained.given_class))
    # A conditional model is measured as a whole, each image with its own class.
    _numbers(conditional.whole(trained))
    _plane(trained)


@st.fragment
@guarded
def _numbers(trained: TrainedModel) -> None:
    found = measures.kept(trained)
    asked = f"measured.{trained.name}"
    if state.get(asked) and cache.originals_here(trained):
        found |= cache.measured(trained)
    elif cache.originals_here(trained):
        told = (
            "The first time for a data set, a classifier is trained to judge random draws: some ten seconds."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Measure the rest", type="primary", icon=":material/straighten:", key="measure",
                on_click=state.put, args=(asked, True),
            )  # fmt: skip
            st.caption(told)
    else:
        st.caption(
            "The images it was trained on are not on this machine: these are the numbers kept with it."
        )
    reason = applies.why_not("codes", trained)
    if reason is not None:
        st.info(reason, icon=":material/straighten:")
    elif not found:
        st.info("Nothing was measured of this model yet.", icon=":material/straighten:")
    seeds = measures.seeds_of(trained, shelf.mine().entries())
    st.markdown(_table(found, seeds))
    lines.draw(trained, ["loss", *(name for name in measures.WORDS if name in found)], "measure.line")


def _table(found: dict[str, Any], seeds: list[dict[str, Any]]) -> str:
    """Return all measures there are as one table, section after section; with their spread where others were kept."""
    lines = ["| | value | what it says | how it was made |", "|---|---:|---|---|"]
    for section, entries in measures.SECTIONS.items():
        rows = [_row(name, found[name], measures.spread(name, seeds)) for name in entries if name in found]
        lines += [f"| **{section}** | | | |", *rows] if rows else []
    return "\n".join(lines) if len(lines) > 2 else ""


def _row(name: str, entry: dict[str, Any], spread: str) -> str:
    title, meaning = measures.WORDS[name]
    images = [f"{entry['split']}, {entry['count']:,} images"] if "count" in entry else []
    how = "; ".join([entry["estimator"], *images, *([spread] if spread else [])]).replace("|", "\\|")
    unit = f"({entry['unit']})" if " to " in entry["unit"] else entry["unit"]
    value = f"**{measures.number(entry)}** {unit}".rstrip()
    return f"| {title} | {value} | {meaning} | {how} |"


def _plane(trained: TrainedModel) -> None:
    points = [
        (entry.name, _rate(entry.metrics), entry.metrics["reconstruction"]["value"])
        for entry in shelf.mine().entries()
        if entry.problem is None
        and entry.dataset == trained.config.data.name
        and "reconstruction" in entry.metrics
        and entry.metrics.keys() & {"kl", "rate"}
    ]
    if trained.name not in [name for name, _, _ in points]:
        return
    st.markdown(
        "**Rate and distortion** of the models of this data. Along a dotted line the ELBO is the same."
    )
    st.plotly_chart(
        rate_distortion.plane(points, trained.name),
        config=theme.HOVER_ONLY,
        key="rate-distortion",
        alt="Rate against distortion of all models of the same data, in nats per image",
    )


def _rate(metrics: dict[str, Any]) -> float:
    """Return the KL, or what discrete codes have in its place."""
    return float(metrics["kl" if "kl" in metrics else "rate"]["value"])
