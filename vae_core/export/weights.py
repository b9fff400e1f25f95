"""The decoder as the page runs it: a list of layers that is plain JSON, and one float32 array with every weight.

``web/decoder.js`` reads it. Weights are laid out for its inner loop, which computes eight outputs at a time and passes
over inputs that are zero: a linear layer is [outputs / 8, inputs + 1, 8], outputs padded with zeros to a multiple of
eight and the bias as the last input, and so is a convolution with a kernel of one pixel; a transposed convolution is
[2 * C_out, C_in, 8], where eight counts on through (kernel row, kernel column, C_out), and its bias [C_out] stands
apart. Inside, an image is (row, column, channel), so that a pixel's channels lie together; the linear layer before an
Unflatten is reordered here to give that order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vae_core.errors import PageDecoderError, VaeCoreError
from vae_core.likelihoods import Bernoulli, ContinuousBernoulli, Gaussian, Likelihood
from vae_core.models.broken import GaussianWithoutConstant
from vae_core.networks import CropTo, Places, SineFeatures
from vae_core.trained import TrainedModel

PAGE_FORMAT = 1
BLOCK = 8
"""Outputs computed together; the page's inner loop is written for this number."""
PIECE = 16_384

MEANS: dict[type[nn.Module], str] = {
    Bernoulli: "sigmoid",
    ContinuousBernoulli: "continuous_bernoulli",
    Gaussian: "sigmoid",
    GaussianWithoutConstant: "sigmoid",
}
ACTIVATION_NAMES: dict[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.GELU: "gelu",
    nn.SiLU: "silu",
    nn.Tanh: "tanh",
}
CONV_SETTINGS: dict[str, Any] = {
    "kernel_size": (4, 4), "stride": (2, 2), "padding": (1, 1), "output_padding": (0, 0), "dilation": (1, 1),
    "groups": 1,
}  # fmt: skip
POINTWISE_SETTINGS = CONV_SETTINGS | {"kernel_size": (1, 1), "stride": (1, 1), "padding": (0, 0)}

FloatArray = NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class DecoderPayload:
    """What the page needs to decode.

    Attributes
    ----------
    program : dict
        JSON-ready: ``format``, ``latent_dim``, ``class_count`` (length of a one-hot class after z in the input; 0 for
        models without one), ``image_shape`` [C, H, W], ``mean`` (how the likelihood's parameters become pixels),
        ``size`` (the length of `w`) and ``layers``.
    w : float32 [size]
        Every weight; the layers hold offsets into it.
    """

    program: dict[str, Any]
    w: FloatArray


def decoder_payload(model: TrainedModel) -> DecoderPayload:
    """Return the decoder of `model` for the page.

    Raises
    ------
    PageDecoderError
        If a layer or the likelihood is not one that the page can run, or the model waits for a class.
    """
    module = model.module
    if model.is_conditional:
        raise PageDecoderError(
            "A conditional decoder can't run in the page without a class.",
            got=model.name,
            next_step="Give the model a class: given(label).",
        )
    return payload_of(module.decoder, module.likelihood, model.latent_dim, model.image_shape)


def payload_of(
    decoder: nn.Module, likelihood: Likelihood, latent_dim: int, image_shape: tuple[int, int, int]
) -> DecoderPayload:
    """Return the payload of a decoder from z [N, latent_dim] to the likelihood's parameters [N, C, H, W].

    Raises
    ------
    PageDecoderError
        If a layer or the likelihood is not one that the page can run.
    """
    writer = LayerWriter(latent_dim)
    if type(likelihood) not in MEANS:
        raise writer.refusal(likelihood, allowed=MEANS)
    for layer in flat(decoder):
        writer.add(layer)
    if writer.image != image_shape:
        raise PageDecoderError(
            "This decoder can't run in the page: its output is no image of the model's shape.",
            got=writer.image, allowed=image_shape, next_step="Decode on the server.",
        )  # fmt: skip
    layers, w = writer.finish()
    program = {
        "format": PAGE_FORMAT, "latent_dim": latent_dim, "class_count": 0, "image_shape": list(image_shape),
        "mean": MEANS[type(likelihood)], "size": len(w), "layers": layers,
    }  # fmt: skip
    return DecoderPayload(program, w)


def halved(w: FloatArray) -> NDArray[np.float16]:
    """Return weights [size] in half precision; torch rounds them ten times as fast as NumPy."""
    half = np.empty(w.shape, np.float16)
    # In pieces too small to be shared among torch's threads, which a training may need meanwhile.
    for begin in range(0, len(w), PIECE):
        piece = slice(begin, begin + PIECE)
        torch.from_numpy(half[piece]).copy_(torch.from_numpy(w[piece]))
    return half


@dataclasses.dataclass
class Operation:
    """A layer under way: its JSON fields, and its arrays with the last axis running over its outputs."""

    fields: dict[str, Any]
    arrays: dict[str, FloatArray] = dataclasses.field(default_factory=dict)

    def reorder(self, order: NDArray[np.intp]) -> None:
        self.arrays = {name: array[..., order] for name, array in self.arrays.items()}


class LayerWriter:
    """Collects layers, following the shape of what flows through them.

    Attributes
    ----------
    ops : list
        The layers so far.
    width : int
        Numbers in the vector that flows now.
    image : (C, H, W) or None
        Shape of the image that flows now; None for a vector.
    """

    title: ClassVar[str] = "decoder"
    error: ClassVar[type[VaeCoreError]] = PageDecoderError
    known: ClassVar[tuple[type[nn.Module], ...]] = (
        SineFeatures, nn.Linear, nn.LayerNorm, *ACTIVATION_NAMES, nn.Unflatten, nn.ConvTranspose2d, CropTo,
        Places, nn.Conv2d, nn.PixelShuffle,
    )  # fmt: skip

    def __init__(self, inputs: int) -> None:
        self.ops: list[Operation] = []
        self.width = inputs
        self.image: tuple[int, int, int] | None = None

    def add(self, layer: nn.Module) -> None:
        """Add the next layer, or raise `error` where the page does not know it."""
        kind = type(layer)
        if isinstance(layer, SineFeatures):
            self._linear(layer.linear)
            self._activation("sin")
        elif isinstance(layer, nn.Linear):
            self._linear(layer)
        elif isinstance(layer, nn.LayerNorm) and self.image is None:
            self._layer_norm(layer)
        elif kind in ACTIVATION_NAMES and getattr(layer, "approximate", "none") == "none":
            self._activation(ACTIVATION_NAMES[kind])
        elif (
            isinstance(layer, nn.Unflatten) and self.image is None and len(tuple(layer.unflattened_size)) == 3
        ):
            self._unflatten(*map(int, layer.unflattened_size))
        elif isinstance(layer, nn.ConvTranspose2d) and self.image is not None:
            self._conv_transpose(layer, *self.image)
        elif isinstance(layer, Places) and self.image is None:
            self._places(layer)
        elif isinstance(layer, nn.Conv2d) and self.image is not None:
            self._pointwise(layer, *self.image)
        elif isinstance(layer, nn.PixelShuffle) and self.image is not None:
            self._shuffle(layer.upscale_factor, *self.image)
        elif (
            isinstance(layer, CropTo)
            and self.image is not None
            and self.ops[-1].fields["op"] in ("conv_transpose", "shuffle")
        ):
            self.image = (self.image[0], layer.height, layer.width)
            self.ops[-1].fields["output"] = row_major(self.image)
        else:
            raise self.refusal(layer)

    def finish(self) -> tuple[list[dict[str, Any]], FloatArray]:
        """Return the layers with offsets, and the one array they point into."""
        layers: list[dict[str, Any]] = []
        parts: list[FloatArray] = []
        size = 0
        for op in self.ops:
            layers.append(op.fields)
            for name, part in _laid_out(op).items():
                op.fields[name] = size
                parts.append(part)
                size += part.size
        return layers, np.concatenate(parts, dtype=np.float32)

    def refusal(self, part: nn.Module, allowed: Iterable[type[nn.Module]] | None = None) -> VaeCoreError:
        """Return the error that names a part which the page does not know."""
        return self.error(
            f"This {self.title} can't run in the page: it has a part that the page does not know.",
            got=part, allowed=", ".join(kind.__name__ for kind in allowed or self.known),
            next_step=f"{self.title[:-1].capitalize()} on the server.",
        )  # fmt: skip

    def _linear(self, layer: nn.Linear) -> None:
        if self.image is not None or layer.in_features != self.width:
            raise self.refusal(layer)
        bias = filled(layer.bias, layer.out_features, 0)
        fields = {"op": "linear", "inputs": layer.in_features, "outputs": layer.out_features}
        self.ops.append(Operation(fields, {"weight": np.vstack([array(layer.weight).T, bias])}))
        self.width = layer.out_features

    def _layer_norm(self, layer: nn.LayerNorm) -> None:
        if tuple(layer.normalized_shape) != (self.width,):
            raise self.refusal(layer)
        # An activation always follows, so its scale and shift can't move into the next linear layer.
        scale, shift = filled(layer.weight, self.width, 1), filled(layer.bias, self.width, 0)
        fields = {"op": "layer_norm", "size": self.width, "epsilon": float(layer.eps)}
        self.ops.append(Operation(fields, {"scale": scale, "shift": shift}))

    def _activation(self, name: str) -> None:
        self.ops.append(Operation({"op": "activation", "name": name}))

    def _unflatten(self, channels: int, height: int, width: int) -> None:
        order = np.arange(self.width).reshape(channels, height, width).transpose(1, 2, 0).ravel()
        for op in reversed(self.ops):
            op.reorder(order)
            if op.fields["op"] == "linear":
                break
        self.image = (channels, height, width)

    def _places(self, layer: Places) -> None:
        with torch.inference_mode():
            offsets = layer.linear(layer.coordinates)
        height, width, channels = offsets.shape
        if channels != self.width:
            raise self.refusal(layer)
        self.image = (channels, height, width)
        fields = {"op": "places", "output": row_major(self.image)}
        self.ops.append(Operation(fields, {"offsets": array(offsets).ravel()}))

    def _pointwise(self, layer: nn.Conv2d, channels: int, height: int, width: int) -> None:
        differs = any(getattr(layer, name) != value for name, value in POINTWISE_SETTINGS.items())
        if differs or layer.in_channels != channels:
            raise self.refusal(layer)
        bias = filled(layer.bias, layer.out_channels, 0)
        before, self.image = (channels, height, width), (layer.out_channels, height, width)
        fields = {"op": "pointwise", "input": row_major(before), "output": row_major(self.image)}
        self.ops.append(Operation(fields, {"weight": np.vstack([array(layer.weight)[..., 0, 0].T, bias])}))

    def _shuffle(self, factor: int, channels: int, height: int, width: int) -> None:
        before, self.image = (
            (channels, height, width),
            (channels // factor**2, factor * height, factor * width),
        )
        fields = {
            "op": "shuffle",
            "input": row_major(before),
            "output": row_major(self.image),
            "factor": factor,
        }
        self.ops.append(Operation(fields))

    def _conv_transpose(self, layer: nn.ConvTranspose2d, channels: int, height: int, width: int) -> None:
        differs = any(getattr(layer, name) != value for name, value in CONV_SETTINGS.items())
        if differs or layer.in_channels != channels:
            raise self.refusal(layer)
        bias = filled(layer.bias, layer.out_channels, 0)
        weight = array(layer.weight).transpose(0, 2, 3, 1).reshape(channels, -1)
        before, self.image = self.image, (layer.out_channels, 2 * height, 2 * width)
        assert before is not None
        fields = {"op": "conv_transpose", "input": row_major(before), "output": row_major(self.image)}
        self.ops.append(Operation(fields, {"weight": weight, "bias": bias}))


def _laid_out(op: Operation) -> dict[str, FloatArray]:
    return {name: _blocks(part) if name == "weight" else part for name, part in op.arrays.items()}


def _blocks(matrix: FloatArray) -> FloatArray:
    """[inputs, outputs] -> [outputs / BLOCK, inputs, BLOCK], flat, outputs padded with zeros."""
    inputs, outputs = matrix.shape
    padded = np.pad(matrix, ((0, 0), (0, -outputs % BLOCK)))
    blocks: FloatArray = padded.reshape(inputs, -1, BLOCK).transpose(1, 0, 2).ravel()
    return blocks


def row_major(image: tuple[int, int, int]) -> list[int]:
    """Return (C, H, W) in the page's order, [H, W, C]."""
    channels, height, width = image
    return [height, width, channels]


def array(tensor: Tensor) -> FloatArray:
    """Return a tensor of weights as an array."""
    values: FloatArray = tensor.detach().cpu().float().numpy()
    return values


def filled(tensor: Tensor | None, size: int, value: float) -> FloatArray:
    """Return weights, or [size] of one value where a layer has none."""
    return np.full(size, value, np.float32) if tensor is None else array(tensor)


def flat(module: nn.Module) -> Iterable[nn.Module]:
    """Yield a network's layers, those of nested sequences one by one."""
    if isinstance(module, nn.Sequential):
        for child in module:
            yield from flat(child)
    else:
        yield module
