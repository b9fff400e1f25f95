from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import nn

from vae_core.errors import PageDecoderError
from vae_core.export.weights import PIECE, halved, payload_of
from vae_core.likelihoods import Bernoulli, make_likelihood
from vae_core.networks import CropTo, NetworkConfig, Places, make_decoder

SHAPE = (1, 8, 8)


def payload(*layers: nn.Module, latent_dim: int = 2, shape: tuple[int, int, int] = SHAPE):
    return payload_of(nn.Sequential(*layers), Bernoulli(), latent_dim, shape)


def test_the_program_is_json_and_its_offsets_cover_the_weights() -> None:
    decoder = make_decoder(NetworkConfig(kind="conv", hidden=(24, 20), channels=3), (3, 12, 10), 4)
    made = payload_of(decoder, make_likelihood("continuous_bernoulli"), 4, (3, 12, 10))
    assert json.loads(json.dumps(made.program)) == made.program
    assert made.w.dtype == np.float32
    assert made.program["size"] == len(made.w)
    assert made.program["image_shape"] == [3, 12, 10]
    assert made.program["mean"] == "continuous_bernoulli"
    names = ("weight", "bias", "scale", "shift")
    offsets = [layer[name] for layer in made.program["layers"] for name in names if name in layer]
    assert offsets == sorted(set(offsets))
    assert offsets[0] == 0
    assert offsets[-1] < len(made.w)


def test_a_linear_layer_is_laid_out_in_blocks_of_eight_with_its_bias_last() -> None:
    layer = nn.Linear(2, 64)
    made = payload(layer, nn.Unflatten(1, SHAPE))
    blocks = made.w.reshape(8, 3, 8)
    weight = layer.weight.detach().numpy()
    np.testing.assert_array_equal(blocks[3, :2], weight[24:32].T)
    np.testing.assert_array_equal(blocks[3, 2], layer.bias.detach().numpy()[24:32])


def test_outputs_are_padded_with_zeros_to_whole_blocks() -> None:
    made = payload(nn.Linear(2, 9), nn.ReLU(), nn.Linear(9, 64), nn.Unflatten(1, SHAPE))
    first = made.w[: 2 * 3 * 8].reshape(2, 3, 8)
    assert not first[1, :, 1:].any()
    assert made.program["layers"][2]["weight"] == 48


def test_a_colour_image_comes_out_pixel_by_pixel() -> None:
    layer = nn.Linear(2, 3 * 64)
    made = payload(layer, nn.Unflatten(1, (3, 8, 8)), shape=(3, 8, 8))
    rows = made.w.reshape(24, 3, 8).transpose(0, 2, 1).reshape(192, 3)[:, :2]
    expected = layer.weight.detach().numpy().reshape(3, 64, 2).transpose(1, 0, 2).reshape(192, 2)
    np.testing.assert_array_equal(rows, expected)


def test_cropping_becomes_part_of_the_convolution_before_it() -> None:
    decoder = make_decoder(NetworkConfig(kind="conv", hidden=(8,), channels=2), (1, 9, 13), 2)
    assert any(isinstance(layer, CropTo) for layer in decoder)
    layers = payload_of(decoder, Bernoulli(), 2, (1, 9, 13)).program["layers"]
    convolutions = [layer for layer in layers if layer["op"] == "conv_transpose"]
    assert convolutions[-1]["output"] == [9, 13, 1]


def test_layers_without_bias_or_scale_are_written_with_zeros_and_ones() -> None:
    layers = nn.Linear(2, 8, bias=False), nn.LayerNorm(8, elementwise_affine=False), nn.Tanh()
    made = payload(*layers, nn.Linear(8, 64), nn.Unflatten(1, SHAPE))
    norm = made.program["layers"][1]
    assert not made.w[16:24].any()
    np.testing.assert_array_equal(made.w[norm["scale"] : norm["scale"] + 8], 1)
    np.testing.assert_array_equal(made.w[norm["shift"] : norm["shift"] + 8], 0)


@pytest.mark.parametrize(
    "stranger",
    [
        nn.Sigmoid(),
        nn.GELU(approximate="tanh"),
        nn.LayerNorm((2, 4)),
        nn.Conv2d(1, 1, 3),
        nn.ConvTranspose2d(8, 1, 4, stride=2, padding=1),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_the_page_does_not_know_is_refused_by_name(stranger: nn.Module) -> None:
    with pytest.raises(PageDecoderError, match=f"can't run in the page.*{type(stranger).__name__}.*server"):
        payload(nn.Linear(2, 8), stranger, nn.Linear(8, 64), nn.Unflatten(1, SHAPE))


@pytest.mark.parametrize(
    "settings", [{"stride": 1}, {"padding": 0}, {"groups": 2}, {"output_padding": 1}, {"dilation": 2}]
)
def test_a_transposed_convolution_with_other_settings_is_refused(settings: dict[str, int]) -> None:
    convolution = nn.ConvTranspose2d(2, 2, 4, **({"stride": 2, "padding": 1} | settings))
    with pytest.raises(PageDecoderError, match="ConvTranspose2d"):
        payload(nn.Linear(2, 32), nn.Unflatten(1, (2, 4, 4)), convolution)


@pytest.mark.parametrize("settings", [{"kernel_size": 3}, {"stride": 2}, {"padding": 1}, {"groups": 2}])
def test_a_convolution_over_more_than_a_pixel_is_refused(settings: dict[str, int]) -> None:
    convolution = nn.Conv2d(2, 2, **({"kernel_size": 1} | settings))
    with pytest.raises(PageDecoderError, match="Conv2d"):
        payload(nn.Linear(2, 32), nn.Unflatten(1, (2, 4, 4)), convolution)


def test_places_of_another_width_and_places_in_an_image_are_refused() -> None:
    for layers in ((nn.Linear(2, 6), Places(4, 4, 4)), (nn.Linear(2, 4), Places(4, 4, 4), Places(4, 4, 4))):
        with pytest.raises(PageDecoderError, match="Places"):
            payload(*layers)


def test_an_output_that_is_not_the_image_is_refused() -> None:
    with pytest.raises(PageDecoderError, match="no image of the model's shape"):
        payload(nn.Linear(2, 49), nn.Unflatten(1, (1, 7, 7)))
    with pytest.raises(PageDecoderError, match="no image"):
        payload(nn.Linear(2, 64))


def test_an_unknown_likelihood_is_refused() -> None:
    decoder = nn.Sequential(nn.Linear(2, 64), nn.Unflatten(1, SHAPE))
    with pytest.raises(PageDecoderError, match="Identity"):
        payload_of(decoder, nn.Identity(), 2, SHAPE)  # type: ignore[arg-type]


def test_the_payload_shares_no_memory_with_the_model() -> None:
    layer = nn.Linear(2, 64)
    made = payload(layer, nn.Unflatten(1, SHAPE))
    before = made.w.copy()
    with torch.no_grad():
        layer.weight.add_(1)
    np.testing.assert_array_equal(made.w, before)


@pytest.mark.parametrize("size", [0, 1, PIECE, 2 * PIECE + 3])
def test_half_precision_is_the_nearest_number_of_sixteen_bits(size: int) -> None:
    w = np.random.default_rng(0).standard_normal(size).astype(np.float32)
    np.testing.assert_array_equal(halved(w), w.astype(np.float16))
