"""What each measure is called and says, in one line; the same words on every page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from vae_core.listing import ModelEntry
    from vae_core.trained import TrainedModel


class Words(NamedTuple):
    """A measure's title, and what its value means."""

    title: str
    meaning: str


SECTIONS: dict[str, dict[str, Words]] = {
    "How well it explains images": {
        "elbo": Words("ELBO", "lower bound on log p(x) at β = 1: higher is better"),
        "iwae": Words("IWAE bound", "a tighter lower bound: higher is better"),
        "iwae_standard_error": Words("its standard error", "over images"),
        "reconstruction": Words("Reconstruction", "−log p(x\\|z), the distortion: lower is a closer copy"),
        "kl": Words("KL", "the rate: what the code tells about the image"),
        "rate": Words("Rate", "−log p(codes), which is the KL of discrete codes: what they cost to tell"),
        "effective_beta": Words("β in effect", "weight of the KL with both terms as sums: 1 is the bound itself"),
    },
    "What the code carries": {
        "perplexity": Words("Perplexity", "how many codes would do if all were used alike"),
        "codes_used": Words("Codes used", "by any image at all"),
        "active_units": Words("Active units", "dimensions that are used at all"),
        "mutual_information": Words("Mutual information", "what z tells about which image it came from"),
        "total_correlation": Words("Total correlation", "how far the dimensions depend on each other: 0 if not"),
        "dimension_wise_kl": Words(
            "Dimension-wise KL", "how far each dimension is from the prior; with the two above, the KL"
        ),
        "mmd_to_prior": Words(
            "MMD to the prior", "how far all codes together are from N(0, I): 0 if the prior is matched"
        ),
        "knn_accuracy": Words("15-NN accuracy", "share of images whose neighbours on the map have their class"),
        "linear_probe_accuracy": Words("Linear probe", "share of images whose class straight boundaries tell"),
    },
    "Whether the map can be read": {
        "trustworthiness": Words("Trustworthiness", "neighbours on the map are neighbours among images: 1 is best"),
        "neighbour_continuity": Words("Continuity", "neighbours among images are neighbours on the map: 1 is best"),
    },
    "How close and sharp copies are": {
        "mse": Words("Squared error", "of the decoded mean, a pixel: lower is a closer copy"),
        "psnr": Words("PSNR", "the same in decibels: higher is closer"),
        "ssim": Words("SSIM", "likeness of structure: 1 is the same image"),
        "sharpness": Words("Sharpness of copies", "gradient energy against the images': below 1 is blurred"),
    },
    "What lies between and beyond the codes": {
        "longest_step_ratio": Words("Longest step", "on the way to a neighbour, against the mean step: 1 is even"),
        "prior_completeness": Words(
            "Accepted draws", "share of draws from the prior that look like data; data itself gives about 0.9"
        ),
        "classifier_frechet_distance": Words(
            "Fréchet distance", "between draws and images, in a classifier trained here (not FID): lower is nearer"
        ),
        "class_agreement": Words("Class agreement", "share of draws that are of the class asked for: 1 is best"),
        "draws_sharpness": Words("Sharpness of draws", "gradient energy against the images': below 1 is blurred"),
    },
    "Whether dimensions are factors": {
        "mig": Words("MIG", "each factor has one dimension that tells it: 1 is best"),
        "dci_disentanglement": Words("DCI disentanglement", "each dimension tells one factor: 1 is best"),
        "dci_completeness": Words("DCI completeness", "each factor is told by one dimension: 1 is best"),
        "dci_informativeness": Words("DCI informativeness", "how well the factors can be told: 1 is best"),
        "factor_vae_score": Words("FactorVAE score", "the steadiest dimension tells which factor is fixed: 1 is best"),
    },
}  # fmt: skip
FROM_SETTINGS = "from the settings: how each term is reduced, and β"
MOST_DIGITS = 1e7
"""From here on only the order of magnitude means something."""
WORDS: dict[str, Words] = {name: words for section in SECTIONS.values() for name, words in section.items()}


def number(entry: dict[str, Any] | None) -> str:
    """Return a measure's value with the digits that mean something; a dash where there is none.

    >>> number({"value": -131.24}), number({"value": 0.90123}), number({"value": 2.0}), number(None)
    ('−131.2', '0.901', '2', '–')
    >>> number({"value": -3.4e20})
    '−3e20'
    """
    if entry is None:
        return "–"
    value = float(entry["value"])
    if abs(value) >= MOST_DIGITS:
        return f"{value:.0e}".replace("-", "−").replace("e+", "e")
    digits = 1 if abs(value) >= 10 else 3
    return f"{value:.{digits}f}".removesuffix(".000").replace("-", "−")


def kept(trained: TrainedModel) -> dict[str, dict[str, Any]]:
    """Return what was measured of a model when it was kept, and what its settings tell."""
    told = {} if trained.beta is None else {"effective_beta": {"value": trained.beta, "unit": ""}}
    return trained.metrics | {name: entry | {"estimator": FROM_SETTINGS} for name, entry in told.items()}


def seeds_of(trained: TrainedModel, entries: Iterable[ModelEntry]) -> list[dict[str, Any]]:
    """Return the kept measures of the models that differ from this one in nothing but the seed, its own among them."""
    settings = dataclasses.replace(trained.config, seed=0)
    return [
        entry.metrics
        for entry in entries
        if entry.config is not None
        and dataclasses.replace(entry.config, seed=0) == settings
        and entry.metrics
    ]


def spread(name: str, seeds: list[dict[str, Any]]) -> str:
    """Return the lowest and the highest value of a measure over seeds and how many there are; empty for one.

    >>> spread("kl", [{"kl": {"value": 6.25}}, {"kl": {"value": 6.5}}, {}])
    '6.250 to 6.500, 2 seeds'
    """
    found = sorted((metrics[name] for metrics in seeds if name in metrics), key=lambda entry: entry["value"])
    return f"{number(found[0])} to {number(found[-1])}, {len(found)} seeds" if len(found) > 1 else ""
