"""One training step taken apart, image by image, before it is made: for explaining, not for training."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_core.models import VAE, VAEGAN, VQVAE, Autoencoder, Model
from vae_core.models.vaegan import feature_error
from vae_core.posteriors import Codes, DiagonalGaussian, Posterior
from vae_core.training import TrainingRun

FloatArray = NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Dissection:
    """What the next step computes for the first images of its batch.

    Attributes
    ----------
    step : int
        Its number, from 1.
    batch_size : int
        Images in the whole batch.
    x, seen, decoded : float32 [K, C, H, W]
        The images, what the encoder sees of them, and the decoder's mean at z.
    mu, sigma, epsilon, z : float32 [K, d]
        z = mu + sigma epsilon; sigma and epsilon are zero for a plain autoencoder.
    reconstruction : float32 [K]
        -log p(x|z), nats; the features' error of a VAE-GAN.
    kl : float32 [K]
        KL(q(z|x) || p(z)), nats; zero for a plain autoencoder, and -log p(c) for discrete codes c.
    weights : tuple of two float, or None
        Those of reconstruction and KL in the loss; None where the loss is not their weighted sum.
    in_features : bool
        Whether copies are held against images in a discriminator's features, not in pixels.
    """

    step: int
    batch_size: int
    x: FloatArray
    seen: FloatArray
    decoded: FloatArray
    mu: FloatArray
    sigma: FloatArray
    epsilon: FloatArray
    z: FloatArray
    reconstruction: FloatArray
    kl: FloatArray
    weights: tuple[float, float] | None
    in_features: bool = False


@torch.inference_mode()
def dissect(run: TrainingRun, count: int = 8) -> Dissection | None:
    """Take the next step of `run` apart without making it; the run is as before. Call it in the thread that trains.

    The batch, the drawn pixels and epsilon are those that the step will use; the arithmetic is in float32, where the
    step itself may use bfloat16. None where images have no codes.
    """
    if not run.model.has_encoder:
        return None
    batch = run.peek()
    model = run.model
    posterior = model.encode(batch.seen.float(), batch.labels)
    # Drawn as the whole batch's is, so that each image gets its own.
    epsilon = torch.randn(posterior.mu.shape, generator=batch.generator)
    gaussian = isinstance(posterior, DiagonalGaussian)
    epsilon = epsilon if gaussian else torch.zeros_like(epsilon)
    z = posterior.mu + posterior.sigma * epsilon
    first = slice(0, count)
    params = model.decode(z[first], None if batch.labels is None else batch.labels[first])
    arrays = {
        "x": batch.x,
        "seen": batch.seen.float(),
        "mu": posterior.mu,
        "sigma": posterior.sigma,
        "epsilon": epsilon,
        "z": z,
        "kl": _kl(model, posterior),
    }
    return Dissection(
        step=run.step + 1,
        batch_size=len(batch.x),
        decoded=model.likelihood.mean(params).numpy(),
        reconstruction=_distortion(model, batch.x[first], params).numpy(),
        in_features=isinstance(model, VAEGAN),
        weights=_weights(model, run.beta_scale),
        **{name: value[first].numpy().copy() for name, value in arrays.items()},
    )


def _kl(model: Model, posterior: Posterior) -> Tensor:
    if isinstance(posterior, DiagonalGaussian):
        return posterior.kl()
    if isinstance(model, VQVAE) and isinstance(posterior, Codes):
        return -model.prior.log_prob(posterior.indices.flatten(1))
    return torch.zeros(len(posterior.mu))


def _distortion(model: Model, x: Tensor, params: Tensor) -> Tensor:
    if isinstance(model, VAEGAN):
        return feature_error(model.features(x), model.features(model.likelihood.mean(params)))
    return -model.likelihood.log_prob(x, params)


def _weights(model: Model, beta_scale: float) -> tuple[float, float] | None:
    if isinstance(model, VAEGAN):
        return 1.0, beta_scale
    if isinstance(model, VAE):
        return None if model.config.free_bits else model.weights(beta_scale)
    return (1.0, 0.0) if isinstance(model, Autoencoder) else None
