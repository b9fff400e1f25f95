"""Encoder and decoder networks for small images: multi-layer perceptrons, convolutional pairs, spatial broadcast.

An encoder maps images [N, C, H, W] to `outputs` numbers [N, outputs]; a decoder maps z [N, d] to the likelihood's
parameters [N, C, H, W]. Sides from 8 to 64 pixels, one or three channels.
"""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor, nn

from vae_core.config import setting, validate
from vae_core.errors import ConfigError

ImageShape = tuple[int, int, int]
ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh}
LEAK = 0.2
"""Slope of a discriminator's rectifiers below zero, so that what it rejects still gets a gradient."""
MOST_PLACES = 8
"""Places along the longer side of an image to which z is broadcast."""
PLACE_LAYERS = 2
"""Layers at each place between the first and the pixels."""


@dataclasses.dataclass(frozen=True)
class NetworkConfig:
    """Shape of the encoder and, mirrored, of the decoder."""

    kind: str = setting(
        "mlp", "Fully connected (mlp), convolutional (conv), or fully connected with a decoder that has z at every "
        "place beside the place's coordinates (broadcast), for positions along axes of z.",
        choices=("mlp", "conv", "broadcast"),
    )  # fmt: skip
    hidden: tuple[int, ...] = setting(
        (512, 256), "Units of the encoder's hidden layers, mirrored in the decoder; conv has the last one only, and "
        "broadcast's decoder none.",
        low=1, high=4096,
    )  # fmt: skip
    channels: int = setting(
        16, "Channels of the first convolution, doubled by each further one; broadcast has four times as many.",
        low=1, high=128,
    )  # fmt: skip
    activation: str = setting("relu", "Activation between layers.", choices=tuple(ACTIVATIONS))
    layer_norm: bool = setting(True, "Normalise each hidden fully connected layer.")
    sine_features: int = setting(
        128, "Learned sine features of z at the decoder's entrance; 0 for none.", low=0, high=4096
    )
    sine_scale: float = setting(
        2.0, "Standard deviation of the sine features' initial frequencies.", low=0.01, high=100.0
    )

    def __post_init__(self) -> None:
        validate(self)


def check_image_shape(shape: ImageShape) -> None:
    """Raise ConfigError unless `shape` is (1 or 3, 8..64, 8..64)."""
    channels, height, width = shape
    if channels not in (1, 3) or not (8 <= height <= 64 and 8 <= width <= 64):
        raise ConfigError(
            "Images of this shape can't be modelled.",
            got="x".join(map(str, shape)),
            allowed="1 or 3 channels, sides from 8 to 64 pixels",
            next_step="Resize the images first.",
        )


def make_encoder(config: NetworkConfig, shape: ImageShape, outputs: int) -> nn.Sequential:
    """Return an encoder from images of `shape` = (C, H, W) to [N, outputs]."""
    check_image_shape(shape)
    if config.kind == "conv":
        return _conv_encoder(config, shape, outputs)
    layers: list[nn.Module] = [nn.Flatten()]
    width = math.prod(shape)
    for units in config.hidden:
        layers += _dense(config, width, units)
        width = units
    return nn.Sequential(*layers, nn.Linear(width, outputs))


def make_decoder(config: NetworkConfig, shape: ImageShape, latent_dim: int) -> nn.Sequential:
    """Return a decoder from z [N, latent_dim] to likelihood parameters [N, C, H, W]."""
    check_image_shape(shape)
    layers: list[nn.Module] = []
    width = latent_dim
    if config.sine_features:
        layers.append(SineFeatures(latent_dim, config.sine_features, config.sine_scale))
        width = config.sine_features
    if config.kind == "conv":
        return nn.Sequential(*layers, *_conv_decoder(config, shape, width))
    if config.kind == "broadcast":
        return nn.Sequential(*layers, *_broadcast_decoder(config, shape, width))
    for units in reversed(config.hidden):
        layers += _dense(config, width, units)
        width = units
    return nn.Sequential(*layers, nn.Linear(width, math.prod(shape)), nn.Unflatten(1, shape))


def make_discriminator(config: NetworkConfig, shape: ImageShape) -> tuple[nn.Sequential, nn.Sequential]:
    """Return the two parts of a discriminator of images: [N, C, H, W] to features [N, F], and these to logits [N, 1].

    It mirrors the encoder, with leaky rectifiers and without norms; its features are what its convolutions, or its
    first hidden layer, put out.
    """
    check_image_shape(shape)
    layers: list[nn.Module] = []
    if config.kind == "conv":
        sizes = _stage_sizes(shape)
        channels = shape[0]
        for stage in range(len(sizes) - 1):
            wider = config.channels * 2**stage
            layers += [nn.Conv2d(channels, wider, 3, stride=2, padding=1), nn.LeakyReLU(LEAK)]
            channels = wider
        width, hidden = channels * math.prod(sizes[-1]), config.hidden[-1:]
        layers.append(nn.Flatten())
    else:
        width, hidden = config.hidden[0], config.hidden[1:]
        layers += [nn.Flatten(), nn.Linear(math.prod(shape), width), nn.LeakyReLU(LEAK)]
    verdict: list[nn.Module] = []
    for units in hidden:
        verdict += [nn.Linear(width, units), nn.LeakyReLU(LEAK)]
        width = units
    return nn.Sequential(*layers), nn.Sequential(*verdict, nn.Linear(width, 1))


class SineFeatures(nn.Module):
    """sin(W z + b) with learned frequencies W and phases b: lets a small decoder follow fine structure in few z.

    [N, d] -> [N, features]. W starts as N(0, scale^2 / d), b as U(0, 2 pi).

    References
    ----------
    Tancik et al. (2020), "Fourier Features Let Networks Learn High Frequency Functions in Low Dimensional Domains";
    here the frequencies are trained, as in Sitzmann et al. (2020), SIREN.
    """

    def __init__(self, latent_dim: int, features: int, scale: float) -> None:
        super().__init__()
        self.linear = nn.Linear(latent_dim, features)
        nn.init.normal_(self.linear.weight, std=scale / math.sqrt(latent_dim))
        nn.init.uniform_(self.linear.bias, 0, 2 * math.pi)

    def forward(self, z: Tensor) -> Tensor:
        if not torch.is_autocast_enabled(z.device.type):
            return torch.sin(self.linear(z))
        # In bfloat16 the phase would keep 8 bits only: neighbouring z would share an image.
        with torch.autocast(z.device.type, enabled=False):
            return torch.sin(self.linear(z.float()))


class Places(nn.Module):
    """x + V (row, column) at every place, coordinates from -1 to 1; [N, C] -> [N, C, height, width].

    Behind a linear layer of z it is a 1x1 convolution of z and the coordinates side by side, without z being copied.

    References
    ----------
    Watters, Matthey, Burgess & Lerchner (2019), "Spatial Broadcast Decoder: A Simple Architecture for Learning
    Disentangled Representations in VAEs", algorithm 1.
    """

    coordinates: Tensor

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(2, channels, bias=False)
        axes = ((torch.arange(side) + 0.5) * (2 / side) - 1 for side in (height, width))
        self.register_buffer("coordinates", torch.stack(torch.meshgrid(*axes, indexing="ij"), -1))

    def forward(self, x: Tensor) -> Tensor:
        # Channels innermost, as the convolutions behind it want them.
        placed: Tensor = x[:, None, None] + self.linear(self.coordinates)
        return placed.permute(0, 3, 1, 2)


class CropTo(nn.Module):
    """Cut [N, C, H', W'] down to height and width, which are smaller by less than what a pixel has become."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width

    def forward(self, x: Tensor) -> Tensor:
        return x[..., : self.height, : self.width]


class PlaceNorm(nn.LayerNorm):
    """Layer normalisation over the channels at each place, [N, C, h, w] -> the same.

    Alike patches stay alike in all images, which they would not with statistics of the whole image.
    """

    def forward(self, x: Tensor) -> Tensor:
        normal: Tensor = super().forward(x.permute(0, 2, 3, 1))
        return normal.permute(0, 3, 1, 2)


class ResidualBlock(nn.Module):
    """x + f(x) with f = ReLU, 3x3 convolution, ReLU, 1x1 convolution; [N, C, h, w] -> the same.

    References
    ----------
    van den Oord, Vinyals & Kavukcuoglu (2017), "Neural Discrete Representation Learning", section 4.1.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.wide = nn.Conv2d(channels, channels, 3, padding=1)
        self.narrow = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        change: Tensor = self.narrow(torch.relu(self.wide(torch.relu(x))))
        return x + change


def code_map_size(shape: ImageShape) -> tuple[int, int]:
    """Return height and width of an image's map of codes.

    >>> [code_map_size((1, side, side)) for side in (8, 28, 32, 64)]
    [(4, 4), (7, 7), (8, 8), (8, 8)]
    """
    return _map_sizes(shape)[-1]


def make_map_encoder(shape: ImageShape, outputs: int, channels: int) -> nn.Sequential:
    """Return an encoder from images of `shape` = (C, H, W) to maps [N, outputs, h, w] of :func:`code_map_size`.

    It has no residual blocks, whose view is as wide as the image: alike patches get alike vectors, whatever is around
    them, so that maps of codes are easier to tell beforehand.
    """
    check_image_shape(shape)
    layers: list[nn.Module] = []
    width = shape[0]
    for stage in range(len(_map_sizes(shape)) - 1):
        wider = channels * 2**stage
        layers += [nn.Conv2d(width, wider, 3, stride=2, padding=1), nn.ReLU()]
        width = wider
    layers.append(nn.Conv2d(width, width, 3, padding=1))
    return nn.Sequential(*layers, PlaceNorm(width), nn.ReLU(), nn.Conv2d(width, outputs, 1))


def make_map_decoder(shape: ImageShape, inputs: int, channels: int, blocks: int) -> nn.Sequential:
    """Return a decoder from maps [N, inputs, h, w] of :func:`code_map_size` to likelihood parameters [N, C, H, W]."""
    check_image_shape(shape)
    sizes = _map_sizes(shape)
    width = channels * 2 ** (len(sizes) - 2)
    layers: list[nn.Module] = [nn.Conv2d(inputs, width, 3, padding=1)]
    layers += [*(ResidualBlock(width) for _ in range(blocks)), nn.ReLU()]
    return nn.Sequential(*layers, *_upsampling(sizes, width, shape[0], nn.ReLU))


def _map_sizes(shape: ImageShape) -> list[tuple[int, int]]:
    """Return the sizes from the image's own to its map of codes, halved once, and on while both sides are above 8."""
    sizes = [(shape[1], shape[2])]
    while len(sizes) == 1 or min(sizes[-1]) > 8:
        sizes.append((math.ceil(sizes[-1][0] / 2), math.ceil(sizes[-1][1] / 2)))
    return sizes


def _dense(config: NetworkConfig, inputs: int, units: int) -> list[nn.Module]:
    norm: list[nn.Module] = [nn.LayerNorm(units)] if config.layer_norm else []
    return [nn.Linear(inputs, units), *norm, ACTIVATIONS[config.activation]()]


def _stage_sizes(shape: ImageShape) -> list[tuple[int, int]]:
    """Return the sizes from the image's own down to about 4 pixels, each half the one before, rounded up."""
    sizes = [(shape[1], shape[2])]
    while min(sizes[-1]) > 7:
        sizes.append((math.ceil(sizes[-1][0] / 2), math.ceil(sizes[-1][1] / 2)))
    return sizes


def _conv_encoder(config: NetworkConfig, shape: ImageShape, outputs: int) -> nn.Sequential:
    sizes = _stage_sizes(shape)
    layers: list[nn.Module] = []
    channels = shape[0]
    for stage in range(len(sizes) - 1):
        wider = config.channels * 2**stage
        layers += [nn.Conv2d(channels, wider, 3, stride=2, padding=1), ACTIVATIONS[config.activation]()]
        channels = wider
    width = channels * math.prod(sizes[-1])
    layers += [nn.Flatten(), *_dense(config, width, config.hidden[-1])]
    return nn.Sequential(*layers, nn.Linear(config.hidden[-1], outputs))


def _conv_decoder(config: NetworkConfig, shape: ImageShape, inputs: int) -> list[nn.Module]:
    sizes = _stage_sizes(shape)
    channels = config.channels * 2 ** (len(sizes) - 2)
    units = config.hidden[-1]
    layers = _dense(config, inputs, units)
    layers += _dense(config, units, channels * math.prod(sizes[-1]))
    layers.append(nn.Unflatten(1, (channels, *sizes[-1])))
    return layers + _upsampling(sizes, channels, shape[0], ACTIVATIONS[config.activation])


def _broadcast_decoder(config: NetworkConfig, shape: ImageShape, inputs: int) -> list[nn.Module]:
    """Return layers of z at each place alone, each of which paints a patch of pixels."""
    channels, height, width = shape
    patch = math.ceil(max(height, width) / MOST_PLACES)
    rows, columns = math.ceil(height / patch), math.ceil(width / patch)
    wide, activation = 4 * config.channels, ACTIVATIONS[config.activation]
    layers: list[nn.Module] = [nn.Linear(inputs, wide), Places(wide, rows, columns), activation()]
    for _ in range(PLACE_LAYERS):
        layers += [nn.Conv2d(wide, wide, 1), activation()]
    layers += [nn.Conv2d(wide, channels * patch**2, 1), nn.PixelShuffle(patch)]
    if (height, width) != (rows * patch, columns * patch):
        layers.append(CropTo(height, width))
    return layers


def _upsampling(
    sizes: list[tuple[int, int]], channels: int, image_channels: int, activation: type[nn.Module]
) -> list[nn.Module]:
    """Return layers from the last of `sizes` to the first, the image's own."""
    layers: list[nn.Module] = []
    for stage in reversed(range(len(sizes) - 1)):
        last = stage == 0
        narrower = image_channels if last else channels // 2
        layers.append(nn.ConvTranspose2d(channels, narrower, 4, stride=2, padding=1))
        height, width = sizes[stage]
        if (height, width) != (2 * sizes[stage + 1][0], 2 * sizes[stage + 1][1]):
            layers.append(CropTo(height, width))
        if not last:
            layers.append(activation())
        channels = narrower
    return layers
