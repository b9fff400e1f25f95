"""What there is to measure of a trained model beyond its bounds, in groups that can be asked for one by one.

Each value comes with its unit, the split and count of images it is from, and its estimator; a measure that does not
apply (no prior, no encoder, no classes, no known factors) is left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from vae_core import metrics
from vae_core.classifier import Classifier
from vae_core.datasets import ImageDataset, Split, as_float
from vae_core.errors import InputError
from vae_core.evaluation import NATS, Metrics
from vae_core.trained import TrainedModel

POSTERIORS = 5000
"""Held-out posteriors whose mixture stands for the aggregate posterior, at most."""
DRAWS = 2000
"""Draws from the prior, or from the aggregate posterior, and images they are compared with, at most."""
AGREEING = 10_000
"""Draws of a conditional model, as many of each class, whose class is compared with the one asked for."""
NEIGHBOURS = 12
Entry = tuple[str, float, str, int, str]
"""Name, value, unit, count and estimator."""


@dataclasses.dataclass(frozen=True)
class Subject:
    """A model and the images that it is measured on.

    Attributes
    ----------
    model : TrainedModel
    reference, held_out : Split
        Images of the training split and of the measured one.
    mu, sigma : float32 [N, d]
        Posteriors of the held-out images; none, [0, d], where the model has no encoder.
    seed : int
    judge : Classifier or None
        Tells the classes of images; it has not seen the held-out ones.
    """

    model: TrainedModel
    reference: Split
    held_out: Split
    mu: NDArray[np.float32]
    sigma: NDArray[np.float32]
    seed: int
    judge: Classifier | None

    def rng(self) -> np.random.Generator:
        """Return a generator of draws, the same at each call, so that a group's values do not depend on others."""
        return np.random.default_rng(self.seed)

    def images(self, most: int) -> NDArray[np.float32]:
        """Return the first held-out images as float32."""
        return as_float(self.held_out.images[:most])


def measure(
    model: TrainedModel,
    dataset: ImageDataset,
    groups: Iterable[str] | None = None,
    split: str = "test",
    *,
    limit: int | None = None,
    seed: int = 0,
    judge: Classifier | None = None,
) -> Metrics:
    """Measure a model in some groups of `GROUPS`, or in all.

    Parameters
    ----------
    model : TrainedModel
    dataset : ImageDataset
        Images of the model's shape.
    groups : iterable of str, optional
    split : str
        ``train``, ``validation`` or ``test``.
    limit : int, optional
        Use the first images of the split only.
    seed : int
        Decides all draws.
    judge : Classifier, optional
        Without one, what needs a classifier is left out.

    Returns
    -------
    dict
        Name to ``{"value", "unit", "split", "count", "estimator"}``.

    Raises
    ------
    InputError
        If there is no such group, fewer than two images, or they do not fit the model.
    """
    wanted = list(GROUPS if groups is None else groups)
    for group in wanted:
        if group not in GROUPS:
            raise InputError("There is no such group of measures.", got=group, allowed=", ".join(GROUPS))
    held_out = _first(dataset.split(split), limit)
    if len(held_out) < 2:
        raise InputError("There is too little to measure.", got=len(held_out), allowed="at least two images")
    mu = sigma = np.zeros((0, model.latent_dim), np.float32)
    if model.has_encoder:
        mu, sigma = model.encode(held_out.images, held_out.labels)
    subject = Subject(model, dataset.train, held_out, mu, sigma, seed, judge)
    found: Metrics = {}
    for group in wanted:
        if group in OF_CODES and not model.has_encoder:
            continue
        for name, value, unit, count, how in GROUPS[group](subject):
            found[name] = {
                "value": float(value), "unit": unit, "split": split, "count": count, "estimator": how
            }  # fmt: skip
    return found


def _codes(subject: Subject) -> Iterator[Entry]:
    """Tell how far all codes together are from the prior, and what they carry."""
    count = min(POSTERIORS, len(subject.mu))
    if subject.model.has_prior:
        mu, sigma = subject.mu[:count], np.maximum(subject.sigma[:count], np.finfo(np.float32).tiny)
        terms = metrics.kl_terms(mu, 2 * np.log(sigma), subject.rng(), draws=min(DRAWS, count))
        how = f"q(z) the mixture of {count} posteriors, {min(DRAWS, count)} draws"
        most = f"{how}; at most log {count} = {np.log(count):.1f}"
        yield "mutual_information", terms.mutual_information, NATS, count, most
        yield "total_correlation", terms.total_correlation, NATS, count, how
        yield "dimension_wise_kl", terms.dimension_wise_kl, NATS, count, how
        few, rng = min(DRAWS, count), subject.rng()
        z = mu[:few] + sigma[:few] * rng.standard_normal(mu[:few].shape)
        gap = metrics.mmd_squared(z, rng.standard_normal(z.shape))
        yield "mmd_to_prior", gap, "squared", few, "unbiased, inverse multiquadrics at seven scales"
    known, labels = subject.reference.labels, subject.held_out.labels
    if known is not None and labels is not None:
        # Where codes are vectors of hundreds of numbers, all images would take minutes.
        some = slice(POSTERIORS if subject.model.is_discrete else len(known))
        codes = subject.model.encode(subject.reference.images[some], known[some])[0]
        share = metrics.linear_probe_accuracy(codes, known[some], subject.mu, labels)
        how = f"logistic regression on {len(codes):,} training mu"
        yield "linear_probe_accuracy", share, "share", len(labels), how


def _map(subject: Subject) -> Iterator[Entry]:
    """Tell whether neighbours on the map are neighbours among the images, and back."""
    count = min(DRAWS, len(subject.mu))
    if count < 2 * NEIGHBOURS + 1:
        return
    images, how = subject.images(count), f"{NEIGHBOURS} neighbours, pixels against mu"
    trust = metrics.trustworthiness(images, subject.mu[:count], NEIGHBOURS)
    yield "trustworthiness", trust, "0 to 1", count, how
    whole = metrics.neighbour_continuity(images, subject.mu[:count], NEIGHBOURS)
    yield "neighbour_continuity", whole, "0 to 1", count, how


def _images(subject: Subject) -> Iterator[Entry]:
    """Tell how close reconstructions are to their images."""
    count = min(POSTERIORS, len(subject.mu))
    labels = None if subject.held_out.labels is None else subject.held_out.labels[:count]
    images, rebuilt = subject.images(count), subject.model.decode(subject.mu[:count], labels)
    how = "decoded posterior mean against the image"
    yield "psnr", metrics.psnr(rebuilt, images), "dB", count, how
    yield "ssim", metrics.ssim(rebuilt, images), "-1 to 1", count, f"{how}, Gaussian window"
    sharp = metrics.gradient_energy_ratio(rebuilt, images)
    yield "sharpness", sharp, "of the data's", count, "gradient energy of decoded posterior means"


def _draws(subject: Subject) -> Iterator[Entry]:
    """Tell what becomes of places that no image was encoded to."""
    model, rng = subject.model, subject.rng()
    if model.has_encoder:
        yield _longest_step(subject)
    if not model.can_draw:
        return
    count = min(DRAWS, len(subject.held_out))
    # A conditional model is asked for the classes in turn.
    labels = np.arange(count) % max(model.classes, 1)
    images, drawn = subject.images(count), model.sample(count, rng, labels=labels)[1]
    sharp = metrics.gradient_energy_ratio(drawn, images)
    yield "draws_sharpness", sharp, "of the data's", count, "gradient energy of decoded draws from the prior"
    if subject.judge is None:
        return
    judge = subject.judge
    far = metrics.classifier_frechet_distance(judge.features(drawn), judge.features(images))
    how = f"{count} decoded draws from the prior, features of a classifier trained here; not FID"
    yield "classifier_frechet_distance", far, "squared", count, how
    whole = metrics.prior_completeness(drawn, images, judge.probabilities)
    how = "decoded draws that a classifier and the nearest image's distance accept"
    yield "prior_completeness", whole.accepted, "share", count, how
    if model.is_conditional:
        share = metrics.class_agreement(
            model.decode, judge.probabilities, model.classes, model.latent_dim, AGREEING, subject.rng()
        )
        how = "decoded draws that a classifier takes for the class asked for"
        yield "class_agreement", share, "share", AGREEING, how


def _longest_step(subject: Subject) -> Entry:
    model = subject.model
    decoders = [model.given(label) for label in range(model.classes)] or [model]
    ratios = [metrics.longest_step_ratio(one.decode, subject.mu, subject.rng()) for one in decoders]
    how = "longest over mean of 16 image steps between neighbouring codes, 500 segments"
    how += " in each class" if model.is_conditional else ""
    return "longest_step_ratio", sum(ratios) / len(ratios), "1 is even", len(subject.mu), how


def _factors(subject: Subject) -> Iterator[Entry]:
    """Tell whether each known factor has a dimension of its own."""
    known, factors = subject.reference.factors, subject.held_out.factors
    if known is None or factors is None:
        return
    rows = subject.rng().permutation(len(known))[:POSTERIORS]
    known = known[rows]
    # A factor that a data set keeps fixed is none of its factors.
    moves = (np.ptp(factors, axis=0) > 0) & (np.ptp(known, axis=0) > 0)
    if not moves.any():
        return
    count, mu = len(factors), subject.mu
    factors, known = factors[:, moves], known[:, moves]
    gap = metrics.mig(mu, factors)
    yield "mig", gap, "0 to 1", count, "mutual information gap, mu in 20 bins of equal width"
    labels = None if subject.reference.labels is None else subject.reference.labels[rows]
    codes = subject.model.encode(subject.reference.images[rows], labels)[0]
    scores = metrics.dci(codes, known, mu, factors, seed=subject.seed)
    for name, value in scores._asdict().items():
        yield f"dci_{name}", value, "0 to 1", count, f"random forests on {len(rows)} training codes"
    votes = metrics.factor_vae_score(mu, factors, subject.rng())
    how = f"majority vote on batches of 64 images; guessing scores {1 / factors.shape[1]:.2f}"
    yield "factor_vae_score", votes, "0 to 1", count, how


GROUPS: dict[str, Callable[[Subject], Iterator[Entry]]] = {
    "codes": _codes,
    "map": _map,
    "images": _images,
    "draws": _draws,
    "factors": _factors,
}
OF_CODES = GROUPS.keys() - {"draws"}
"""Groups that say something of codes: nothing where a model has no encoder."""


def _first(split: Split, limit: int | None) -> Split:
    keep = slice(None if limit is None else max(limit, 0))
    parts: Sequence[NDArray[np.generic] | None] = (split.images, split.labels, split.factors)
    return Split(*(None if part is None else part[keep] for part in parts))  # type: ignore[arg-type]
