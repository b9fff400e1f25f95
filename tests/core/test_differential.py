from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from vae_core import runs
from vae_core.errors import InputError
from vae_core.models import MODELS
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

MakeRun = Callable[..., TrainingRun]
WITH_PLANE = [name for name in MODELS if name != "vqvae"]  # its z are the vectors of a whole map of codes
Z = np.random.default_rng(0).standard_normal((7, 3)).astype(np.float32)


def made(make_run: MakeRun, family: str, **settings: Any) -> TrainedModel:
    """Return a model with three latent dimensions as it is before its first step, for one class if it needs one."""
    model = runs.freeze(make_run(family=family, latent_dim=3, **settings), "fresh")
    return model.given(3) if model.is_conditional else model


def slope(model: TrainedModel, head: str) -> np.ndarray:
    """Return derivatives [N, C, H, W, d] by central differences in double precision."""
    module: Any = copy.deepcopy(model.module).double()
    image = getattr(module.likelihood, head)
    step = 1e-5

    def at(z: np.ndarray) -> np.ndarray:
        # Families compute in float32 at the end of decode(): the network itself is differenced.
        return image(module.decoder(torch.from_numpy(z))).numpy()

    z = Z.astype(np.float64)
    found = [(at(z + step * row) - at(z - step * row)) / (2 * step) for row in np.eye(3)]
    return np.stack(found, axis=-1)


@pytest.mark.parametrize("family", WITH_PLANE)
def test_the_jacobian_is_that_of_finite_differences(family: str, make_run: MakeRun) -> None:
    model = made(make_run, family)
    images, jacobian = model.decode_with_jacobian(Z)
    np.testing.assert_allclose(images, model.decode(Z), atol=1e-6)
    assert (jacobian.shape, jacobian.dtype) == ((7, 1, 8, 8, 3), np.float32)
    np.testing.assert_allclose(jacobian, slope(model, "mean"), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("network", ["mlp", "conv", "broadcast"])
@pytest.mark.parametrize("activation", ["relu", "gelu", "silu", "tanh"])
def test_so_it_is_for_every_kind_of_network(network: str, activation: str, make_run: MakeRun) -> None:
    model = made(make_run, "vae", kind=network, activation=activation, channels=4)
    np.testing.assert_allclose(model.decode_with_jacobian(Z)[1], slope(model, "mean"), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous_bernoulli", "gaussian", "gaussian_learned"])
def test_the_spread_of_pixels_has_its_jacobian_too(likelihood: str, make_run: MakeRun) -> None:
    model = made(make_run, "vae", likelihood=likelihood)
    spread, jacobian = model.pixel_sd_with_jacobian(Z)
    np.testing.assert_allclose(spread, model.pixel_sd(Z), atol=1e-6)
    # The continuous Bernoulli's variance is a small difference of large numbers.
    np.testing.assert_allclose(jacobian, slope(model, "sd"), rtol=1e-3, atol=1e-4)
    if likelihood.startswith("gaussian"):
        assert not jacobian.any()


def test_many_codes_are_taken_in_parts(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    model = made(make_run, "vae")
    whole = model.decode_with_jacobian(Z)[1]
    monkeypatch.setattr("vae_core.trained.CHUNK", 6)
    np.testing.assert_allclose(model.decode_with_jacobian(Z)[1], whole, atol=1e-6)
    assert model.decode_with_jacobian(Z[:0])[1].shape == (0, 1, 8, 8, 3)


def test_a_conditional_model_changes_with_z_as_its_class_does(make_run: MakeRun) -> None:
    model = runs.freeze(make_run(family="cvae", latent_dim=3), "fresh")
    found = model.decode_with_jacobian(Z, np.full(7, 4))[1]
    np.testing.assert_allclose(found, model.given(4).decode_with_jacobian(Z)[1], atol=1e-6)
    with pytest.raises(InputError, match="class of each image"):
        model.decode_with_jacobian(Z)


def test_a_gan_has_no_spread_of_pixels(make_run: MakeRun) -> None:
    model = made(make_run, "gan")
    assert not model.has_likelihood
    with pytest.raises(InputError, match="no p"):
        model.pixel_sd(Z)


def test_mean_and_spread_of_bernoulli_pixels_make_a_quarter_of_the_fisher_metric(make_run: MakeRun) -> None:
    # (lambda, sqrt(lambda (1 - lambda))) runs along a circle of radius 1/2, whose angle is Fisher's and Rao's.
    model = made(make_run, "vae")
    mean = model.surface()
    spread = model.pixel_sd_surface()
    module: Any = copy.deepcopy(model.module).double()
    logits = torch.autograd.functional.jacobian(
        lambda z: module.decoder(z).flatten(1).sum(0), torch.from_numpy(Z.astype(np.float64))
    ).numpy()  # [F, N, d]
    weight = model.decode(Z).reshape(7, -1).T.astype(np.float64)
    fisher = np.einsum("fnd,fne,fn->nde", logits, logits, weight * (1 - weight))
    np.testing.assert_allclose(mean.beside(spread).metric(Z), fisher / 4, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("z", [np.zeros((3, 2)), np.zeros(3), np.full((2, 3), np.nan)])
def test_what_is_no_code_is_refused(z: np.ndarray, make_run: MakeRun) -> None:
    with pytest.raises(InputError):
        made(make_run, "vae").decode_with_jacobian(z)
