from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from explorer.own_images import inputs
from explorer.own_images.inputs import Input
from vae_core.datasets import ImageDataset, as_float
from vae_core.trained import TrainedModel

SHAPE = (1, 8, 8)


def bar(side: int = 40) -> np.ndarray:
    image = np.zeros((1, side, side), np.float32)
    image[:, side // 5 : -side // 5, side // 2 - 2 : side // 2 + 2] = 1
    return image


def test_an_image_of_the_models_size_is_seen_as_it_is() -> None:
    image = as_float(np.random.default_rng(0).integers(0, 256, SHAPE, np.uint8))
    np.testing.assert_array_equal(inputs.fitted(Input(image, "a"), SHAPE), image)


def test_each_choice_has_its_effect_and_is_told() -> None:
    plain = Input(bar(), "a")
    images = {
        words: inputs.fitted(dataclasses.replace(plain, **changes), SHAPE)
        for words, changes in {
            "": {},
            "inverted": {"inverted": True},
            "fitted and centred": {"centred": True},
        }.items()
    }
    assert len({image.tobytes() for image in images.values()}) == 3
    np.testing.assert_allclose(images["inverted"], 1 - images[""], atol=1e-6)
    assert inputs.told(plain) == ""
    assert inputs.told(dataclasses.replace(plain, inverted=True)) == "inverted"


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("wanted", [1, 3])
def test_grey_and_colour_become_what_the_model_takes(channels: int, wanted: int) -> None:
    image = np.repeat(bar(), channels, axis=0)
    seen = inputs.fitted(Input(image, "a", centred=True), (wanted, 8, 8))
    assert seen.shape == (wanted, 8, 8)
    assert seen.max() > 0.3


def test_a_scan_is_inverted_and_centred_by_itself_and_an_image_of_the_data_left_alone() -> None:
    scan = inputs.suggested(1 - bar(), "scan", SHAPE)
    assert (scan.inverted, scan.centred) == (True, True)
    same = inputs.suggested(bar(8), "image", SHAPE)
    assert (same.inverted, same.centred) == (False, False)
    assert not inputs.suggested(bar(), "photo", (3, 8, 8)).centred


def test_the_posterior_is_the_models_own(vae: TrainedModel, digits: ImageDataset) -> None:
    image = as_float(digits.test.images[:1])
    found = inputs.seen(Input(image[0], "a"), vae)
    mu, sigma = vae.encode(image)
    np.testing.assert_array_equal(found.mu, mu[0])
    np.testing.assert_array_equal(found.sigma, sigma[0])
    assert found.codes is None


def test_the_nearest_class_is_that_of_most_of_fifteen_neighbours(vae: TrainedModel) -> None:
    codes = vae.latent_map
    assert codes.labels is not None
    z = codes.mu[7]
    nearest = np.argsort(((codes.mu - z) ** 2).sum(1), kind="stable")[:15]
    most = np.bincount(codes.labels[nearest]).argmax()
    assert inputs.among(vae, z) == f"among the {most}s"


def test_centred_images_fill_their_frame_but_for_mnist(vae: TrainedModel) -> None:
    assert inputs.share_of(vae) == 1
    image = inputs.seen(Input(bar(), "a", centred=True), vae).image
    assert image[0, 0].max() > 0.9
    assert image[0, 7].max() > 0.9
    assert inputs.fitted(Input(bar(28), "a", centred=True), (1, 28, 28))[0, :4].max() == 0
