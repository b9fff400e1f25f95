from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import nn

from vae_core.errors import PageEncoderError
from vae_core.export.encoder_weights import payload_of
from vae_core.networks import NetworkConfig, make_encoder

SHAPE = (1, 8, 8)


def test_the_program_is_json_and_its_offsets_cover_the_weights() -> None:
    encoder = make_encoder(NetworkConfig(kind="conv", hidden=(24, 20), channels=3), (3, 12, 10), 8)
    made = payload_of(encoder, 4, (3, 12, 10))
    assert json.loads(json.dumps(made.program)) == made.program
    assert made.w.dtype == np.float32
    assert made.program["size"] == len(made.w)
    assert made.program["image_shape"] == [3, 12, 10]
    assert made.program["has_spread"] is True
    offsets = [
        layer[n] for layer in made.program["layers"] for n in ("weight", "scale", "shift") if n in layer
    ]
    assert offsets == sorted(set(offsets))
    assert offsets[0] == 0


def test_a_code_without_a_spread_is_told() -> None:
    assert payload_of(nn.Sequential(nn.Flatten(), nn.Linear(64, 3)), 3, SHAPE).program["has_spread"] is False


def test_a_colour_image_is_taken_pixel_by_pixel() -> None:
    layer = nn.Linear(3 * 64, 8)
    made = payload_of(nn.Sequential(nn.Flatten(), layer), 4, (3, 8, 8))
    rows = made.w.reshape(193, 8)
    expected = layer.weight.detach().numpy().reshape(8, 3, 64).transpose(2, 1, 0).reshape(192, 8)
    np.testing.assert_array_equal(rows[:192], expected)
    np.testing.assert_array_equal(rows[192], layer.bias.detach().numpy())


@pytest.mark.parametrize(
    "stranger",
    [
        nn.Sigmoid(),
        nn.Conv2d(1, 1, 5, stride=2, padding=1),
        nn.Conv2d(1, 1, 3, padding=1),
        nn.Conv2d(1, 1, 3, stride=2, padding=1, padding_mode="reflect"),
        nn.Conv2d(2, 1, 3, stride=2, padding=1),
        nn.MaxPool2d(2),
        nn.Linear(8, 8),
    ],
    ids=repr,
)
def test_a_layer_the_page_does_not_know_is_refused_by_name(stranger: nn.Module) -> None:
    with pytest.raises(
        PageEncoderError, match=f"encoder can't run.*{type(stranger).__name__}.*Encode on the"
    ):
        payload_of(nn.Sequential(stranger, nn.Flatten(), nn.Linear(16, 4)), 2, SHAPE)


def test_an_output_that_is_no_code_is_refused() -> None:
    with pytest.raises(PageEncoderError, match="no code of the model's"):
        payload_of(nn.Sequential(nn.Flatten(), nn.Linear(64, 5)), 2, SHAPE)
    with pytest.raises(PageEncoderError, match="no code"):
        payload_of(nn.Sequential(nn.Conv2d(1, 1, 3, stride=2, padding=1)), 2, SHAPE)


def test_the_payload_shares_no_memory_with_the_model() -> None:
    layer = nn.Linear(64, 4)
    made = payload_of(nn.Sequential(nn.Flatten(), layer), 2, SHAPE)
    before = made.w.copy()
    with torch.no_grad():
        layer.weight.add_(1)
    np.testing.assert_array_equal(made.w, before)
