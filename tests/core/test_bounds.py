from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, distributions, nn

from vae_core import bounds
from vae_core.bounds import elbo, importance_weighted_bound
from vae_core.datasets import ImageDataset
from vae_core.errors import ConfigError
from vae_core.models import VAE, VAEConfig, make_model
from vae_core.networks import NetworkConfig
from vae_core.posteriors import DiagonalGaussian
from vae_core.trained import TrainedModel

PIXELS = 64


class LinearGaussian(nn.Module):
    """p(x|z) = N(W z + b, s^2 I) with orthogonal columns of W, so that the true posterior is a diagonal Gaussian."""

    def __init__(self, latent_dim: int = 2, scale: float = 0.5, *, slack: float = 0.0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        basis = torch.linalg.qr(torch.randn(PIXELS, latent_dim, generator=generator).double())[0]
        self.w = basis * torch.linspace(1, 2, latent_dim).double()
        self.b = torch.full((PIXELS,), 0.5).double()
        self.scale, self.slack = scale, slack
        self.likelihood = self
        self.variance = 1 / (1 + (self.w**2).sum(0) / scale**2)

    def encode(self, x: Tensor, labels: Tensor | None = None) -> DiagonalGaussian:
        mu = self.variance * ((x.double().flatten(1) - self.b) @ self.w) / self.scale**2
        logvar = self.variance.log().expand(mu.shape)
        return DiagonalGaussian(mu + self.slack, logvar + self.slack)

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        return (z.double() @ self.w.T + self.b).view(-1, 1, 8, 8)

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        return distributions.Normal(params, self.scale).log_prob(x.double()).flatten(1).sum(1)

    def log_evidence(self, x: Tensor) -> Tensor:
        covariance = self.w @ self.w.T + self.scale**2 * torch.eye(PIXELS).double()
        return distributions.MultivariateNormal(self.b, covariance).log_prob(x.double().flatten(1))


def images(count: int = 6) -> Tensor:
    return torch.rand(count, 1, 8, 8, generator=torch.Generator().manual_seed(9))


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("samples", [1, 3, 500])
@pytest.mark.parametrize("chunk", [1, 7, 8192])
def test_with_the_exact_posterior_the_bound_is_the_evidence_for_any_k_and_any_chunk(
    samples: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "CHUNK", max(chunk, samples // 20))
    model, x = LinearGaussian(), images()
    bound = importance_weighted_bound(model, x, drawn(), samples)  # type: ignore[arg-type]
    torch.testing.assert_close(bound.double(), model.log_evidence(x), rtol=1e-5, atol=1e-4)


def test_with_the_exact_posterior_the_elbo_is_the_evidence_on_average() -> None:
    model, x = LinearGaussian(), images()
    reconstruction, kl = elbo(model, x, drawn(), samples=4000)  # type: ignore[arg-type]
    torch.testing.assert_close(-(reconstruction + kl).double(), model.log_evidence(x), rtol=0, atol=0.1)


def test_with_another_posterior_the_elbo_lacks_the_kl_to_the_true_one() -> None:
    exact, off, x = LinearGaussian(), LinearGaussian(slack=0.3), images()
    true, q = exact.encode(x), off.encode(x)
    gap = distributions.kl_divergence(
        distributions.Normal(q.mu, q.sigma), distributions.Normal(true.mu, true.sigma)
    ).sum(-1)
    reconstruction, kl = elbo(off, x, drawn(), samples=4000)  # type: ignore[arg-type]
    torch.testing.assert_close(
        -(reconstruction + kl).double(), exact.log_evidence(x) - gap, rtol=0, atol=0.15
    )


def test_the_bound_rises_with_k_from_the_elbo_to_the_evidence() -> None:
    exact, off = LinearGaussian(), LinearGaussian(slack=0.5)
    x = images(1).expand(200, 1, 8, 8)
    evidence = exact.log_evidence(x[:1]).item()
    values = [importance_weighted_bound(off, x, drawn(k), k).mean().item() for k in (1, 2, 8, 64, 400)]  # type: ignore[arg-type]
    reconstruction, kl = elbo(off, x, drawn(), samples=20)  # type: ignore[arg-type]
    assert values == sorted(values)
    assert values[0] == pytest.approx(-(reconstruction + kl).mean().item(), abs=0.3)
    assert values[-1] == pytest.approx(evidence, abs=0.02)


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous_bernoulli", "gaussian"])
@pytest.mark.parametrize("latent_dim", [1, 2])
def test_the_bound_of_a_network_finds_the_evidence_that_quadrature_over_z_gives(
    likelihood: str, latent_dim: int
) -> None:
    network = NetworkConfig(hidden=(16,), sine_features=8)
    torch.manual_seed(1)
    model = make_model(VAEConfig(latent_dim=latent_dim, likelihood=likelihood, network=network), (1, 8, 8))
    assert isinstance(model, VAE)
    model.requires_grad_(False)
    x = images(3)
    axis = torch.linspace(-6, 6, 301 if latent_dim == 2 else 2001)
    z = torch.cartesian_prod(*[axis] * latent_dim).view(-1, latent_dim)
    prior = distributions.Normal(0.0, 1.0).log_prob(z).sum(-1)
    cell = latent_dim * math.log(float(axis[1] - axis[0]))
    params = model.decode(z)
    evidence = torch.stack(
        [(model.likelihood.log_prob(one.expand(len(z), 1, 8, 8), params) + prior).logsumexp(0) for one in x]
    )
    bound = importance_weighted_bound(model, x, drawn(), 5000)
    torch.testing.assert_close(bound, evidence + cell, rtol=0, atol=0.15)


def test_the_same_seed_gives_the_same_numbers_and_another_does_not(model: TrainedModel) -> None:
    module = model.module
    assert isinstance(module, VAE)
    for estimate in (
        lambda g: elbo(module, images(), g)[0],
        lambda g: importance_weighted_bound(module, images(), g, 5),
    ):
        assert torch.equal(estimate(drawn(1)), estimate(drawn(1)))
        assert not torch.equal(estimate(drawn(1)), estimate(drawn(2)))


def test_more_samples_make_the_elbo_steadier(model: TrainedModel, digits: ImageDataset) -> None:
    module = model.module
    assert isinstance(module, VAE)
    x = torch.from_numpy(digits.test.images[:20]).float() / 255
    generator = drawn()
    one, many = (
        np.std([elbo(module, x, generator, samples)[0].mean().item() for _ in range(16)])
        for samples in (1, 64)
    )
    assert many < one / 3


def test_the_elbos_kl_does_not_depend_on_chunks(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    module = model.module
    assert isinstance(module, VAE)
    whole = elbo(module, images(50), drawn())[1]
    monkeypatch.setattr(bounds, "CHUNK", 7)
    torch.testing.assert_close(elbo(module, images(50), drawn())[1], whole)


def test_no_forward_pass_decodes_more_than_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "CHUNK", 100)
    sizes: list[int] = []

    class Watched(LinearGaussian):
        def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
            sizes.append(len(z))
            return super().decode(z)

    x = images(130)
    for samples in (1, 3, 99, 101):
        assert len(importance_weighted_bound(Watched(), x, drawn(), samples)) == 130  # type: ignore[arg-type]
    assert len(elbo(Watched(), x, drawn())[0]) == 130  # type: ignore[arg-type]
    assert max(sizes) <= 100


@pytest.mark.parametrize("samples", [0, -1, 5001])
def test_k_outside_its_bounds_is_refused(samples: int, model: TrainedModel) -> None:
    module = model.module
    assert isinstance(module, VAE)
    with pytest.raises(ConfigError, match=rf"Got: {samples}.*1 to 5000"):
        importance_weighted_bound(module, images(), drawn(), samples)


def test_no_images_give_no_bounds(model: TrainedModel) -> None:
    module = model.module
    assert isinstance(module, VAE)
    assert len(importance_weighted_bound(module, images(0), drawn(), 5)) == 0
    assert len(elbo(module, images(0), drawn())[0]) == 0
