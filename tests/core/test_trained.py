from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vae_core import load, runs, trained
from vae_core.datasets import ImageDataset
from vae_core.errors import InputError
from vae_core.trained import TrainedModel
from vae_core.training import TrainingRun

MakeRun = Callable[..., TrainingRun]
Z = np.random.default_rng(0).standard_normal((30, 2)).astype(np.float32)


@pytest.fixture(scope="session")
def pictures(digits: ImageDataset) -> NDArray[np.uint8]:
    return digits.test.images[:60]


# ------------------------------------------------------------------------------------------------ shapes and values


def test_encoding_gives_the_posteriors_mean_and_spread(
    model: TrainedModel, pictures: NDArray[np.uint8]
) -> None:
    mu, sigma = model.encode(pictures)
    assert (mu.shape, mu.dtype, sigma.shape, sigma.dtype) == ((60, 2), np.float32, (60, 2), np.float32)
    with torch.no_grad():
        posterior = model.module.encode(torch.from_numpy(pictures).float() / 255)
    np.testing.assert_allclose(mu, posterior.mu.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(sigma, posterior.sigma.numpy(), rtol=1e-5)
    assert (sigma > 0).all()


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, ">f4", "<f8", np.longdouble])
def test_bytes_and_every_float_mean_the_same_image(
    model: TrainedModel, pictures: NDArray[np.uint8], kind: Any
) -> None:
    expected = model.encode(pictures)[0]
    np.testing.assert_allclose(
        model.encode((pictures / 255).astype(kind))[0], expected, atol=1e-5 if kind != np.float16 else 5e-3
    )


def test_decoding_gives_the_likelihoods_mean_in_range(model: TrainedModel) -> None:
    images = model.decode(100 * Z)
    assert (images.shape, images.dtype) == ((30, 1, 8, 8), np.float32)
    assert images.min() >= 0
    assert images.max() <= 1
    with torch.no_grad():
        expected = model.module.likelihood.mean(model.module.decode(torch.from_numpy(Z)))
    np.testing.assert_allclose(model.decode(Z), expected.numpy(), atol=1e-6)


def test_the_decoders_entropy_is_that_of_its_bernoulli_pixels(model: TrainedModel) -> None:
    entropy = model.decoder_entropy(Z)
    p = np.clip(model.decode(Z).astype(np.float64), 1e-12, 1 - 1e-12)
    known = -(p * np.log(p) + (1 - p) * np.log1p(-p)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(entropy, known, rtol=1e-4)
    assert (entropy.shape, entropy.dtype) == ((30,), np.float32)
    np.testing.assert_array_equal(model.decoder_entropy(Z), entropy)


def test_without_a_likelihood_there_is_no_entropy(root: Path) -> None:
    with pytest.raises(InputError, match="no p"):
        load(root / "checkpoints" / "mnist-gan-2d").decoder_entropy(Z)


def test_a_reconstruction_decodes_the_mean(model: TrainedModel, pictures: NDArray[np.uint8]) -> None:
    np.testing.assert_array_equal(model.reconstruct(pictures), model.decode(model.encode(pictures)[0]))


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
def test_nothing_in_is_nothing_out(make_run: MakeRun, kind: str) -> None:
    model = runs.freeze(make_run(kind=kind, channels=2))
    mu, sigma = model.encode(np.zeros((0, 1, 8, 8), np.uint8))
    assert mu.shape == sigma.shape == (0, 2)
    assert model.decode(np.zeros((0, 2))).shape == (0, 1, 8, 8)
    assert model.sample(0, np.random.default_rng(0))[1].shape == (0, 1, 8, 8)


def test_an_autoencoder_has_no_spread_and_no_beta(make_run: MakeRun, pictures: NDArray[np.uint8]) -> None:
    model = runs.freeze(make_run(family="ae"))
    assert not model.encode(pictures)[1].any()
    assert (model.family, model.beta, model.title) == ("ae", None, "Autoencoder")
    assert not model.has_prior


def test_a_model_says_what_it_is(model: TrainedModel, make_run: MakeRun) -> None:
    assert (model.family, model.beta, model.likelihood, model.latent_dim) == ("vae", 1, "bernoulli", 2)
    assert model.has_prior
    assert (model.image_shape, model.title) == ((1, 8, 8), "Variational autoencoder")
    assert model.class_names == tuple("0123456789")
    assert runs.freeze(make_run(beta=4.0)).title == "β-VAE (β = 4)"
    assert repr(model) == "TrainedModel('small': Variational autoencoder, digits, 2 latent dimensions)"


def test_samples_follow_the_generator_and_the_temperature(model: TrainedModel) -> None:
    z, images = model.sample(500, np.random.default_rng(1), 0.5)
    again, _ = model.sample(500, np.random.default_rng(1), 0.5)
    np.testing.assert_array_equal(z, again)
    np.testing.assert_array_equal(images, model.decode(z))
    assert (z.dtype, z.shape) == (np.float32, (500, 2))
    assert z.std() == pytest.approx(0.5, rel=0.1)
    assert not model.sample(3, np.random.default_rng(1), 0.0)[0].any()
    assert not np.array_equal(z, model.sample(500, np.random.default_rng(2), 0.5)[0])


# ------------------------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    "shape", [(1, 8, 8), (5, 8, 8, 1), (5, 1, 8, 9), (5, 3, 8, 8), (5, 64), (), (2, 5, 1, 8, 8)]
)
def test_images_of_another_shape_are_refused(model: TrainedModel, shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"wrong shape.*Allowed: \[N, 1, 8, 8\]") as caught:
        model.encode(np.zeros(shape, np.float32))
    assert str(list(shape)) in str(caught.value)


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint16, bool, complex, object, "U1"])
def test_images_of_another_type_are_refused(model: TrainedModel, kind: Any) -> None:
    with pytest.raises(InputError, match="wrong type"):
        model.encode(np.zeros((2, 1, 8, 8)).astype(kind))


@pytest.mark.parametrize("value", [-0.01, 1.01, 255.0, np.nan, np.inf, -np.inf])
def test_pixels_out_of_range_are_refused(model: TrainedModel, value: float) -> None:
    images = np.full((3, 1, 8, 8), 0.5, np.float32)
    images[1, 0, 3, 3] = value
    with pytest.raises(InputError, match=r"out of range.*0 to 1, or uint8"):
        model.encode(images)


@pytest.mark.parametrize("images", [None, 3, "image", [[[[0.0] * 8] * 8]], torch.zeros(1, 1, 8, 8)])
def test_what_is_no_array_is_refused(model: TrainedModel, images: Any) -> None:
    with pytest.raises(InputError, match="no array"):
        model.encode(images)


@pytest.mark.parametrize(
    "z", [np.zeros(2), np.zeros((3, 3)), np.zeros((3, 1)), np.zeros((1, 2, 2)), 3.0, [], [[1.0]]]
)
def test_latents_of_another_shape_are_refused(model: TrainedModel, z: Any) -> None:
    with pytest.raises(InputError, match=r"z has the wrong shape.*\[N, 2\]"):
        model.decode(z)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_latents_that_are_not_finite_are_refused(model: TrainedModel, value: float) -> None:
    with pytest.raises(InputError, match="NaN, infinity or numbers too large"):
        model.decode(np.array([[0.0, value]]))


@pytest.mark.parametrize("z", [[["a", "b"]], [[1.0], [1.0, 2.0]], object()])
def test_latents_that_are_no_numbers_are_refused(model: TrainedModel, z: Any) -> None:
    with pytest.raises(InputError, match="no array of numbers"):
        model.decode(z)


@pytest.mark.parametrize(("count", "temperature"), [(-1, 1.0), (1, -0.1), (1, np.nan), (1, np.inf)])
def test_samples_that_make_no_sense_are_refused(model: TrainedModel, count: int, temperature: float) -> None:
    with pytest.raises(InputError, match="can't be drawn"):
        model.sample(count, np.random.default_rng(0), temperature)


@given(
    z=st.lists(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=3), max_size=3)
    | st.recursive(st.none() | st.text(max_size=3) | st.floats(), st.lists, max_leaves=5)
)
def test_any_latents_give_an_image_or_a_named_error(model: TrainedModel, z: Any) -> None:
    try:
        images = model.decode(z)
    except InputError:
        return
    assert np.isfinite(images).all()


# ------------------------------------------------------------------------------------- memory, chunks and sharing


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
def test_chunks_do_not_change_the_result(
    make_run: MakeRun, pictures: NDArray[np.uint8], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = runs.freeze(make_run(kind=kind, channels=2))
    whole = (*model.encode(pictures), model.decode(Z))
    monkeypatch.setattr(trained, "CHUNK", 7)
    for before, after in zip(whole, (*model.encode(pictures), model.decode(Z)), strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-4, atol=1e-6)


def test_memory_stays_bounded_on_many_images(model: TrainedModel) -> None:
    # Broadcasting makes 400,000 images of 64 bytes; in memory they would be 25 MB, as float32 100 MB.
    many = np.broadcast_to(np.arange(64, dtype=np.uint8).reshape(1, 1, 8, 8), (400_000, 1, 8, 8))
    tracemalloc.start()
    mu, _ = model.encode(many)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(mu) == len(many)
    assert peak < 12e6


@pytest.mark.parametrize("view", ["reversed", "strided", "read-only", "transposed", "broadcast"])
def test_any_memory_layout_is_taken_as_it_is(
    model: TrainedModel, pictures: NDArray[np.uint8], view: str
) -> None:
    floats = pictures.astype(np.float32) / 255
    for images, latents in ((pictures, Z), (floats, Z.astype(np.float64)), (floats, Z)):
        if view == "reversed":
            images, latents = images[::-1], latents[::-1]
        elif view == "strided":
            images, latents = images[::3], latents[::3]
        elif view == "read-only":
            images, latents = images.copy(), latents.copy()
            images.setflags(write=False)
            latents.setflags(write=False)
        elif view == "transposed":
            images, latents = images.transpose(0, 1, 3, 2), np.asfortranarray(latents)
        else:
            images, latents = np.broadcast_to(images[0], (4, 1, 8, 8)), np.broadcast_to(latents[0], (4, 2))
        before = images.copy(), latents.copy()
        np.testing.assert_allclose(model.encode(images)[0], model.encode(before[0])[0], atol=1e-6)
        np.testing.assert_allclose(model.decode(latents), model.decode(before[1]), atol=1e-6)
        np.testing.assert_array_equal(images, before[0])
        np.testing.assert_array_equal(latents, before[1])


def test_changing_what_was_returned_does_not_change_the_model(
    trained_folder: Path, pictures: NDArray[np.uint8]
) -> None:
    model = load(trained_folder)

    def everything() -> list[Any]:
        kept = model.latent_map
        return [
            *model.encode(pictures),
            model.decode(Z),
            kept.mu,
            kept.logvar,
            kept.labels,
            kept.indices,
        ]

    before, history, metrics = [array.copy() for array in everything()], model.history, model.metrics
    for array in everything():
        array[...] = 77
    model.history.clear()
    model.history[0].clear()
    model.metrics["made up"] = {}
    for expected, now in zip(before, everything(), strict=True):
        np.testing.assert_array_equal(now, expected)
    assert (model.history, model.metrics) == (history, metrics)


def test_many_threads_get_the_same_images_as_one(model: TrainedModel, pictures: NDArray[np.uint8]) -> None:
    latents = [np.random.default_rng(seed).standard_normal((20, 2)) for seed in range(8)]
    expected = [model.decode(z) for z in latents]
    codes = model.encode(pictures)[0]
    wrong: list[int] = []

    def work(index: int) -> None:
        for _ in range(20):
            same = np.array_equal(model.decode(latents[index]), expected[index])
            if not (same and np.array_equal(model.encode(pictures)[0], codes)):
                wrong.append(index)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_opening_and_using_a_model_draws_nothing_from_the_global_generators(
    trained_folder: Path, pictures: NDArray[np.uint8]
) -> None:
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    model = load(trained_folder)
    model.sample(3, np.random.default_rng(0))
    model.reconstruct(pictures)
    assert torch.equal(torch_before, torch.get_rng_state())
    np.testing.assert_array_equal(numpy_before, np.random.get_state()[1])


def test_the_module_is_frozen_and_in_evaluation_mode(model: TrainedModel) -> None:
    assert not model.module.training
    assert not any(parameter.requires_grad for parameter in model.module.parameters())
