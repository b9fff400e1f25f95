"""Colours and chart settings shared by every figure, so that a class looks the same on every page."""

from __future__ import annotations

from typing import Any

# Petroff (2021), "Accessible color sequences for data visualization", the ten-colour sequence: chosen by perceptual
# distance under three kinds of colour blindness, and legible on white and on near-black alike.
PALETTE = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
UNLABELLED = "#3f90da"
ACCENT = "#e8308a"
# For ticks and labels in pictures: it reads on white and on near-black.
QUIET = "#7d8a90"
HOVER_ONLY: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


def class_colour(index: int) -> str:
    """Return the colour of class `index`; the sequence repeats after ten."""
    return PALETTE[index % len(PALETTE)]
