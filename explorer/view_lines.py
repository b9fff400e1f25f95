"""The formulas of what views draw and tell, beside those of measures, each with the code that computes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer import applies
from explorer.lines import Code, Line
from vae_core import latent, metrics
from vae_core.likelihoods import Bernoulli
from vae_core.posteriors import DiagonalGaussian

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

FIELD = "field."
"""What the names of the map's colours begin with, as in :mod:`explorer.applies`."""


def _entropy(trained: TrainedModel) -> Code:
    return type(trained.module.likelihood).entropy


VIEW_LINES: dict[str, Line] = {
    "posterior": Line(
        r"z = \mu + \sigma \odot \varepsilon,\quad \varepsilon \sim \mathcal N(0, I)", DiagonalGaussian.rsample,
        title="A draw from a posterior", unit="units of z",
    ),
    "nearest": Line(
        r"\min_n |z - \mu_n|",
        latent.nearest_codes, title="Nearest held-out codes", unit="units of z",
    ),
    "class_votes": Line(
        r"\operatorname{argmax}_c \#\big\{n \in \text{15 nearest to } z : y_n = c\big\}", metrics.knn_votes,
        title="Class on the way, and its share", unit="share of 15",
    ),
    "field.ratio": Line(
        r"\log \tfrac1N \textstyle\sum_n \mathcal N(z; \mu_n, \sigma_n^2) - \log \mathcal N(z; 0, I)",
        latent.log_density_ratio, title="Colour: aggregate posterior against prior", unit="nats",
    ),
    "field.error": Line(
        r"\tfrac{\sum_n K_n e_n}{\sum_n K_n},\quad K_n = e^{-|z - \mu_n|^2 / 2h^2},\quad "
        r"e_n = \tfrac{1}{CHW}|\hat x_n - x_n|^2",
        latent.regression_field, title="Colour: reconstruction error", unit="squared error per pixel",
    ),
    "field.entropy": Line(
        r"\mathrm H[p(x|z)] = \textstyle\sum_i \mathrm H[p(x_i|z)]", Bernoulli.entropy, _entropy,
        title="Colour: the decoder's entropy", unit="nats per image",
    ),
    "field.distance": Line(
        r"\min_n |z - \mu_n|",
        latent.distance_field, title="Colour: distance to the nearest code", unit="units of z",
    ),
    "field.change": Line(
        r"\log_{10} \sqrt{\det\big(A\,J^\top J\,A^\top\big)},\quad J = \partial f / \partial z",
        latent.magnification_field, title="Colour: magnification", unit="powers of ten",
    ),
    "field.regions": Line(
        r"\operatorname{argmax}_c \#\big\{n \in \text{15 nearest to } z : y_n = c\big\}", latent.class_field,
        title="Colour: regions of the classes", unit="share of 15",
    ),
    "lerp": Line(r"z(t) = (1 - t)\,a + t\,b", latent.lerp, title="Straight path", unit="units of z"),
    "slerp": Line(
        r"z(t) = r(t)\,\tfrac{\sin((1 - t)\,\omega)\,\hat a + \sin(t\,\omega)\,\hat b}{\sin\omega},\quad "
        r"r(t) = (1 - t)\,|a| + t\,|b|",
        latent.slerp, title="Arc", unit="units of z",
    ),
    "geodesic": Line(
        r"\operatorname{argmin}_z \tfrac12 \textstyle\int_0^1 \big|\tfrac{d}{dt} f(z(t))\big|^2 dt",
        latent.shortest_paths, title="Geodesic", unit="units of z",
    ),
    "length": Line(
        r"\textstyle\sum_i |f(z_{i+1}) - f(z_i)|",
        latent.length, title="Length of a path", unit="L2 distance of images",
    ),
    "energy": Line(
        r"\tfrac12 \textstyle\sum_i |f(z_{i+1}) - f(z_i)|^2 / \Delta t_i",
        latent.energy, title="Energy of a path", unit="squared L2 distance of images",
    ),
    "even": Line(
        r"|f(z_{i+1}) - f(z_i)| \text{ the same for all } i",
        latent.even, title="Constant speed", unit="L2 distance of images",
    ),
    "attribute_vector": Line(
        r"v = \tfrac1{|A|} \textstyle\sum_{n \in A} \mu_n - \tfrac1{|B|} \sum_{n \in B} \mu_n",
        latent.attribute_vector, title="Direction from group B to group A", unit="units of z",
    ),
    "orthogonalised": Line(
        r"v - \textstyle\sum_k (v \cdot u_k)\,u_k",
        latent.orthogonalised, title="Leave others unchanged", unit="units of z",
    ),
    "confidence": Line(
        r"\text{95\,\% of } \angle(v^*, v),\quad v^* \text{ of groups drawn with replacement}", latent.confidence,
        title="How sure the direction is", unit="degrees",
    ),
    "analogy": Line(r"c + b - a", latent.analogy, title="Analogy", unit="units of z"),
}  # fmt: skip

DIRECTIONS = ("attribute_vector", "orthogonalised", "confidence", "analogy")


def of_map(trained: TrainedModel) -> list[str]:
    """Return the names of the lines behind what the map shows of a model."""
    about_codes = ["nearest"] if trained.has_encoder else []
    about_posteriors = ["posterior"] if trained.has_encoder and trained.has_prior else []
    colours = [name for name in VIEW_LINES if name.startswith(FIELD)]
    return (
        about_posteriors + about_codes + [name for name in colours if applies.why_not(name, trained) is None]
    )


def of_paths(trained: TrainedModel) -> list[str]:
    """Return the names of the lines behind the paths between a model's codes, and what is told along them."""
    told = ["class_votes"] if trained.class_names is not None else []
    if applies.why_not("geodesic", trained) is not None:
        return ["lerp", "length", *told]
    return ["geodesic", "lerp", "slerp", "length", "energy", "even", *told, FIELD + "change"]
