"""The encoder as the page runs it: layers as plain JSON and one float32 array, laid out as the decoder's are.

``web/encoder.js`` reads it. A convolution is [outputs / 8, 9 * C_in + 1, 8], its inputs counting through (kernel row,
kernel column, C_in) and its bias the last one. Inside, an image is (row, column, channel); the linear layer after a
Flatten is reordered here to take it so.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from vae_core.errors import PageEncoderError, VaeCoreError
from vae_core.export.weights import (
    ACTIVATION_NAMES,
    PAGE_FORMAT,
    LayerWriter,
    Operation,
    array,
    filled,
    flat,
    row_major,
)
from vae_core.trained import TrainedModel

CONV_SETTINGS: dict[str, Any] = {
    "kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 1), "dilation": (1, 1), "groups": 1,
    "padding_mode": "zeros",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class EncoderPayload:
    """What the page needs to encode.

    Attributes
    ----------
    program : dict
        JSON-ready: ``format``, ``latent_dim``, ``image_shape`` [C, H, W], ``has_spread`` (whether the last layer gives
        logvar after mu), ``size`` (the length of `w`) and ``layers``.
    w : float32 [size]
        Every weight; the layers hold offsets into it.
    """

    program: dict[str, Any]
    w: NDArray[np.float32]


def encoder_payload(model: TrainedModel) -> EncoderPayload:
    """Return the encoder of `model` for the page.

    Raises
    ------
    PageEncoderError
        If there is no encoder, a layer is not one that the page can run, its code is no point and no Gaussian, or the
        model waits for a class.
    """
    if not model.has_encoder or model.is_discrete or model.is_conditional:
        raise PageEncoderError(
            "This model has no encoder that a page can run.", got=model.title,
            allowed="one whose code is a point or a Gaussian; a conditional model given a class",
        )  # fmt: skip
    encoder = model.module.encoder
    assert isinstance(encoder, nn.Module)
    return payload_of(encoder, model.latent_dim, model.image_shape)


def payload_of(encoder: nn.Module, latent_dim: int, image_shape: tuple[int, int, int]) -> EncoderPayload:
    """Return the payload of an encoder from images [N, C, H, W] to mu [N, latent_dim], or to mu and logvar.

    Raises
    ------
    PageEncoderError
        If a layer is not one that the page can run, or what comes out is neither.
    """
    writer = EncoderWriter(image_shape)
    for layer in flat(encoder):
        writer.add(layer)
    if writer.image is not None or writer.width not in (latent_dim, 2 * latent_dim):
        raise PageEncoderError(
            "This encoder can't run in the page: what it puts out is no code of the model's.",
            got=writer.image or writer.width, allowed=(latent_dim, 2 * latent_dim),
            next_step="Encode on the server.",
        )  # fmt: skip
    layers, w = writer.finish()
    program = {
        "format": PAGE_FORMAT, "latent_dim": latent_dim, "image_shape": list(image_shape),
        "has_spread": writer.width == 2 * latent_dim, "size": len(w), "layers": layers,
    }  # fmt: skip
    return EncoderPayload(program, w)


class EncoderWriter(LayerWriter):
    """Collects an encoder's layers."""

    title: ClassVar[str] = "encoder"
    error: ClassVar[type[VaeCoreError]] = PageEncoderError
    known: ClassVar[tuple[type[nn.Module], ...]] = (
        nn.Conv2d,
        nn.Flatten,
        nn.Linear,
        nn.LayerNorm,
        *ACTIVATION_NAMES,
    )

    def __init__(self, image_shape: tuple[int, int, int]) -> None:
        super().__init__(0)
        self.image = image_shape
        self.order: NDArray[np.intp] | None = None

    def add(self, layer: nn.Module) -> None:
        """Add the next layer, or raise PageEncoderError where the page does not know it."""
        if isinstance(layer, nn.Flatten) and self.image is not None and layer.start_dim == 1:
            self._flatten(*self.image)
        elif isinstance(layer, nn.Conv2d) and self.image is not None:
            self._conv(layer, *self.image)
        elif isinstance(layer, self.known) and not isinstance(layer, (nn.Flatten, nn.Conv2d)):
            super().add(layer)
            self._take_in_order()
        else:
            raise self.refusal(layer)

    def _flatten(self, channels: int, height: int, width: int) -> None:
        self.width = channels * height * width
        self.order = np.arange(self.width).reshape(channels, height, width).transpose(1, 2, 0).ravel()
        self.image = None

    def _take_in_order(self) -> None:
        """Have the first linear layer after a Flatten take its inputs pixel by pixel."""
        operation = self.ops[-1]
        if self.order is not None and operation.fields["op"] == "linear":
            weight = operation.arrays["weight"]
            operation.arrays["weight"] = np.vstack([weight[self.order], weight[-1:]])
            self.order = None

    def _conv(self, layer: nn.Conv2d, channels: int, height: int, width: int) -> None:
        differs = any(getattr(layer, name) != value for name, value in CONV_SETTINGS.items())
        if differs or layer.in_channels != channels:
            raise self.refusal(layer)
        bias = filled(layer.bias, layer.out_channels, 0)
        weight = array(layer.weight).transpose(2, 3, 1, 0).reshape(9 * channels, -1)
        after = (layer.out_channels, -(-height // 2), -(-width // 2))
        fields = {"op": "conv", "input": row_major((channels, height, width)), "output": row_major(after)}
        self.ops.append(Operation(fields, {"weight": np.vstack([weight, bias])}))
        self.image = after
