"""Numbers of a trained model on a split of its data set, each with its unit, count and estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from vae_core.bounds import elbo, importance_weighted_bound
from vae_core.datasets import ImageDataset
from vae_core.errors import InputError
from vae_core.metrics import active_units, knn_accuracy
from vae_core.models import VAE
from vae_core.trained import TrainedModel

Metrics = dict[str, dict[str, Any]]
NEIGHBOURS = 15


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
        Name to ``{"value", "unit", "split", "count", "estimator"}``. A plain autoencoder has no bound and no KL.

    Raises
    ------
    InputError
        If the images do not fit the model or there are none.
    ConfigError
        If K is out of bounds.
    """
    chosen = dataset.split(split)
    images = chosen.images[: None if limit is None else max(limit, 0)]
    count = len(images)
    if count == 0:
        raise InputError("There is nothing to measure.", got=f"limit {limit}", allowed="at least one image")
    metrics: Metrics = {}

    def put(name: str, value: float, unit: str, estimator: str) -> None:
        metrics[name] = {"value": value, "unit": unit, "split": split, "count": count, "estimator": estimator}

    mu, _ = model.encode(images)
    decoded = model.decode(mu)
    put("mse", _squared_error(images, decoded), "per pixel", "decoded posterior mean against the image")
    module, x = model.module, torch.from_numpy(images).float() / 255
    generator = torch.Generator().manual_seed(seed)
    if isinstance(module, VAE):
        reconstruction, kl = elbo(module, x, generator)
        drawn = "one draw of z an image"
        put("elbo", -float((reconstruction + kl).mean()), "nats per image", f"{drawn}, beta = 1")
        put("reconstruction", float(reconstruction.mean()), "nats per image", f"-log p(x|z), {drawn}")
        put("kl", float(kl.mean()), "nats per image", "closed form, mean over images")
        put("active_units", active_units(mu), "dimensions", "variance of mu over images above 0.01")
        if importance_samples:
            bound = importance_weighted_bound(module, x, generator, importance_samples)
            put(
                "iwae",
                float(bound.mean()),
                "nats per image",
                f"importance-weighted bound, K = {importance_samples}",
            )
            error = float(bound.std(unbiased=False)) / np.sqrt(count)
            put("iwae_standard_error", float(error), "nats per image", "over images")
    else:
        likelihood = _point_reconstruction(model, x)
        put("reconstruction", likelihood, "nats per image", "-log p(x|z) at the code")
    if chosen.labels is not None and dataset.train.labels is not None:
        reference = model.encode(dataset.train.images)[0]
        score = knn_accuracy(reference, dataset.train.labels, mu, chosen.labels[:limit], k=NEIGHBOURS)
        put("knn_accuracy", score, "share", f"{NEIGHBOURS} nearest mu of training images, majority vote")
    return metrics


def _squared_error(images: np.ndarray[Any, Any], decoded: np.ndarray[Any, Any]) -> float:
    total = 0.0
    for start in range(0, len(images), 4096):
        part = slice(start, start + 4096)
        total += float(((images[part] / np.float32(255) - decoded[part]) ** 2).sum(dtype=np.float64))
    return total / images.size


@torch.inference_mode()
def _point_reconstruction(model: TrainedModel, x: torch.Tensor) -> float:
    module = model.module
    total = 0.0
    for start in range(0, len(x), 4096):
        part = x[start : start + 4096]
        total -= float(module.likelihood.log_prob(part, module.decode(module.encode(part).mu)).sum())
    return total / len(x)
