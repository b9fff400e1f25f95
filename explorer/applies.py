"""Why a view does not apply to a model, in one plain sentence: all such reasons are here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel


class Reason(NamedTuple):
    """What a view lacks: `holds` tells whether a model lacks it, `words` say so, ``{a_model}`` standing for it."""

    holds: Callable[[TrainedModel], bool]
    words: str


def _has_no_encoder(trained: TrainedModel) -> bool:
    return not trained.has_encoder


def _has_codes(trained: TrainedModel) -> bool:
    return trained.is_discrete


def _has_a_line(trained: TrainedModel) -> bool:
    return trained.latent_dim < 2


def _has_no_prior(trained: TrainedModel) -> bool:
    return not trained.has_prior


def _has_no_likelihood(trained: TrainedModel) -> bool:
    return not trained.has_likelihood


def _has_one_scale(trained: TrainedModel) -> bool:
    return trained.likelihood.startswith("gaussian")


def _has_no_classes(trained: TrainedModel) -> bool:
    return trained.latent_map.labels is None


ON_A_PLANE = Reason(_has_a_line, "This model has one latent dimension, so there is no plane to colour.")
NO_CODES = Reason(
    _has_no_encoder, "{a_model} has no encoder: no image has a code that could be near a place."
)


REASONS: dict[str, tuple[Reason, ...]] = {
    "plane": (
        Reason(
            _has_codes,
            "{a_model} makes a map of codes of each image, so there is no plane to drag on.",
        ),
    ),
    "points": (
        Reason(
            _has_no_encoder,
            "{a_model} has no encoder: there are no points, only what each place decodes to.",
        ),
    ),
    "images": (
        Reason(
            _has_no_encoder,
            "{a_model} has no encoder, so the path runs between two draws from the prior, not two images.",
        ),
    ),
    "own images": (
        Reason(
            _has_no_encoder,
            "{a_model} has no encoder: no image, drawn or uploaded, has a place in its latent space.",
        ),
    ),
    "geodesic": (
        Reason(
            _has_codes,
            "{a_model} has codes out of a book, between which there is no shortest path.",
        ),
        Reason(
            _has_a_line,
            "{a_model} of one dimension has one path only: straight along it.",
        ),
    ),
    "codes": (
        Reason(
            _has_no_encoder,
            "{a_model} has no encoder and no likelihood: it has no bound, no copies and no codes to measure, "
            "only draws.",
        ),
    ),
    "holes": (
        Reason(
            _has_no_encoder,
            "{a_model} has no reconstructions to hold its draws against, so none are counted as off the data.",
        ),
    ),
    "step": (
        Reason(
            _has_no_encoder,
            "{a_model} has no encoder: a step starts from draws of z, and no image has a μ to take apart.",
        ),
    ),
    "directions": (
        Reason(
            _has_codes,
            "{a_model} makes a map of codes of each image: entries in a list, between which there is no direction.",
        ),
        Reason(
            _has_no_encoder,
            "{a_model} has no encoder: no image has a code, so no group of images has a mean to go to.",
        ),
    ),
    "field.ratio": (
        ON_A_PLANE,
        NO_CODES,
        Reason(_has_no_prior, "{a_model} has no prior to hold its codes against."),
    ),
    "field.error": (ON_A_PLANE, NO_CODES),
    "field.entropy": (
        ON_A_PLANE,
        Reason(_has_no_likelihood, "{a_model} has no likelihood p(x|z) that could be unsure of a pixel."),
        Reason(_has_one_scale, "One Gaussian scale for all pixels: the decoder is as unsure at every place."),
    ),
    "field.distance": (ON_A_PLANE, NO_CODES),
    "field.change": (ON_A_PLANE,),
    "field.regions": (
        ON_A_PLANE,
        NO_CODES,
        Reason(_has_no_classes, "These images have no classes to colour the map by."),
    ),
}
"""What each view lacks, by its name; a view that is not here always applies."""


def why_not(view: str, trained: TrainedModel) -> str | None:
    """Return why a view of `REASONS` does not apply to a model; None where it does."""
    for reason in REASONS[view]:
        if reason.holds(trained):
            return reason.words.format(a_model=_with_article(trained.title))
    return None


def _with_article(title: str) -> str:
    """Return a family's title with its article.

    >>> _with_article("GAN"), _with_article("Autoencoder")
    ('A GAN', 'An autoencoder')
    """
    name = title if title[:2].isupper() else title[0].lower() + title[1:]
    return f"{'An' if name[0] in 'aeio' else 'A'} {name}"
