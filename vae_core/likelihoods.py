"""Likelihoods p(x|z): what the decoder's output means for the pixels.

Each is a small module over `params`, the decoder's raw output of the images' shape [N, C, H, W]. Log-probabilities are
sums over channels and pixels, in nats per image.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vae_core.errors import ConfigError

NEAR_ZERO = 0.3
"""Logits closer to zero than this use the Taylor series of the continuous Bernoulli: its error there is below 2e-9,
while the closed forms and, worse, their gradients lose digits to cancellation."""


class Bernoulli(nn.Module):
    """Independent Bernoulli pixels: log p(x|z) = sum x log(lambda) + (1-x) log(1-lambda), lambda = sigmoid(params).

    On grey pixels this is a cross-entropy, the usual training target, and not the log-probability of an observation:
    see :class:`ContinuousBernoulli`.
    """

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x|z), [N]; `x` in [0, 1] and `params` (logits) are [N, C, H, W]."""
        return -F.binary_cross_entropy_with_logits(params, x, reduction="none").flatten(1).sum(1)

    def mean(self, params: Tensor) -> Tensor:
        """Return E[x|z] = sigmoid(params)."""
        return torch.sigmoid(params)

    def sd(self, params: Tensor) -> Tensor:
        """Return each pixel's standard deviation sqrt(lambda (1 - lambda)), shape of `params`."""
        # Through logarithms: the root of a product that underflows has no slope.
        return torch.exp(0.5 * (F.logsigmoid(params) + F.logsigmoid(-params)))

    def sample(self, params: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Draw black and white pixels, shape of `params`."""
        return torch.bernoulli(torch.sigmoid(params), generator=generator)

    def entropy(self, params: Tensor) -> Tensor:
        """Return each pixel's entropy in nats, shape of `params`."""
        # Even in the logit; from its positive side no term cancels another.
        size = params.abs()
        return F.softplus(-size) + size * torch.sigmoid(-size)


class ContinuousBernoulli(nn.Module):
    """Continuous Bernoulli pixels, a density on [0, 1]: p(x|lambda) = C(lambda) lambda^x (1-lambda)^(1-x).

    With the logit l = params the normaliser is C = l / tanh(l/2), which is even, smooth and stable everywhere once
    its removable singularity at l = 0 (lambda = 1/2, C = 2) is replaced by the Taylor series.

    References
    ----------
    Loaiza-Ganem & Cunningham (2019), "The continuous Bernoulli: fixing a pervasive error in variational
    autoencoders", equations 5 to 8.
    """

    def log_normaliser(self, params: Tensor) -> Tensor:
        """Return log C of each pixel, shape of `params`."""
        near = params.abs() < NEAR_ZERO
        safe = torch.where(near, torch.ones_like(params), params).abs()
        far_value = torch.log(safe) - torch.log(torch.tanh(0.5 * safe))
        # Both branches are differentiated, so neither may overflow where the other is chosen.
        squared = torch.where(near, params, torch.zeros_like(params)) ** 2
        series = math.log(2.0) + squared * (1 / 12 + squared * (-7 / 1440 + squared * (31 / 90720)))
        return torch.where(near, series, far_value)

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x|z), [N]; `x` in [0, 1] and `params` (logits) are [N, C, H, W]."""
        cross_entropy = F.binary_cross_entropy_with_logits(params, x, reduction="none")
        return (self.log_normaliser(params) - cross_entropy).flatten(1).sum(1)

    def mean(self, params: Tensor) -> Tensor:
        """Return E[x|z] = 1/(1 - exp(-l)) - 1/l, which is not sigmoid(l)."""
        near = params.abs() < NEAR_ZERO
        safe = torch.where(near, torch.ones_like(params), params)
        # From |l|: exp(-l) would overflow, and its gradient with it, at large negative logits.
        upper = -1 / torch.expm1(-safe.abs()) - 1 / safe.abs()
        small = torch.where(near, params, torch.zeros_like(params))
        squared = small**2
        series = 0.5 + small * (1 / 12 + squared * (-1 / 720 + squared * (1 / 30240)))
        return torch.where(near, series, torch.where(safe > 0, upper, 1 - upper))

    def sd(self, params: Tensor) -> Tensor:
        """Return each pixel's standard deviation, shape of `params`: the variance is the mean's slope in l."""
        near = params.abs() < NEAR_ZERO
        size = torch.where(near, torch.ones_like(params), params).abs()
        far_value = 1 / size**2 - torch.exp(-size) / torch.expm1(-size) ** 2
        squared = torch.where(near, params, torch.zeros_like(params)) ** 2
        series = 1 / 12 + squared * (-1 / 240 + squared * (1 / 6048 - squared / 172800))
        return torch.sqrt(torch.where(near, series, far_value))

    def sample(self, params: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Draw pixels in [0, 1] by inverting the distribution function, shape of `params`."""
        u = torch.rand(params.shape, generator=generator, dtype=params.dtype, device=params.device)
        near = params.abs() < 1e-2
        size = torch.where(near, torch.ones_like(params), params).abs()
        x = 1 + torch.log(u + (1 - u) * torch.exp(-size)) / size
        x = torch.where(params < 0, 1 - x, x)
        return torch.where(near, u + 0.5 * params * u * (u - 1), x).clamp(0, 1)

    def entropy(self, params: Tensor) -> Tensor:
        """Return each pixel's differential entropy in nats, shape of `params`; at most 0, the uniform's."""
        size = params.abs()
        return F.softplus(-size) + size * self.mean(-size) - self.log_normaliser(size)


class Gaussian(nn.Module):
    """Independent Gaussian pixels with mean sigmoid(params) and one standard deviation, fixed or learned.

    log p(x|z) = -sum [(x - mean)^2 / (2 scale^2) + log(scale) + log(2 pi)/2]. Half the squared error is this with
    scale 1, the squared error itself with scale sqrt(1/2). The learned scale is shared by all pixels.

    References
    ----------
    Rybkin, Daniilidis & Levine (2021), "Simple and Effective VAE Training with Calibrated Decoders".
    """

    def __init__(self, scale: float = 1.0, *, learned: bool = False) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)), requires_grad=learned)

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x|z), [N]; `x` and `params` are [N, C, H, W]."""
        squared = (x - self.mean(params)) ** 2 * torch.exp(-2 * self.log_scale)
        return -(0.5 * squared + self.log_scale + 0.5 * math.log(2 * math.pi)).flatten(1).sum(1)

    def mean(self, params: Tensor) -> Tensor:
        """Return E[x|z] = sigmoid(params), which keeps the mean in the pixels' range."""
        return torch.sigmoid(params)

    def sd(self, params: Tensor) -> Tensor:
        """Return each pixel's standard deviation, shape of `params`; the same for all."""
        return self.log_scale.exp().expand(params.shape)

    def sample(self, params: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Draw pixels, shape of `params`; they may leave [0, 1]."""
        noise = torch.randn(params.shape, generator=generator, dtype=params.dtype, device=params.device)
        return self.mean(params) + self.log_scale.exp() * noise

    def entropy(self, params: Tensor) -> Tensor:
        """Return each pixel's differential entropy in nats, shape of `params`; the same for all."""
        return (0.5 * (1 + math.log(2 * math.pi)) + self.log_scale).expand(params.shape)


Likelihood = Bernoulli | ContinuousBernoulli | Gaussian
LIKELIHOODS = ("bernoulli", "continuous_bernoulli", "gaussian", "gaussian_learned")


def make_likelihood(name: str, scale: float = 1.0) -> Likelihood:
    """Return the likelihood called `name`; `scale` is a Gaussian's (initial) standard deviation.

    Raises
    ------
    ConfigError
        If there is no such likelihood.
    """
    if name == "bernoulli":
        return Bernoulli()
    if name == "continuous_bernoulli":
        return ContinuousBernoulli()
    if name in ("gaussian", "gaussian_learned"):
        return Gaussian(scale, learned=name == "gaussian_learned")
    raise ConfigError("There is no such likelihood.", got=repr(name), allowed=", ".join(LIKELIHOODS))
