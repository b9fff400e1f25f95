"""What the broken models are broken in, and in nothing else."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from vae_core.likelihoods import Gaussian
from vae_core.models import VAEConfig, make_model
from vae_core.models.broken import (
    GaussianWithoutConstant,
    SeesPixelsBefore,
    TooStrongConfig,
    WithoutConstantConfig,
)

SHAPE = (1, 8, 8)


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def _images(count: int, generator: torch.Generator, shape: tuple[int, int, int] = SHAPE) -> Tensor:
    return torch.rand(count, *shape, generator=generator)


@pytest.mark.parametrize("scale", [0.1, 0.2, 1.0])
def test_without_its_constant_a_gaussian_is_off_by_half_of_d_log_2_pi_variance(
    scale: float, generator: torch.Generator
) -> None:
    x, params = _images(5, generator), torch.randn(5, *SHAPE, generator=generator)
    off = GaussianWithoutConstant(scale).log_prob(x, params) - Gaussian(scale).log_prob(x, params)
    constant = math.prod(SHAPE) / 2 * math.log(2 * math.pi * scale**2)
    torch.testing.assert_close(off, torch.full((5,), constant), atol=1e-3, rtol=1e-5)


def test_without_its_constant_a_gaussian_has_the_same_gradients(generator: torch.Generator) -> None:
    x, grads = _images(5, generator), []
    params = torch.randn(5, *SHAPE, generator=generator)
    for likelihood in (Gaussian(0.2), GaussianWithoutConstant(0.2)):
        leaf = params.clone().requires_grad_()
        likelihood.log_prob(x, leaf).sum().backward()
        grads.append(leaf.grad)
    assert torch.equal(grads[0], grads[1])


def test_a_learned_scale_would_grow_without_end_if_its_logarithm_were_left_out(
    generator: torch.Generator,
) -> None:
    x, params = _images(5, generator), torch.randn(5, *SHAPE, generator=generator)
    for scale in (0.01, 1.0, 100.0):
        likelihood = GaussianWithoutConstant(scale, learned=True)
        likelihood.log_prob(x, params).sum().backward()
        assert likelihood.log_scale.grad is not None
        assert likelihood.log_scale.grad > 0


def test_pixels_told_those_before_are_a_distribution(generator: torch.Generator) -> None:
    likelihood = SeesPixelsBefore((1, 3, 3))
    every = torch.tensor(list(itertools.product((0.0, 1.0), repeat=9))).view(-1, 1, 3, 3)
    params = torch.randn(1, 1, 3, 3, generator=generator).expand(len(every), -1, -1, -1)
    assert likelihood.log_prob(every, params).exp().sum().item() == pytest.approx(1, abs=1e-5)


def test_no_pixel_is_told_itself_or_a_later_one(generator: torch.Generator) -> None:
    likelihood = SeesPixelsBefore((1, 3, 3))
    x = _images(1, generator, (1, 3, 3)).requires_grad_()
    logits = torch.nn.functional.linear(x.flatten(1), likelihood.before.weight.tril(-1))[0]
    for i, logit in enumerate(logits):
        (slope,) = torch.autograd.grad(logit, x, retain_graph=True)
        assert (slope.flatten()[i:] == 0).all()
        assert (slope.flatten()[:i] != 0).all()


def test_the_image_that_is_written_is_the_mean_of_each_pixel_given_those_before(
    generator: torch.Generator,
) -> None:
    likelihood, params = SeesPixelsBefore((1, 3, 3)), torch.randn(4, 1, 3, 3, generator=generator)
    written = likelihood.mean(params)
    told = likelihood.before.bias + written.flatten(1) @ likelihood.before.weight.tril(-1).T
    torch.testing.assert_close(written, torch.sigmoid(params + told.view_as(params)))
    torch.testing.assert_close(likelihood.sd(params), torch.sqrt(written * (1 - written)))


def test_draws_are_black_and_white_the_generators_own_and_as_often_as_the_law_says() -> None:
    likelihood = SeesPixelsBefore((1, 1, 2))
    params = torch.zeros(20_000, 1, 1, 2)
    drawn, again = (likelihood.sample(params, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(drawn, again)
    assert not torch.equal(drawn, likelihood.sample(params, torch.Generator().manual_seed(4)))
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    both = torch.ones(1, 1, 1, 2)
    expected = likelihood.log_prob(both, params[:1]).exp().item()
    assert (drawn.flatten(1).sum(1) == 2).double().mean().item() == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("config", [WithoutConstantConfig(), TooStrongConfig()])
def test_networks_begin_as_those_of_the_right_model(config: VAEConfig) -> None:
    models = []
    for one in (VAEConfig(), config):
        torch.manual_seed(0)
        models.append(make_model(one, SHAPE).state_dict())
    right, broken = models
    assert all(torch.equal(value, broken[name]) for name, value in right.items())
