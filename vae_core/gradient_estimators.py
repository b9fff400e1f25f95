"""Two estimates of one gradient: what training a VAE costs with and without the reparameterisation.

For L = E_q(z)[f(z)], f(z) = -log p(x|z) and q = N(mu, diag sigma^2), draw epsilon ~ N(0, I), z = mu + sigma epsilon:

    pathwise        dL/dmu ~ f'(z)                      dL/dsigma ~ f'(z) epsilon
    score function  dL/dmu ~ f(z) epsilon / sigma       dL/dsigma ~ f(z) (epsilon^2 - 1) / sigma

Both are right on average. The first, Kingma & Welling (2014), section 2.4, sees where f falls; the second, Williams
(1992), knows f's value only, and varies far more. Mohamed, Rosca, Figurnov & Mnih (2020), "Monte Carlo Gradient
Estimation in Machine Learning", sections 4 and 5.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.trained import TrainedModel

FloatArray = NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Estimates:
    """Draws of both estimates for one image.

    Attributes
    ----------
    mu, sigma : float32 [d]
        The image's posterior.
    epsilon, z : float32 [N, d]
        N draws and their places.
    error : float32 [N]
        -log p(x|z), nats.
    pathwise_mu, pathwise_sigma, score_mu, score_sigma : float32 [N, d]
        Nats per unit of z.
    """

    mu: FloatArray
    sigma: FloatArray
    epsilon: FloatArray
    z: FloatArray
    error: FloatArray
    pathwise_mu: FloatArray
    pathwise_sigma: FloatArray
    score_mu: FloatArray
    score_sigma: FloatArray

    @property
    def spread_ratio(self) -> FloatArray:
        """Standard deviation of the score function's estimate of dL/dmu over that of the pathwise one, [d]."""
        ratio: FloatArray = self.score_mu.std(axis=0) / self.pathwise_mu.std(axis=0)
        return ratio


def gradient_estimates(
    trained: TrainedModel, image: NDArray[np.float32], count: int, rng: np.random.Generator
) -> Estimates:
    """Estimate the gradient of an image's expected reconstruction error `count` times in both ways.

    Parameters
    ----------
    trained : TrainedModel
        A model whose encoder gives a Gaussian and whose decoder takes z alone, such as a VAE.
    image : float array [C, H, W] in [0, 1]
    count : int
        At least 2, so that the estimates have a spread.
    rng : numpy.random.Generator
        Draws epsilon.

    Returns
    -------
    Estimates

    Raises
    ------
    InputError
        If the image does not fit, the model gives no region but a point, or count is below 2.
    """
    if count < 2:
        raise InputError("So few draws have no spread.", got=count, allowed="2 or more")
    mu, sigma = (part[0] for part in trained.encode(np.asarray(image)[None]))
    if not sigma.all():
        raise InputError(
            "This model's encoder gives a point, so that there is nothing to draw.",
            got=trained.title,
            next_step="Choose a VAE.",
        )
    epsilon = rng.standard_normal((count, len(mu))).astype(np.float32)
    drawn = mu + sigma * epsilon
    z = torch.from_numpy(drawn).requires_grad_()
    x = torch.from_numpy(np.asarray(image, np.float32)).expand(count, *image.shape)
    error = -trained.module.likelihood.log_prob(x, trained.module.decode(z))
    (slope,) = torch.autograd.grad(error.sum(), z)
    f, down = error.detach().numpy(), slope.numpy()
    return Estimates(
        mu, sigma, epsilon, drawn, f, down, down * epsilon,
        f[:, None] * epsilon / sigma, f[:, None] * (epsilon**2 - 1) / sigma,
    )  # fmt: skip
