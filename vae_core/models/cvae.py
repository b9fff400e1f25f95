"""Conditional variational autoencoder: encoder and decoder are told each image's class y.

    loss = -E_q(z|x,y)[log p(x|z,y)] + beta * KL(q(z|x,y) || p(z)),    p(z) = N(0, I) for every class

in nats per image; at beta = 1 it is a bound on -log p(x|y). Kingma et al. (2014), "Semi-supervised Learning with Deep
Generative Models", equation 6 with all labels observed; Sohn, Lee & Yan (2015), "Learning Structured Output
Representation using Deep Conditional Generative Models", equation 4, here with a prior that knows no class. z is then
left with what the class does not say, such as the style of a digit.

The class enters as a learned vector v_y, added to what the first dense or convolutional layer of either network puts
out: W x + b + v_y. A conditional model given a class is therefore a plain one with the bias b + v_y.
"""

from __future__ import annotations

import dataclasses
from itertools import takewhile

import torch
from torch import Tensor, nn

from vae_core.errors import ConfigError, InputError
from vae_core.models.vae import VAE, VAEConfig
from vae_core.networks import ImageShape
from vae_core.posteriors import DiagonalGaussian

MOST_CLASSES = 1000


@dataclasses.dataclass(frozen=True)
class CVAEConfig(VAEConfig):
    """Settings of a conditional variational autoencoder.

    Attributes
    ----------
    classes : int
        Number of classes, 1 to 1,000. Nobody chooses it: a run sets it from its data.
    """

    classes: int = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        if type(self.classes) is not int or not 1 <= self.classes <= MOST_CLASSES:
            raise ConfigError(
                "The number of classes does not fit.", got=repr(self.classes), allowed=f"1 to {MOST_CLASSES}"
            )


class CVAE(VAE):
    """The VAE's objective with q(z|x, y) and p(x|z, y)."""

    Config = CVAEConfig
    title = "Conditional VAE"
    beta_title = "Conditional β-VAE"
    objective = "reconstruction + β KL, both networks told the class"
    config: CVAEConfig

    def __init__(self, config: CVAEConfig, shape: ImageShape) -> None:
        super().__init__(config, shape)
        self.encoder_classes = nn.Embedding(config.classes, len(_bias(self.encoder)))
        self.decoder_classes = nn.Embedding(config.classes, len(_bias(self.decoder)))

    def encode(self, x: Tensor, labels: Tensor | None = None) -> DiagonalGaussian:
        """Return q(z|x,y) for images [N, C, H, W] in [0, 1] and their classes [N]; InputError without these."""
        mu, logvar = _told(self.encoder, x, self.encoder_classes, labels).float().chunk(2, dim=1)
        return DiagonalGaussian(mu, logvar)

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the likelihood's parameters [N, C, H, W] for z [N, d] and classes [N]; InputError without these."""
        return _told(self.decoder, z, self.decoder_classes, labels).float()

    def decode_between(self, z: Tensor, vectors: Tensor) -> Tensor:
        """Return the likelihood's parameters [N, C, H, W] for z [N, d] and class vectors [N, m] of one's own."""
        return _added(self.decoder, z, vectors).float()

    def given(self, label: int) -> VAE:
        """Return q(z|x,y) and p(x|z,y) for one class y as a plain VAE, whose weights are copies."""
        own = {field.name: getattr(self.config, field.name) for field in dataclasses.fields(VAEConfig)}
        weights = {name: value.detach().clone() for name, value in self.state_dict().items()}
        for name in ("encoder", "decoder"):
            vectors = weights.pop(f"{name}_classes.weight")
            weights[f"{name}.{_entrance(getattr(self, name))}.bias"] += vectors[label]
        # Nothing is initialised on the meta device, so that nothing is drawn from torch's global generator.
        with torch.device("meta"):
            plain = VAE(VAEConfig(**own), self.shape)
        plain.load_state_dict(weights, assign=True)
        return plain.train(self.training).requires_grad_(False)


def _entrance(network: nn.Sequential) -> int:
    """Return the place of the first dense or convolutional layer; the sine features before it know no class."""
    return len(list(takewhile(lambda layer: not isinstance(layer, (nn.Linear, nn.Conv2d)), network)))


def _bias(network: nn.Sequential) -> Tensor:
    bias = network[_entrance(network)].bias
    assert isinstance(bias, Tensor)
    return bias


def _told(network: nn.Sequential, x: Tensor, classes: nn.Embedding, labels: Tensor | None) -> Tensor:
    """Return what a network makes of x, with each row's class vector added behind its first layer."""
    if labels is None:
        raise InputError(
            "A conditional model needs the class of each image.",
            got="no labels",
            next_step="Give labels, or the model one class for all.",
        )
    return _added(network, x, classes(labels))


def _added(network: nn.Sequential, x: Tensor, vectors: Tensor) -> Tensor:
    inside = _entrance(network) + 1
    x = network[:inside](x)
    out: Tensor = network[inside:](x + vectors.view(*vectors.shape, *[1] * (x.ndim - 2)))
    return out
