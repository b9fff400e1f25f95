from __future__ import annotations

import dataclasses
import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from vae_core.errors import ConfigError
from vae_core.networks import (
    ACTIVATIONS,
    ImageShape,
    NetworkConfig,
    Places,
    SineFeatures,
    check_image_shape,
    make_decoder,
    make_discriminator,
    make_encoder,
)

SMALL = NetworkConfig(hidden=(12, 6), channels=2, sine_features=5)
SIDES = st.integers(8, 64)


def decoded(
    config: NetworkConfig, shape: ImageShape = (1, 8, 8), latent_dim: int = 3, seed: int = 0
) -> Tensor:
    torch.manual_seed(seed)
    decoder = make_decoder(config, shape, latent_dim)
    z = torch.randn(4, latent_dim, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return decoder(z)  # type: ignore[no-any-return]


def encoded(config: NetworkConfig, shape: ImageShape = (1, 8, 8), outputs: int = 4, seed: int = 0) -> Tensor:
    torch.manual_seed(seed)
    encoder = make_encoder(config, shape, outputs)
    x = torch.rand(4, *shape, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return encoder(x)  # type: ignore[no-any-return]


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
@given(
    channels=st.sampled_from([1, 3]),
    height=SIDES,
    width=SIDES,
    latent_dim=st.integers(1, 64),
    sine_features=st.sampled_from([0, 1, 7]),
)
def test_every_image_size_goes_in_and_comes_out(
    kind: str, channels: int, height: int, width: int, latent_dim: int, sine_features: int
) -> None:
    config = dataclasses.replace(SMALL, kind=kind, sine_features=sine_features)
    shape = (channels, height, width)
    assert encoded(config, shape, 2 * latent_dim).shape == (4, 2 * latent_dim)
    images = decoded(config, shape, latent_dim)
    assert images.shape == (4, *shape)
    assert images.isfinite().all()


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 64, 64), (1, 9, 64), (3, 63, 8), (1, 28, 28), (3, 15, 17)])
def test_every_pixel_can_be_reached_from_z_and_reaches_the_encoder(kind: str, shape: ImageShape) -> None:
    config = dataclasses.replace(SMALL, kind=kind, activation="tanh", channels=4)
    torch.manual_seed(0)
    encoder, decoder = make_encoder(config, shape, 4), make_decoder(config, shape, 2)
    x = torch.rand(1, *shape, requires_grad=True)
    encoder(x).square().sum().backward()
    assert x.grad is not None
    assert (x.grad != 0).all()
    images = decoder(torch.tensor([[0.1, -0.4], [0.8, 1.3]]))
    assert ((images[0] - images[1]).abs() > 0).all()


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
def test_no_images_and_no_latents_are_nothing_in_and_nothing_out(kind: str) -> None:
    config = dataclasses.replace(SMALL, kind=kind)
    assert make_encoder(config, (1, 9, 9), 4)(torch.zeros(0, 1, 9, 9)).shape == (0, 4)
    assert make_decoder(config, (1, 9, 9), 2)(torch.zeros(0, 2)).shape == (0, 1, 9, 9)


@pytest.mark.parametrize(
    "shape", [(2, 8, 8), (0, 8, 8), (4, 28, 28), (1, 7, 8), (1, 8, 65), (3, 0, 8), (1, -8, 8)]
)
def test_an_image_that_cannot_be_modelled_is_refused_with_its_shape(shape: ImageShape) -> None:
    for make in (check_image_shape, lambda s: make_encoder(SMALL, s, 2), lambda s: make_decoder(SMALL, s, 2)):
        with pytest.raises(ConfigError, match="x".join(map(str, shape)) + r".*1 or 3 channels.*8 to 64"):
            make(shape)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("mlp", {"hidden": (12, 7)}),
        ("mlp", {"hidden": (13, 6)}),
        ("mlp", {"hidden": (12,)}),
        ("conv", {"hidden": (12, 7)}),
        ("conv", {"channels": 3}),
        ("broadcast", {"channels": 3}),
        *itertools.product(["mlp", "conv"], [{"layer_norm": False}]),
        *itertools.product(["mlp", "conv", "broadcast"], [{"sine_features": 0}, {"sine_features": 6}]),
    ],
)
def test_each_setting_changes_the_decoder(kind: str, changes: dict[str, object]) -> None:
    config = dataclasses.replace(SMALL, kind=kind)
    other = dataclasses.replace(config, **changes)  # type: ignore[arg-type]
    one, two = (make_decoder(c, (1, 8, 8), 3) for c in (config, other))
    assert count(one) != count(two)


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
def test_each_activation_and_each_kind_makes_another_function(kind: str) -> None:
    config = dataclasses.replace(SMALL, kind=kind)
    outputs = [decoded(dataclasses.replace(config, activation=name)) for name in ACTIVATIONS]
    inputs = [encoded(dataclasses.replace(config, activation=name)) for name in ACTIVATIONS]
    for values in (outputs, inputs):
        assert all(not torch.equal(a, b) for a, b in itertools.combinations(values, 2))


def test_the_seed_decides_the_weights() -> None:
    assert torch.equal(decoded(SMALL, seed=1), decoded(SMALL, seed=1))
    assert not torch.equal(decoded(SMALL, seed=1), decoded(SMALL, seed=2))


def test_layer_norm_stands_before_each_activation_of_the_perceptron() -> None:
    names = [type(layer).__name__ for layer in make_encoder(SMALL, (1, 8, 8), 2)]
    assert names == ["Flatten", *["Linear", "LayerNorm", "ReLU"] * 2, "Linear"]


def test_the_decoder_mirrors_the_encoders_hidden_layers() -> None:
    widths = [m.out_features for m in make_decoder(SMALL, (1, 8, 8), 3) if isinstance(m, nn.Linear)]
    assert widths == [6, 12, 64]


def test_sine_features_are_the_sines_of_a_linear_map() -> None:
    features = SineFeatures(3, 7, 2.0)
    z = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    expected = torch.sin(z @ features.linear.weight.T + features.linear.bias)
    torch.testing.assert_close(features(z), expected)


@pytest.mark.parametrize("scale", [0.5, 2.0, 10.0])
@pytest.mark.parametrize("latent_dim", [1, 2, 64])
def test_sine_features_start_with_the_promised_frequencies_and_phases(scale: float, latent_dim: int) -> None:
    torch.manual_seed(0)
    linear = SineFeatures(latent_dim, 4096, scale).linear
    assert linear.weight.std().item() == pytest.approx(scale / math.sqrt(latent_dim), rel=0.06)
    assert linear.weight.mean().item() == pytest.approx(0, abs=0.1 * scale)
    assert 0 <= linear.bias.min() < 0.01
    assert 2 * math.pi - 0.01 < linear.bias.max() <= 2 * math.pi


def test_sine_features_keep_full_precision_in_reduced_arithmetic() -> None:
    features = SineFeatures(2, 16, 2.0)
    z = torch.tensor([[1.0, 1.0], [1.001, 1.0]])
    with torch.autocast("cpu", torch.bfloat16):
        reduced = features(z)
    torch.testing.assert_close(reduced, features(z), rtol=0, atol=0)
    assert not torch.equal(reduced[0], reduced[1])


def test_broadcast_is_a_convolution_of_z_and_coordinates_side_by_side() -> None:
    torch.manual_seed(0)
    entrance, places = nn.Linear(3, 5), Places(5, 4, 6)
    z = torch.randn(2, 3)
    down = torch.tensor([-0.75, -0.25, 0.25, 0.75]).view(1, 1, 4, 1).expand(2, 1, 4, 6)
    across = torch.linspace(-5 / 6, 5 / 6, 6).view(1, 1, 1, 6).expand(2, 1, 4, 6)
    tiled = torch.cat([z.view(2, 3, 1, 1).expand(2, 3, 4, 6), down, across], 1)
    kernel = torch.cat([entrance.weight, places.linear.weight], 1)
    expected = torch.nn.functional.conv2d(tiled, kernel[..., None, None], entrance.bias)
    torch.testing.assert_close(places(entrance(z)), expected)


def test_a_place_is_painted_from_z_and_its_coordinates_alone() -> None:
    config = dataclasses.replace(SMALL, kind="broadcast", sine_features=0)
    torch.manual_seed(0)
    decoder = make_decoder(config, (1, 64, 40), 2)
    places = next(layer for layer in decoder if isinstance(layer, Places))
    z = torch.randn(1, 2)
    before = decoder(z)
    places.coordinates[2, 3] += 0.5
    changed = (decoder(z) != before)[0, 0].nonzero()
    assert changed.amin(0).tolist() == [16, 24]
    assert changed.amax(0).tolist() == [23, 31]


def test_neighbouring_images_do_not_touch_each_other() -> None:
    for kind in ("mlp", "conv", "broadcast"):
        config = dataclasses.replace(SMALL, kind=kind)
        torch.manual_seed(0)
        encoder = make_encoder(config, (1, 12, 12), 4).eval()
        x = torch.rand(6, 1, 12, 12)
        torch.testing.assert_close(encoder(x)[2:3], encoder(x[2:3]))


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
@given(channels=st.sampled_from([1, 3]), height=SIDES, width=SIDES)
def test_a_discriminator_judges_images_of_every_size_through_its_features(
    kind: str, channels: int, height: int, width: int
) -> None:
    config = dataclasses.replace(SMALL, kind=kind)
    features, verdict = make_discriminator(config, (channels, height, width))
    found = features(torch.rand(3, channels, height, width))
    assert found.ndim == 2
    assert verdict(found).shape == (3, 1)


def test_a_discriminator_lets_a_gradient_through_wherever_it_says_no() -> None:
    for kind in ("mlp", "conv", "broadcast"):
        torch.manual_seed(0)
        features, verdict = make_discriminator(dataclasses.replace(SMALL, kind=kind), (1, 8, 8))
        x = torch.rand(50, 1, 8, 8, requires_grad=True)
        verdict(features(x)).sum().backward()
        assert x.grad is not None
        assert (x.grad.flatten(1).abs().sum(1) > 0).all()


def test_no_discriminator_of_images_that_are_too_large() -> None:
    with pytest.raises(ConfigError, match="can't be modelled"):
        make_discriminator(SMALL, (1, 65, 8))
