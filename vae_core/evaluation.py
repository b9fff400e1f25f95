"""Numbers of a trained model on a split of its data set, each with its unit, count and estimator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_core.bounds import elbo, importance_weighted_bound
from vae_core.datasets import ImageDataset, as_float
from vae_core.errors import InputError
from vae_core.metrics import active_units, kl_per_dimension, knn_accuracy
from vae_core.models import VAEGAN, VQVAE, GaussianVAE
from vae_core.trained import TrainedModel

Metrics = dict[str, dict[str, Any]]
Labels = NDArray[np.int64] | None
NATS = "nats per image"
NEIGHBOURS = 15
WIDE_REFERENCE = 10_000
"""Training images whose codes are neighbours where codes are vectors of hundreds of numbers, at most."""
PART = 1000
"""Images turned to float32 at a time, so that memory does not grow with the split."""


def evaluate(
    model: TrainedModel,
    dataset: ImageDataset,
    split: str = "test",
    *,
    importance_samples: int = 0,
    limit: int | None = None,
    seed: int = 0,
) -> Metrics:
    """Measure a model.

    Parameters
    ----------
    model : TrainedModel
    dataset : ImageDataset
        Images of the model's shape.
    split : str
        ``train``, ``validation`` or ``test``.
    importance_samples : int
        K of the importance-weighted bound, 0 to leave it out.
    limit : int, optional
        Use the first images of the split only.
    seed : int
        Decides the draws of z.

    Returns
    -------
    dict
        Name to ``{"value", "unit", "split", "count", "estimator"}``. A plain autoencoder has no bound and no KL, a
        VAE-GAN no bound; discrete codes have a ``rate`` in place of the ``kl``. A conditional model is told each
        image's class, and its bounds are on log p(x|y). Nothing here applies to a model without an encoder: only its
        draws can be measured, by :func:`vae_core.measures.measure`.

    Raises
    ------
    InputError
        If the images do not fit the model or there are none, or have no classes and the model needs them.
    ConfigError
        If K is out of bounds.
    """
    chosen = dataset.split(split)
    images = chosen.images[: None if limit is None else max(limit, 0)]
    if len(images) == 0:
        raise InputError("There is nothing to measure.", got=f"limit {limit}", allowed="at least one image")
    labels = None if chosen.labels is None else chosen.labels[: len(images)]
    if not model.has_encoder:
        return {}
    mu, sigma = model.encode(images, labels)
    generator = torch.Generator().manual_seed(seed)
    found: dict[str, tuple[Any, str, str]] = {
        "mse": (
            _squared_error(model, images, mu, labels),
            "per pixel",
            "decoded posterior mean against the image",
        )
    }
    if isinstance(model.module, GaussianVAE):
        found |= _evidence(model, images, labels, generator)
        found["active_units"] = (active_units(mu), "dimensions", "variance of mu over images above 0.01")
        if importance_samples:
            found |= _importance_weighted(model, images, labels, generator, importance_samples)
    elif isinstance(model.module, VQVAE):
        found |= _coded(model.module, images)
    elif isinstance(model.module, VAEGAN):
        found["kl"] = (_mean_kl(mu, sigma), NATS, "closed form, mean over images")
        found["active_units"] = (active_units(mu), "dimensions", "variance of mu over images above 0.01")
    else:
        found["reconstruction"] = (_point_reconstruction(model, images), NATS, "-log p(x|z) at the code")
    if labels is not None and dataset.train.labels is not None:
        known = slice(WIDE_REFERENCE if model.is_discrete else None)
        reference = model.encode(dataset.train.images[known], dataset.train.labels[known])[0]
        share = knn_accuracy(reference, dataset.train.labels[known], mu, labels, k=NEIGHBOURS)
        few = f"{len(reference)} " if model.is_discrete else ""
        how = f"{NEIGHBOURS} nearest mu of {few}training images, majority vote"
        found["knn_accuracy"] = (share, "share", how)
    return {
        name: {"value": value, "unit": unit, "split": split, "count": len(images), "estimator": how}
        for name, (value, unit, how) in found.items()
    }


def _evidence(
    model: TrainedModel, images: NDArray[np.uint8], labels: Labels, generator: torch.Generator
) -> dict[str, tuple[Any, str, str]]:
    module = cast(GaussianVAE, model.module)
    terms = [torch.stack(elbo(module, x, generator, labels=y)) for x, y in _parts(images, labels)]
    reconstruction, kl = torch.cat(terms, dim=1).double().mean(1).tolist()
    drawn, given = (
        "one draw of z an image",
        ", of log p(x|y), the class given" if model.is_conditional else "",
    )
    likelihood = "-log p(x|z,y)" if model.is_conditional else "-log p(x|z)"
    return {
        "elbo": (-(reconstruction + kl), NATS, f"{drawn}, beta = 1{given}"),
        "reconstruction": (reconstruction, NATS, f"{likelihood}, {drawn}"),
        "kl": (kl, NATS, "closed form, mean over images"),
    }


@torch.inference_mode()
def _coded(module: VQVAE, images: NDArray[np.uint8]) -> dict[str, tuple[Any, str, str]]:
    reconstruction = rate = 0.0
    used = torch.zeros(module.config.codes, dtype=torch.double)
    for x, _ in _parts(images):
        codes = module.encode(x)
        reconstruction -= float(module.likelihood.log_prob(x, module.decode(codes.mu)).double().sum())
        rate -= float(module.prior.log_prob(codes.indices.flatten(1)).double().sum())
        used += torch.bincount(codes.indices.flatten(), minlength=len(used))
    reconstruction, rate = reconstruction / len(images), rate / len(images)
    spread = float(torch.special.entr(used / used.sum()).sum().exp())
    return {
        "elbo": (-(reconstruction + rate), NATS, "the image's own codes, all that q(c|x) has"),
        "reconstruction": (reconstruction, NATS, "-log p(x|c) at the image's codes"),
        "rate": (rate, NATS, "-log p(c) of the learned prior, which is KL(q(c|x) || p(c))"),
        "perplexity": (spread, f"of {len(used)} codes", "exp of the entropy of all codes' use"),
        "codes_used": (int((used > 0).sum()), f"of {len(used)} codes", "codes in any image"),
    }


def _mean_kl(mu: NDArray[np.float32], sigma: NDArray[np.float32]) -> float:
    logvar = 2 * np.log(np.maximum(sigma, np.finfo(np.float32).tiny))
    return float(kl_per_dimension(mu, logvar).sum())


def _importance_weighted(
    model: TrainedModel, images: NDArray[np.uint8], labels: Labels, generator: torch.Generator, samples: int
) -> dict[str, tuple[Any, str, str]]:
    module = cast(GaussianVAE, model.module)
    bound = torch.cat(
        [importance_weighted_bound(module, x, generator, samples, y) for x, y in _parts(images, labels)]
    ).double()
    error = float(bound.std(unbiased=False)) / math.sqrt(len(bound))
    given = ", of log p(x|y), the class given" if model.is_conditional else ""
    return {
        "iwae": (float(bound.mean()), NATS, f"importance-weighted bound, K = {samples}{given}"),
        "iwae_standard_error": (error, NATS, "over images"),
    }


def _squared_error(
    model: TrainedModel, images: NDArray[np.uint8], mu: NDArray[np.float32], labels: Labels
) -> float:
    total = 0.0
    for start in range(0, len(images), PART):
        part = slice(start, start + PART)
        decoded = model.decode(mu[part], None if labels is None else labels[part])
        total += float(((as_float(images[part]) - decoded) ** 2).sum(dtype=np.float64))
    return total / images.size


@torch.inference_mode()
def _point_reconstruction(model: TrainedModel, images: NDArray[np.uint8]) -> float:
    module = model.module
    terms = [module.likelihood.log_prob(x, module.decode(module.encode(x).mu)) for x, _ in _parts(images)]
    return -float(torch.cat(terms).double().mean())


def _parts(images: NDArray[np.uint8], labels: Labels = None) -> Iterator[tuple[Tensor, Tensor | None]]:
    for start in range(0, len(images), PART):
        part = slice(start, start + PART)
        yield (
            torch.from_numpy(as_float(images[part])),
            None if labels is None else torch.from_numpy(labels[part].copy()),
        )
