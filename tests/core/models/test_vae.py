from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, distributions, nn

from vae_core.errors import ConfigError
from vae_core.models import (
    MODELS,
    VAE,
    Autoencoder,
    AutoencoderConfig,
    ModelConfig,
    TCVAEConfig,
    VAEConfig,
    family_of,
    in_family,
    make_model,
    model_config_from_json,
    model_config_to_json,
)
from vae_core.networks import NetworkConfig
from vae_core.presets import PRESETS

NETWORK = NetworkConfig(hidden=(12,), sine_features=4)
SHAPE = (1, 28, 28)


def vae(shape: tuple[int, int, int] = (1, 8, 8), **settings: Any) -> VAE:
    torch.manual_seed(0)
    model = make_model(VAEConfig(network=NETWORK, **settings), shape)
    assert isinstance(model, VAE)
    return model


def images(shape: tuple[int, int, int] = (1, 8, 8), count: int = 16) -> Tensor:
    return torch.rand(count, *shape, generator=torch.Generator().manual_seed(3))


def gradient(model: nn.Module, loss: Tensor) -> Tensor:
    parts = torch.autograd.grad(loss, [p for p in model.parameters() if p.requires_grad])
    return torch.cat([part.flatten() for part in parts]).double()


def drawn() -> torch.Generator:
    return torch.Generator().manual_seed(11)


def program(model: VAE, x: Tensor, pixels: str, latents: str) -> Tensor:
    """Return the loss as such programs are written: `mse_loss` plus the KL's terms, each reduced as it says."""
    mu, logvar = model.encoder(x).chunk(2, dim=1)
    epsilon = torch.randn(mu.shape, generator=drawn())
    decoded = torch.sigmoid(model.decoder(mu + torch.exp(0.5 * logvar) * epsilon))
    terms = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp())
    squared = (decoded - x).pow(2).flatten(1)
    reconstruction = {
        "mean": squared.mean(),
        "sum": squared.sum(1).mean(),
        "half": 0.5 * squared.sum(1).mean(),
    }
    kl = {"mean": terms.mean(), "sum": terms.sum(1).mean()}
    return reconstruction[pixels] + kl[latents]


def half_squared_error_with(beta: float, model: VAE, x: Tensor) -> Tensor:
    """Return the objective of a Gaussian with unit variance and sums, without its constant."""
    posterior = model.encode(x)
    decoded = torch.sigmoid(model.decode(posterior.rsample(drawn())))
    return 0.5 * (decoded - x).pow(2).flatten(1).sum(1).mean() + beta * posterior.kl().mean()


@pytest.mark.parametrize(
    ("pixels", "latents", "latent_dim", "beta"),
    [("mean", "mean", 2, 196), ("mean", "sum", 2, 392), ("sum", "sum", 2, 0.5), ("half", "sum", 2, 1),
     ("mean", "mean", 16, 24.5), ("sum", "mean", 10, 0.05)],
)  # fmt: skip
def test_effective_beta_is_the_beta_whose_gradient_the_program_follows(
    pixels: str, latents: str, latent_dim: int, beta: float
) -> None:
    settings = {
        "latent_dim": latent_dim,
        "likelihood": "gaussian",
        "gaussian_scale": 1.0 if pixels == "half" else math.sqrt(0.5),
        "pixel_reduction": "mean" if pixels == "mean" else "sum",
        "kl_reduction": latents,
    }
    model, x = vae(SHAPE, **settings), images(SHAPE)
    assert model.config.effective_beta(SHAPE) == pytest.approx(beta)
    ours = gradient(model, model.loss(x, drawn())["loss"])
    theirs = gradient(model, program(model, x, pixels, latents))
    torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4 * theirs.abs().max().item())
    plain = gradient(model, half_squared_error_with(beta, model, x))
    torch.testing.assert_close(
        theirs / theirs.norm(), plain / plain.norm(), rtol=1e-3, atol=1e-4 / math.sqrt(len(plain))
    )
    wrong = gradient(model, half_squared_error_with(2 * beta, model, x))
    assert (theirs / theirs.norm() - wrong / wrong.norm()).norm() > 1e-3


def test_the_articles_program_amounts_to_196_and_its_correction_to_one_half() -> None:
    assert PRESETS["article"].model.effective_beta(SHAPE) == pytest.approx(196)  # type: ignore[union-attr]
    assert PRESETS["article-fixed"].model.effective_beta(SHAPE) == pytest.approx(0.5)  # type: ignore[union-attr]


def test_a_small_looking_weight_on_large_images_is_more_than_one() -> None:
    config = VAEConfig(
        beta=0.00025, likelihood="gaussian", gaussian_scale=math.sqrt(0.5), pixel_reduction="mean"
    )
    assert config.effective_beta((3, 64, 64)) == pytest.approx(1.536)


def test_averaging_the_kl_against_averaged_cross_entropy_divides_beta_by_the_latents() -> None:
    averaged = VAEConfig(latent_dim=20, beta=1 / 784 * 39 * 20, pixel_reduction="mean", kl_reduction="mean")
    assert averaged.effective_beta(SHAPE) == pytest.approx(39)


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous_bernoulli", "gaussian_learned"])
def test_only_a_fixed_gaussian_scale_enters_the_effective_beta(likelihood: str) -> None:
    config = VAEConfig(beta=4.0, likelihood=likelihood, gaussian_scale=0.1)
    assert config.effective_beta(SHAPE) == 4
    assert dataclasses.replace(config, likelihood="gaussian").effective_beta(SHAPE) == pytest.approx(0.04)


def test_the_loss_is_reconstruction_plus_beta_times_kl_in_nats_per_image() -> None:
    model, x = vae(beta=3.0), images()
    terms = model.loss(x, drawn())
    posterior = model.encode(x)
    params = model.decode(posterior.rsample(drawn()))
    expected = nn.functional.binary_cross_entropy_with_logits(params, x, reduction="sum") / len(x)
    torch.testing.assert_close(terms["reconstruction"], expected)
    torch.testing.assert_close(terms["kl"], posterior.kl().mean())
    torch.testing.assert_close(terms["loss"], terms["reconstruction"] + 3 * terms["kl"])


@given(beta=st.floats(0, 100), scale=st.floats(0, 1))
def test_annealing_scales_the_kls_weight_and_nothing_else(beta: float, scale: float) -> None:
    model, x = vae(beta=beta), images()
    terms, full = model.loss(x, drawn(), scale), model.loss(x, drawn())
    assert torch.equal(terms["kl"], full["kl"])
    assert torch.equal(terms["reconstruction"], full["reconstruction"])
    torch.testing.assert_close(terms["loss"], terms["reconstruction"] + scale * beta * terms["kl"])


def test_the_reported_terms_are_sums_whatever_the_reductions() -> None:
    plain, x = vae(), images()
    averaged = vae(pixel_reduction="mean", kl_reduction="mean")
    for name in ("reconstruction", "kl"):
        assert torch.equal(plain.loss(x, drawn())[name], averaged.loss(x, drawn())[name])


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous_bernoulli", "gaussian", "gaussian_learned"])
def test_every_parameter_gets_a_finite_gradient(likelihood: str) -> None:
    model = vae(likelihood=likelihood)
    model.loss(images(), drawn())["loss"].backward()
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            assert parameter.grad is not None, name
            assert parameter.grad.isfinite().all(), name
            assert parameter.grad.any(), name


@given(free_bits=st.floats(0, 3), beta=st.floats(0, 10))
def test_free_bits_charge_each_dimension_at_least_so_much(free_bits: float, beta: float) -> None:
    model, x = vae(latent_dim=4, free_bits=free_bits, beta=beta), 4 * images()
    terms = model.loss(x, drawn())
    mu, logvar = model.encoder(x).chunk(2, dim=1)
    q = distributions.Normal(mu, torch.exp(0.5 * logvar))
    each = distributions.kl_divergence(q, distributions.Normal(0.0, 1.0)).mean(0)
    charged = sum(max(free_bits, kl) for kl in each.tolist())
    expected = terms["reconstruction"].item() + beta * charged
    assert terms["loss"].item() == pytest.approx(expected, rel=1e-4, abs=1e-4)
    assert terms["kl"].item() == pytest.approx(each.sum().item(), rel=1e-4, abs=1e-5)


def test_a_dimension_below_its_free_bits_feels_no_pull_to_the_prior() -> None:
    model, x = vae(free_bits=3.0, beta=1e4), images()
    pulled, free = (m.loss(x, drawn())["loss"] for m in (vae(beta=1e4), model))
    last = gradient(model, free)
    without = vae(beta=0.0)
    torch.testing.assert_close(last, gradient(without, without.loss(x, drawn())["loss"]))
    assert pulled.item() != free.item()


def test_an_autoencoder_has_no_kl_and_nothing_random() -> None:
    torch.manual_seed(0)
    model = make_model(AutoencoderConfig(network=NETWORK), (1, 8, 8))
    assert isinstance(model, Autoencoder)
    one, two = model.loss(images(), drawn()), model.loss(images())
    assert one.keys() == {"loss", "reconstruction"}
    assert torch.equal(one["loss"], two["loss"])
    assert torch.equal(one["loss"], one["reconstruction"])


def test_every_family_in_the_registry_makes_its_model() -> None:
    for name, family in MODELS.items():
        config = family.Config()
        assert family_of(config) == name
        assert isinstance(make_model(config, (3, 9, 8)), family)


@pytest.mark.parametrize(
    "config",
    [
        VAEConfig(latent_dim=7, beta=4.0, network=NETWORK),
        *(model.Config() for model in MODELS.values()),
    ],
)
def test_a_configuration_survives_json_with_its_family(config: ModelConfig) -> None:
    assert model_config_from_json(model_config_to_json(config)) == config


def test_another_family_takes_over_what_both_have_and_was_chosen() -> None:
    vae = VAEConfig(latent_dim=7, beta=3.0, likelihood="gaussian", free_bits=0.5, network=NETWORK)
    assert in_family(vae, "ae") == AutoencoderConfig(latent_dim=7, likelihood="gaussian", network=NETWORK)
    assert in_family(vae, "tcvae") == TCVAEConfig(
        latent_dim=7, beta=3.0, likelihood="gaussian", network=NETWORK
    )
    assert in_family(vae, "vae") is vae
    assert in_family(VAEConfig(), "tcvae") == TCVAEConfig()  # with its own beta, not the VAE's 1


@pytest.mark.parametrize("family", ["diffusion", None, 3, ["vae"]])
def test_an_unknown_family_is_refused_with_the_ones_there_are(family: object) -> None:
    with pytest.raises(ConfigError, match=r"no such model family.*vae, .*, ae"):
        model_config_from_json({"family": family})


@pytest.mark.parametrize(
    "settings",
    [{"latent_dim": 0}, {"latent_dim": 65}, {"latent_dim": 2.0}, {"beta": -1.0}, {"beta": math.nan},
     {"beta": math.inf}, {"likelihood": "poisson"}, {"gaussian_scale": 0.0}, {"pixel_reduction": "max"},
     {"latent_dim": True}],
)  # fmt: skip
def test_a_setting_out_of_bounds_is_refused_by_name(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(settings))):
        VAEConfig(**settings)
