"""Replay: how a model came to be, from before its first step to its last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import applies, state, words
from explorer.components import curves as curves_in_page
from explorer.components import replay
from explorer.figures import curves
from explorer.frame import heading
from explorer.links import Link
from explorer.panels import lines

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

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


def show(trained: TrainedModel) -> None:
    """Draw the page for one model."""
    heading(
        "Replay",
        "Drag the slider, or press Play: the model's training passes by.",
        words.REPLAY + words.about_class(trained),
    )
    state.publish(Link(trained.name, label=trained.given_class))
    if trained.replay is None or not trained.replay.moments:
        st.info("No moments of this model's training were kept.", icon=":material/history_toggle_off:")
    else:
        told = applies.why_not("points", trained)
        if told is not None:
            st.caption(told)
        replay.draw(trained, f"replay.{trained.name}")
    shown = _curves(trained.history)
    if shown:
        st.markdown("**All of its training**, in nats per image")
        curves_in_page.draw(curves.training(shown), "replay-curves")
        lines.draw(trained, ["rate" if term == "prior" else term for term in shown], "replay.line")


def _curves(history: list[dict[str, Any]]) -> dict[str, tuple[curves.Curve, curves.Curve]]:
    """Return each term's logged batches and validation results against seconds of training."""
    kinds = ("train", "validation")
    records = {kind: [_with_elbo(one) for one in history if one.get("kind") == kind] for kind in kinds}
    found = {
        term: tuple([(one["seconds"], one[term]) for one in records[kind] if term in one] for kind in kinds)
        for term in TERMS
    }
    return {term: (train, held_out) for term, (train, held_out) in found.items() if train}


def _with_elbo(record: dict[str, Any]) -> dict[str, Any]:
    rate = record.get("kl", record.get("prior"))
    if rate is None or "reconstruction" not in record:
        return record
    return {"elbo": -record["reconstruction"] - rate, **record}
