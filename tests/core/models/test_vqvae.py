from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from vae_core import load, runs
from vae_core.dissection import dissect
from vae_core.errors import InputError, PageDecoderError
from vae_core.evaluation import evaluate
from vae_core.events import Evaluated, Finished, Step
from vae_core.export.weights import decoder_payload
from vae_core.measures import measure
from vae_core.models import MODELS, VQVAE, VQVAEConfig, make_model
from vae_core.networks import code_map_size
from vae_core.run_config import DataConfig, RunConfig, TrainingConfig
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

SMALL: dict[str, Any] = {
    "codes": 12,
    "code_dim": 4,
    "channels": 4,
    "blocks": 1,
    "prior_heads": 1,
    "prior_layers": 1,
}
Drawn = Callable[..., torch.Generator]


def fresh(shape: tuple[int, int, int] = (1, 8, 8), **settings: Any) -> VQVAE:
    torch.manual_seed(0)
    made = make_model(VQVAEConfig(**(SMALL | settings)), shape)
    assert isinstance(made, VQVAE)
    return made


def new_run(dataset: Any, epochs: float = 1.0, **settings: Any) -> TrainingRun:
    training = TrainingConfig(
        epochs=epochs, seconds=None, batch_size=64, late_batch_size=64, precision="fp32"
    )
    return TrainingRun(RunConfig(DataConfig("digits"), VQVAEConfig(**(SMALL | settings)), training), dataset)


def finished(run: TrainingRun) -> TrainingRun:
    for _ in run.events():
        pass
    return run


@pytest.fixture(scope="module")
def trained(digits: Any, tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    run = finished(new_run(digits, 12.0, codes=16))
    return runs.save_measured(run, tmp_path_factory.mktemp("vqvae") / "vq", resumable=False)


@pytest.mark.parametrize("side", [8, 28, 32, 64])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_step_on_images_of_any_size_moves_every_part(side: int, channels: int, drawn: Drawn) -> None:
    shape = (channels, side, side)
    model = fresh(shape)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    terms = model.loss(torch.rand(6, *shape, generator=drawn()), drawn())
    terms["loss"].backward()
    torch.optim.Adam(model.parameters(), 1e-3).step()
    model.after_step()
    assert all(term.ndim == 0 and term.isfinite() for term in terms.values())
    for name, value in model.state_dict().items():
        if name != "likelihood.log_scale":
            assert value.isfinite().all(), name
            assert not torch.equal(value, before[name]), name
    codes = model.encode(torch.rand(2, *shape))
    assert codes.indices.shape == (2, *code_map_size(shape))
    assert model.decode(codes.mu).shape == (2, *shape)


def test_the_loss_is_the_sum_of_the_equation_s_terms(x: Tensor) -> None:
    model = fresh(commitment=0.7)
    terms = model.loss(x)
    z = model.encoder(x).permute(0, 2, 3, 1)
    away = torch.cdist(z.flatten(0, 2), model.codebook.vectors)
    indices = away.argmin(1).view(16, 4, 4)
    code = model.codebook.vectors[indices]
    params = model.decoder(code.permute(0, 3, 1, 2))
    expected = {
        "reconstruction": F.binary_cross_entropy_with_logits(params, x, reduction="sum") / 16,
        "commitment": 0.7 * ((z - code) ** 2).sum() / 16,
        "prior": F.cross_entropy(
            model.prior(indices.flatten(1)).flatten(0, 1), indices.flatten(), reduction="sum"
        )
        / 16,
    }
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], value)
    torch.testing.assert_close(terms["loss"], sum(expected.values()))


def test_the_decoder_s_gradient_reaches_the_encoder_s_vectors_unchanged(x: Tensor) -> None:
    model = fresh(commitment=0.0)
    kept: dict[str, Tensor] = {}

    def keep(name: str, value: Tensor) -> Tensor:
        value.retain_grad()
        kept[name] = value
        return value

    model.encoder.register_forward_hook(lambda module, given, out: keep("z", out))
    model.decoder.register_forward_pre_hook(lambda module, given: keep("code", given[0]))
    model.loss(x)["reconstruction"].backward()
    through, at_code = kept["z"].grad, kept["code"].grad
    assert through is not None
    assert at_code is not None
    assert through.abs().sum() > 0
    torch.testing.assert_close(through, at_code)
    assert torch.equal(kept["code"].permute(0, 2, 3, 1).flatten(1), model.encode(x).mu)


def test_the_prior_s_term_moves_the_prior_alone(x: Tensor) -> None:
    model = fresh()
    model.loss(x)["prior"].backward()
    moved = {name.split(".")[0] for name, value in model.named_parameters() if value.grad is not None}
    assert moved == {"prior"}


def test_nothing_but_a_step_moves_the_codes(digits: Any) -> None:
    run = new_run(digits)
    steps = itertools.islice((event for event in run.events() if isinstance(event, Step)), 3)
    assert len(list(steps)) == 3
    before = {name: value.clone() for name, value in run.model.state_dict().items()}
    run.peek()
    dissect(run)
    run.snapshot()
    run._evaluated()
    run._keep_moment()
    runs.still(run)
    assert isinstance(run.model, VQVAE)
    run.model.after_step()
    for name, value in run.model.state_dict().items():
        assert torch.equal(value, before[name]), name
    next(event for event in run.events() if isinstance(event, Step))
    assert not torch.equal(run.model.state_dict()["codebook.vectors"], before["codebook.vectors"])


def test_a_run_saved_and_resumed_is_the_same_to_the_bit(digits: Any, tmp_path: Path) -> None:
    whole, run = finished(new_run(digits)), new_run(digits)
    for _ in itertools.islice(run.events(), 7):
        pass
    run = finished(runs.resume(runs.save(run, tmp_path / "run"), digits))
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, run.model.state_dict()[name]), name


def test_training_improves_both_terms_of_the_bound_and_tells_it(digits: Any) -> None:
    events = list(new_run(digits, 12.0).events())
    steps = [event.terms for event in events if isinstance(event, Step)]
    assert steps[-1]["reconstruction"] < steps[0]["reconstruction"] - 10
    assert steps[-1]["prior"] < steps[0]["prior"] - 2
    assert 1 <= steps[-1]["perplexity"] <= SMALL["codes"]
    told = [event.terms for event in events if isinstance(event, Evaluated)][-1]
    assert told["elbo"] == pytest.approx(-(told["reconstruction"] + told["prior"]))
    assert [event.reason for event in events if isinstance(event, Finished)] == ["complete"]


def test_few_images_are_trained_on_too(make_images: Any) -> None:
    assert finished(new_run(make_images(count=3), 3.0)).finished


def test_a_saved_model_opens_as_it_was(trained: TrainedModel, digits: Any) -> None:
    opened, images = load(trained.path or ""), digits.test.images
    assert (opened.family, opened.is_discrete, opened.can_draw, opened.has_prior) == (
        "vqvae",
        True,
        True,
        False,
    )
    assert (opened.map_size, opened.codebook_size, opened.latent_dim) == ((4, 4), 16, 64)
    assert opened.latent_words == "4 × 4 codes out of 16"
    codes, (mu, sigma) = opened.codes(images), opened.encode(images)
    assert codes.shape == (len(images), 4, 4)
    np.testing.assert_array_equal(opened.code_vectors(codes), mu)
    np.testing.assert_array_equal(opened.decode_codes(codes), opened.reconstruct(images))
    np.testing.assert_array_equal(opened.latent_map.mu, mu)
    assert not sigma.any()


def test_its_folder_is_small_beside_its_weights(trained: TrainedModel) -> None:
    assert trained.path is not None
    beside = [
        file
        for file in trained.path.iterdir()
        if file.name not in ("weights.safetensors", "resume.safetensors")
    ]
    assert sum(file.stat().st_size for file in beside) < 3_000_000
    assert trained.replay is not None
    assert trained.replay.moments[-1].mu.shape[1] <= 64


def test_its_bound_is_a_bound_on_what_it_says_of_an_image(trained: TrainedModel, digits: Any) -> None:
    found = {name: entry["value"] for name, entry in evaluate(trained, digits, limit=60).items()}
    assert found["elbo"] == pytest.approx(-(found["reconstruction"] + found["rate"]))
    assert found.keys() >= {"mse", "perplexity", "codes_used", "knn_accuracy"}
    assert "kl" not in found
    module = trained.module
    assert isinstance(module, VQVAE)
    x = torch.from_numpy(digits.test.images[:60]).float() / 255
    with torch.inference_mode():
        terms = module.loss(x)
    assert found["rate"] == pytest.approx(terms["prior"].item(), rel=1e-5)
    assert found["reconstruction"] == pytest.approx(terms["reconstruction"].item(), rel=1e-5)


def test_draws_come_from_the_learned_prior_and_the_generator_decides_them(trained: TrainedModel) -> None:
    (z, images), same, other = (trained.sample(30, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert z.shape == (30, 64)
    assert images.shape == (30, 1, 8, 8)
    np.testing.assert_array_equal(z, same[0])
    assert not np.array_equal(z, other[0])
    module = trained.module
    assert isinstance(module, VQVAE)
    vectors = module.codebook.vectors.numpy()
    away = np.abs(z.reshape(-1, 1, 4) - vectors).max(-1).min(-1)
    assert (away == 0).all()
    cold = trained.sample(5, np.random.default_rng(0), 0.0)[0]
    assert (cold == cold[0]).all()
    assert trained.sample(0, np.random.default_rng(0))[1].shape == (0, 1, 8, 8)


def test_what_is_no_code_of_the_model_is_refused(trained: TrainedModel, model: TrainedModel) -> None:
    with pytest.raises(InputError, match="There is no such code"):
        trained.decode_codes(np.full((1, 4, 4), 16))
    with pytest.raises(InputError, match="do not fit"):
        trained.decode_codes(np.zeros((1, 4, 5), np.int64))
    with pytest.raises(InputError, match="do not fit"):
        trained.decode_codes(np.zeros((1, 4, 4)))
    with pytest.raises(InputError, match="no discrete codes"):
        model.codes(np.zeros((1, 1, 8, 8), np.uint8))


def test_its_images_and_draws_are_measured(trained: TrainedModel, digits: Any) -> None:
    found = measure(trained, digits, ["codes", "images", "draws"], limit=100)
    assert found.keys() >= {"psnr", "linear_probe_accuracy", "draws_sharpness", "longest_step_ratio"}
    assert "mmd_to_prior" not in found


def test_a_step_taken_apart_tells_the_codes_probability(digits: Any) -> None:
    run = new_run(digits)
    next(iter(run.events()))
    parts, model = dissect(run), run.model
    assert isinstance(model, VQVAE)
    with torch.inference_mode():
        indices = model.encode(torch.from_numpy(parts.x)).indices
        rate = -model.prior.log_prob(indices.flatten(1))
    np.testing.assert_allclose(parts.kl, rate.numpy(), rtol=1e-4)
    assert parts.weights is None
    assert not parts.epsilon.any()


def test_the_page_can_not_run_its_decoder(trained: TrainedModel) -> None:
    with pytest.raises(PageDecoderError):
        decoder_payload(trained)


def test_its_title_tells_the_size_of_its_book(trained: TrainedModel) -> None:
    assert trained.title == "VQ-VAE (K = 16)"
    assert MODELS["vqvae"].title == "VQ-VAE"
