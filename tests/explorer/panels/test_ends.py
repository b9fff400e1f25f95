from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from explorer.panels import ends
from vae_core.datasets import ImageDataset
from vae_core.trained import TrainedModel


def test_a_held_out_image_is_told_with_its_code_its_place_and_its_pixels(
    vae: TrainedModel, digits: ImageDataset
) -> None:
    codes = vae.latent_map
    end = ends.of_row(vae, 5)
    assert end.index == codes.indices[5]
    np.testing.assert_array_equal(end.z, codes.mu[5])
    assert end.image is not None
    assert end.image.dtype == np.float32
    np.testing.assert_array_equal(np.rint(end.image * 255), digits.test.images[end.index])
    assert codes.labels is not None
    assert end.words == f"test image {end.index}, class {vae.class_name(int(codes.labels[5]))}"


@pytest.mark.usefixtures("no_images")
def test_it_has_no_pixels_where_the_data_set_is_not_here(vae: TrainedModel) -> None:
    assert ends.of_row(vae, 5).image is None


def test_an_address_names_a_pair_only_if_both_are_in_the_data_set(vae: TrainedModel) -> None:
    a, b = ends.of_row(vae, 5), ends.of_row(vae, 9)
    assert ends.pair(a, b) == (a.index, b.index)
    assert ends.pair(a, dataclasses.replace(b, index=None)) is None
