"""Training curves: each term in a panel of its own, because their sum hides which of them is moving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from explorer.figures import theme

Curve = Sequence[tuple[float, float]]
"""(seconds of training, value) in order."""

TITLES = {
    "reconstruction": "Reconstruction −E[log p(x|z)]",
    "kl": "KL(q(z|x) ‖ p(z))",
    "prior": "Rate −log p(codes)",
    "perplexity": "Perplexity of a batch's codes",
    "loss": "Objective",
    "features": "Copies' error in the discriminator's features",
    "decoder": "Decoder's objective",
    "discriminator": "Discriminator's cross-entropy, log 2 = 0.69 if it guesses",
    "elbo": "ELBO, whatever β: −reconstruction − KL",
}
UNITS = {"perplexity": "codes"}
"""Units of terms that are no nats."""


class Line(NamedTuple):
    """A named curve; `marks` are single values instead of a line."""

    name: str
    colour: str
    points: Curve
    marks: bool = False


class Panel(NamedTuple):
    """Curves of one term."""

    title: str
    lines: tuple[Line, ...]


def training(curves: Mapping[str, tuple[Curve, Curve]], unit: str = "nats per image") -> list[Panel]:
    """Return one panel a term, each with the training curve as a line and the validation values as marks.

    Parameters
    ----------
    curves : dict of term to (training, validation)
    """
    return [
        Panel(
            f"{TITLES.get(term, term)}, {UNITS.get(term, unit)}",
            (
                Line("training", theme.PALETTE[0], train),
                Line("validation", theme.PALETTE[6], held_out, marks=True),
            ),
        )
        for term, (train, held_out) in curves.items()
    ]


def side_by_side(curves: Mapping[str, Mapping[str, Curve]], unit: str = "nats per image") -> list[Panel]:
    """Return one panel a term, each with a line for every model that has it, of one colour in all panels."""
    names = list(dict.fromkeys(name for lines in curves.values() for name in lines))
    return [
        Panel(
            f"{TITLES.get(term, term)}, {unit}",
            tuple(Line(name, theme.class_colour(names.index(name)), curve) for name, curve in lines.items()),
        )
        for term, lines in curves.items()
    ]
