from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, distributions
from torch.nn import functional as F

from vae_core import load, runs
from vae_core.bounds import elbo, importance_weighted_bound
from vae_core.checkpoint import read
from vae_core.classifier import train_classifier
from vae_core.datasets import ImageDataset, as_float
from vae_core.dissection import dissect
from vae_core.errors import CheckpointError, ConfigError, InputError, PageDecoderError
from vae_core.evaluation import evaluate
from vae_core.export.weights import decoder_payload
from vae_core.latent import prior_grid
from vae_core.measures import measure
from vae_core.metrics import psnr
from vae_core.models import CVAE, CVAEConfig, VAEConfig
from vae_core.moments import LEVELS
from vae_core.networks import NetworkConfig
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

Fresh = Callable[..., Any]
Drawn = Callable[..., torch.Generator]
MakeRun = Callable[..., TrainingRun]
NETWORKS = {
    "mlp": NetworkConfig(hidden=(12,), sine_features=4),
    "mlp-plain": NetworkConfig(hidden=(12, 10), sine_features=0, layer_norm=False),
    "conv": NetworkConfig(kind="conv", channels=2, hidden=(12,), sine_features=4),
}
every_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


@pytest.fixture(scope="module")
def labels() -> Tensor:
    return torch.arange(16) % 10


@pytest.fixture(scope="module")
def trained(make_run: MakeRun) -> TrainedModel:
    """A conditional model after a few epochs on digits."""
    run = make_run(family="cvae", epochs=8.0, hidden=(32,))
    for _ in run.events():
        pass
    return runs.freeze(run, "told")


def first_layer_told(network: torch.nn.Sequential, vectors: Tensor, x: Tensor, place: int) -> Tensor:
    """Run a network layer by layer, `vectors` added to what the one at `place` puts out."""
    for index, layer in enumerate(network):
        x = F.linear(x, layer.weight, layer.bias) + vectors if index == place else layer(x)
    return x


@pytest.mark.parametrize("beta", [1.0, 4.0])
def test_the_loss_is_the_conditional_bound_by_torch_distributions(
    fresh: Fresh, drawn: Drawn, x: Tensor, labels: Tensor, beta: float
) -> None:
    model = fresh("cvae", beta=beta)
    one_hot = F.one_hot(labels, 10).float()
    told = first_layer_told(model.encoder, one_hot @ model.encoder_classes.weight, x, 1)
    mu, logvar = told.chunk(2, dim=1)
    posterior = distributions.Normal(mu, torch.exp(logvar / 2))
    z = mu + torch.exp(logvar / 2) * torch.randn(mu.shape, generator=drawn())
    logits = first_layer_told(model.decoder, one_hot @ model.decoder_classes.weight, z, 1)
    log_likelihood = x * F.logsigmoid(logits) + (1 - x) * F.logsigmoid(-logits)
    reconstruction = -log_likelihood.flatten(1).sum(1).mean()
    kl = distributions.kl_divergence(posterior, distributions.Normal(0.0, 1.0)).sum(1).mean()
    terms = model.loss(x, drawn(), labels=labels)
    torch.testing.assert_close(terms["reconstruction"], reconstruction)
    torch.testing.assert_close(terms["kl"], kl)
    torch.testing.assert_close(terms["loss"], reconstruction + beta * kl)
    torch.testing.assert_close(
        model.loss(x, drawn(), 0.5, labels=labels)["loss"], reconstruction + 0.5 * beta * kl
    )


@every_network
@pytest.mark.parametrize("label", [0, 7])
def test_given_a_class_it_is_a_plain_vae(fresh: Fresh, x: Tensor, network: NetworkConfig, label: int) -> None:
    model = fresh("cvae", network=network)
    plain, all_of_it = model.given(label), torch.full((16,), label)
    told, alone = model.encode(x, all_of_it), plain.encode(x)
    z = torch.randn(16, 2, generator=torch.Generator().manual_seed(0))
    for ours, theirs in (
        (told.mu, alone.mu),
        (told.logvar, alone.logvar),
        (model.decode(z, all_of_it), plain.decode(z)),
    ):
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-6)
    assert type(plain.config) is VAEConfig
    assert plain.config.network == network


@every_network
def test_each_row_is_told_its_own_class(
    fresh: Fresh, x: Tensor, labels: Tensor, network: NetworkConfig
) -> None:
    model = fresh("cvae", network=network)
    z = torch.randn(16, 2, generator=torch.Generator().manual_seed(0))
    together_mu, together = model.encode(x, labels).mu, model.decode(z, labels)
    for row in range(16):
        one = slice(row, row + 1)
        torch.testing.assert_close(together_mu[one], model.encode(x[one], labels[one]).mu)
        torch.testing.assert_close(together[one], model.decode(z[one], labels[one]))
    other = (labels + 1) % 10
    assert (model.encode(x, other).mu - together_mu).abs().max() > 1e-3
    assert (model.decode(z, other) - together).abs().max() > 1e-3


def test_what_is_given_is_a_copy_and_draws_no_random_number(fresh: Fresh) -> None:
    model = fresh("cvae")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    plain = model.given(3)
    for weights in plain.state_dict().values():
        weights.add_(1)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_without_labels_it_says_what_it_needs(fresh: Fresh, x: Tensor) -> None:
    for ask in (
        fresh("cvae").encode,
        fresh("cvae").loss,
        lambda x: fresh("cvae").decode(x.flatten(1)[:, :2]),
    ):
        with pytest.raises(InputError, match="needs the class of each image"):
            ask(x)


@pytest.mark.parametrize("classes", [0, 1001, 2.5, True, None])
def test_a_number_of_classes_that_does_not_fit_is_refused(classes: Any) -> None:
    with pytest.raises(ConfigError, match="number of classes"):
        CVAEConfig(classes=classes)


# ---------------------------------------------------------------------------------------------------- training


def test_the_data_decide_the_number_of_classes(make_run: MakeRun) -> None:
    assert make_run(family="cvae", classes=3).model.config.classes == 10


def test_data_without_classes_are_refused(
    make_run: MakeRun, make_images: Callable[..., ImageDataset]
) -> None:
    with pytest.raises(ConfigError, match=r"Got: Blobs.*Choose data with classes"):
        make_run(make_images(), family="cvae")


@pytest.mark.parametrize("settings", [{}, {"kind": "conv", "channels": 2}, {"precision": "bf16"}])
def test_a_run_saved_and_resumed_is_the_same_to_the_bit(
    make_run: MakeRun, digits: ImageDataset, tmp_path: Path, settings: dict[str, Any]
) -> None:
    whole, run = make_run(family="cvae", **settings), make_run(family="cvae", **settings)
    for _ in whole.events():
        pass
    for _ in itertools.islice(run.events(), 7):
        pass
    run = runs.resume(runs.save(run, tmp_path / "run"), digits)
    for _ in run.events():
        pass
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, run.model.state_dict()[name]), name
    assert [one.tiles for one in whole.replay.moments] == [one.tiles for one in run.replay.moments]


def test_each_image_of_a_batch_comes_with_its_own_label(make_run: MakeRun, digits: ImageDataset) -> None:
    batch = make_run(family="cvae").peek()
    known = {
        image.tobytes(): label for image, label in zip(digits.train.images, digits.train.labels, strict=True)
    }
    found = [known[image.tobytes()] for image in (batch.x * 255).round().to(torch.uint8).numpy()]
    assert batch.labels is not None
    assert batch.labels.tolist() == found


def test_a_dissected_step_tells_each_image_its_class(make_run: MakeRun) -> None:
    run = make_run(family="cvae")
    parts, batch = dissect(run, 64), run.peek()
    terms = run.model.loss(batch.x, batch.generator, 1.0, batch.seen, batch.labels)
    assert parts.reconstruction.mean() == pytest.approx(terms["reconstruction"].item(), rel=1e-5)
    assert parts.kl.mean() == pytest.approx(terms["kl"].item(), rel=1e-5)


def test_tiles_of_a_moment_take_the_classes_in_turn(make_run: MakeRun, digits: ImageDataset) -> None:
    run = make_run(family="cvae", epochs=2.0)
    for _ in run.events():
        pass
    tiles = run.replay.tiles(run.replay.moments[-1])
    model = runs.freeze(run)
    decoded = model.decode(prior_grid(9).reshape(-1, 2), np.arange(81) % 10)
    np.testing.assert_allclose(tiles[:81] / LEVELS, decoded, atol=0.51 / LEVELS)
    rows = run.replay.copied
    labels = digits.validation.labels
    assert labels is not None
    copies = model.reconstruct(digits.validation.images[rows], labels[rows])
    np.testing.assert_allclose(tiles[81:] / LEVELS, copies, atol=0.51 / LEVELS)


def test_telling_the_class_leaves_less_to_the_code(make_run: MakeRun, digits: ImageDataset) -> None:
    values = {}
    for family in ("vae", "cvae"):
        run = make_run(family=family, epochs=20.0, hidden=(64,))
        for _ in run.events():
            pass
        values[family] = evaluate(runs.freeze(run), digits)
    assert values["cvae"]["elbo"]["value"] > values["vae"]["elbo"]["value"] + 0.5
    assert values["cvae"]["knn_accuracy"]["value"] < values["vae"]["knn_accuracy"]["value"] - 0.2


# ---------------------------------------------------------------------------------------------- the trained model


def test_the_trained_model_is_told_classes(trained: TrainedModel, digits: ImageDataset) -> None:
    images, labels = digits.test.images[:30], digits.test.labels[:30]
    assert (trained.is_conditional, trained.classes, trained.family) == (True, 10, "cvae")
    mu, _ = trained.encode(images, labels)
    np.testing.assert_array_equal(trained.reconstruct(images, labels), trained.decode(mu, labels))
    z, drawn = trained.sample(5, np.random.default_rng(0), labels=np.arange(5))
    np.testing.assert_array_equal(drawn, trained.decode(z, np.arange(5)))
    assert np.abs(trained.decode(mu, labels) - trained.decode(mu, (labels + 1) % 10)).max() > 0.1
    many = np.repeat(mu, 50, axis=0), np.repeat(labels, 50)
    np.testing.assert_allclose(trained.decode(*many)[::50], trained.decode(mu, labels), atol=1e-6)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "needs the class of each image"),
        (np.zeros(3, np.int64), r"do not go with their rows.*int64 \[3\]"),
        (np.zeros(4), "do not go with their rows"),
        (np.array([0, 1, 2, 10]), "no class of this model"),
        (np.array([0, 1, 2, -1]), "no class of this model"),
    ],
)
def test_labels_that_do_not_fit_are_refused(trained: TrainedModel, labels: Any, message: str) -> None:
    for ask, rows in ((trained.decode, np.zeros((4, 2))), (trained.encode, np.zeros((4, 1, 8, 8), np.uint8))):
        with pytest.raises(InputError, match=message):
            ask(rows, labels)


@pytest.mark.parametrize("label", range(10))
def test_a_trained_model_given_a_class_is_a_plain_one(
    trained: TrainedModel, digits: ImageDataset, label: int
) -> None:
    plain, told = trained.given(label), np.full(20, label)
    mu, sigma = trained.encode(digits.test.images[:20], told)
    np.testing.assert_allclose(plain.encode(digits.test.images[:20]), (mu, sigma), atol=1e-6)
    np.testing.assert_allclose(plain.decode(mu), trained.decode(mu, told), atol=1e-6)
    assert (plain.family, plain.is_conditional, plain.classes) == ("vae", False, 0)
    assert (plain.given_class, plain.conditional, plain.name) == (label, trained, trained.name)
    assert plain.title == f"Conditional VAE, class {label}"
    assert plain.history == trained.history


def test_only_a_conditional_model_can_be_given_a_class_it_has(
    trained: TrainedModel, model: TrainedModel
) -> None:
    for label in (-1, 10):
        with pytest.raises(InputError, match=r"no such class.*0 to 9"):
            trained.given(label)
    with pytest.raises(InputError, match="not told any class"):
        model.given(0)
    with pytest.raises(InputError, match="not told any class"):
        trained.given(0).given(0)


def test_saving_keeps_codes_given_their_classes(
    make_run: MakeRun, digits: ImageDataset, tmp_path: Path
) -> None:
    run = make_run(family="cvae")
    for _ in run.events():
        pass
    opened = load(runs.save(run, tmp_path / "told", resumable=False))
    mu, _ = opened.encode(digits.test.images, digits.test.labels)
    np.testing.assert_allclose(opened.latent_map.mu, mu, atol=1e-2)
    picture = runs.still(run)
    labels = digits.validation.labels
    assert labels is not None
    mu, _ = picture.encode(digits.validation.images, labels)
    np.testing.assert_allclose(picture.latent_map.mu, mu[: len(picture.latent_map.mu)], atol=1e-5)
    np.testing.assert_array_equal(opened.given(4).latent_map.mu, opened.latent_map.mu)


def test_a_folder_with_another_number_of_classes_does_not_open(make_run: MakeRun, tmp_path: Path) -> None:
    folder = read(runs.save(make_run(family="cvae"), tmp_path / "told"))
    assert isinstance(folder.config.model, CVAEConfig)
    folder.config = dataclasses.replace(
        folder.config, model=dataclasses.replace(folder.config.model, classes=9)
    )
    with pytest.raises(CheckpointError, match=r"_classes.weight has the wrong shape"):
        TrainedModel("told", folder)


def test_bounds_are_of_each_image_given_its_class(trained: TrainedModel, digits: ImageDataset) -> None:
    x = torch.from_numpy(digits.test.images[:60]).float() / 255
    labels = torch.from_numpy(digits.test.labels[:60])
    assert isinstance(trained.module, CVAE)
    right, wrong = (
        sum(elbo(trained.module, x, torch.Generator().manual_seed(0), 5, told)).mean()  # type: ignore[arg-type]
        for told in (labels, (labels + 1) % 10)
    )
    tighter = -importance_weighted_bound(
        trained.module, x, torch.Generator().manual_seed(0), 500, labels
    ).mean()
    assert tighter < right < wrong - 5
    one = torch.full((60,), 3)
    alone, told = trained.given(3).module, trained.module
    for ours, theirs in zip(
        elbo(told, x, torch.Generator().manual_seed(1), labels=one),
        elbo(alone, x, torch.Generator().manual_seed(1)),  # type: ignore[arg-type]
        strict=True,
    ):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-5)


def test_measures_say_that_the_class_was_given(trained: TrainedModel, digits: ImageDataset) -> None:
    found = evaluate(trained, digits, limit=100, importance_samples=10)
    assert all("log p(x|y), the class given" in found[name]["estimator"] for name in ("elbo", "iwae"))
    assert "log p(x|z,y)" in found["reconstruction"]["estimator"]
    with pytest.raises(InputError, match="needs the class"):
        evaluate(
            trained, dataclasses.replace(digits, test=dataclasses.replace(digits.test, labels=None)), limit=10
        )


@every_network
def test_the_page_runs_the_decoder_of_one_class(make_run: MakeRun, network: NetworkConfig) -> None:
    settings = {field.name: getattr(network, field.name) for field in dataclasses.fields(network)}
    model = runs.freeze(make_run(family="cvae", **settings), "told")
    with pytest.raises(PageDecoderError, match="without a class"):
        decoder_payload(model)
    one, other = (decoder_payload(model.given(label)) for label in (1, 2))
    assert one.program == other.program
    differ = np.flatnonzero(one.w != other.w)
    dense = [layer for layer in one.program["layers"] if layer["op"] == "linear"]
    entrance = dense[1] if network.sine_features else dense[0]
    rows = (differ - entrance["weight"]) // 8 % (entrance["inputs"] + 1)
    assert len(differ) == entrance["outputs"]
    assert (rows == entrance["inputs"]).all()  # the bias, which is laid out as the last input


def test_every_measure_is_of_images_given_their_class(trained: TrainedModel, digits: ImageDataset) -> None:
    judge = train_classifier(digits, steps=100)
    found = measure(trained, digits, judge=judge)
    assert 0.3 < found["class_agreement"]["value"] <= 1
    assert "in each class" in found["longest_step_ratio"]["estimator"]
    x, labels = as_float(digits.test.images), digits.test.labels
    assert found["psnr"]["value"] == pytest.approx(psnr(trained.reconstruct(digits.test.images, labels), x))
