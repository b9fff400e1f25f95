from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.torch
import torch
from torch import nn

from vae_core import load_dataset
from vae_core.classifier import Classifier, load_classifier, train_classifier
from vae_core.datasets import ImageDataset, Split, as_float
from vae_core.errors import CheckpointError, ConfigError, DatasetError, InputError

MakeImages = Callable[..., ImageDataset]


@pytest.fixture(scope="module")
def judge(digits: ImageDataset) -> Classifier:
    """A classifier of digits."""
    return train_classifier(digits, steps=200)


def striped(make_images: MakeImages, shape: tuple[int, int, int]) -> ImageDataset:
    """Images of any shape, of two classes that differ in brightness."""
    blobs = make_images(shape, 60)
    splits = []
    for split in (blobs.train, blobs.validation, blobs.test):
        labels = np.arange(len(split)) % 2
        splits.append(Split(split.images // 4 + (128 * labels).astype(np.uint8)[:, None, None, None], labels))
    return ImageDataset("blobs", "Blobs", *splits, None, None, "MIT", "made here")


def test_it_tells_digits_it_has_not_seen(judge: Classifier, digits: ImageDataset) -> None:
    assert judge.accuracy(digits.test.images, digits.test.labels) > 0.95


def test_it_tells_mnist_well_after_a_short_training(data_dir: Path) -> None:
    mnist = load_dataset("mnist", data_dir=data_dir)
    judge = train_classifier(mnist, steps=300)
    assert judge.accuracy(mnist.test.images, mnist.test.labels) > 0.97


def test_probabilities_come_from_the_features_by_a_linear_layer(
    judge: Classifier, digits: ImageDataset
) -> None:
    features, probabilities = judge.features(digits.test.images), judge.probabilities(digits.test.images)
    assert (features.shape, features.dtype) == ((len(digits.test), 128), np.float32)
    assert (probabilities.shape, probabilities.dtype) == ((len(digits.test), 10), np.float32)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert features.min() >= 0
    logits = np.log(np.maximum(probabilities.astype(float), 1e-30))
    logits -= logits.mean(axis=1, keepdims=True)
    shown = probabilities.min(axis=1) > 1e-25
    design = np.c_[features, np.ones(len(features))].astype(float)[shown]
    rebuilt = design @ np.linalg.lstsq(design, logits[shown], rcond=None)[0]
    np.testing.assert_allclose(rebuilt, logits[shown], atol=1e-2)


def test_accuracy_is_the_share_of_likeliest_classes_that_are_right(
    judge: Classifier, digits: ImageDataset
) -> None:
    images, labels = digits.test.images, digits.test.labels
    right = judge.probabilities(images).argmax(axis=1) == labels
    assert judge.accuracy(images, labels) == right.mean()
    assert judge.accuracy(images[right], labels[right]) == 1


def test_bytes_floats_and_memory_that_can_not_be_written_are_all_the_same(
    judge: Classifier, digits: ImageDataset
) -> None:
    images = digits.test.images[:50]
    wanted = judge.probabilities(images)
    frozen = images.copy()
    frozen.flags.writeable = False
    for given in (as_float(images), as_float(images).astype(">f8"), frozen, images[::-1].copy()[::-1]):
        np.testing.assert_allclose(judge.probabilities(given), wanted, atol=1e-5)


def test_many_images_are_judged_in_parts_as_each_alone(judge: Classifier, digits: ImageDataset) -> None:
    many = np.tile(digits.test.images, (5, 1, 1, 1))
    found = judge.features(many)
    assert len(found) == len(many) > 1000
    np.testing.assert_allclose(found[-3:], judge.features(many[-3:]), atol=1e-4)
    assert judge.features(many[:0]).shape == (0, 128)


def test_the_seed_alone_decides_and_torchs_own_generator_is_left_alone(digits: ImageDataset) -> None:
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    x = digits.test.images[:20]
    first = train_classifier(digits, steps=20).features(x)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.manual_seed(6)
    np.testing.assert_array_equal(train_classifier(digits, steps=20).features(x), first)
    assert not np.array_equal(train_classifier(digits, steps=20, seed=1).features(x), first)
    assert not np.array_equal(train_classifier(digits, steps=21).features(x), first)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 8, 13), (1, 28, 28), (3, 33, 20), (3, 64, 64)])
def test_images_of_any_shape_can_be_told(make_images: MakeImages, shape: tuple[int, int, int]) -> None:
    dataset = striped(make_images, shape)
    judge = train_classifier(dataset, steps=20)
    assert (judge.image_shape, judge.classes) == (shape, 2)
    assert judge.accuracy(dataset.test.images, dataset.test.labels) == 1


def test_what_was_saved_judges_as_before_and_the_file_is_the_same_each_time(
    judge: Classifier, digits: ImageDataset, tmp_path: Path
) -> None:
    place = judge.save(tmp_path / "new" / "judge.safetensors")
    again = load_classifier(place)
    np.testing.assert_array_equal(again.features(digits.test.images), judge.features(digits.test.images))
    np.testing.assert_array_equal(
        again.probabilities(digits.test.images), judge.probabilities(digits.test.images)
    )
    assert (again.image_shape, again.classes) == (judge.image_shape, judge.classes)
    assert again.save(tmp_path / "copy.safetensors").read_bytes() == place.read_bytes()
    assert sorted(path.name for path in place.parent.iterdir()) == ["judge.safetensors"]


def test_a_changed_byte_anywhere_is_noticed(judge: Classifier, tmp_path: Path) -> None:
    data = bytearray(judge.save(tmp_path / "judge.safetensors").read_bytes())
    for position in (0, 9, 60, 200, len(data) // 2, len(data) - 1):
        changed = bytearray(data)
        changed[position] ^= 1
        (tmp_path / "changed").write_bytes(changed)
        with pytest.raises(CheckpointError, match=r"changed can't be read.*Train it again"):
            load_classifier(tmp_path / "changed")


@pytest.mark.parametrize("content", [b"", b"no weights at all", b"\x80\x04K\x01."])
def test_a_file_of_something_else_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(CheckpointError, match="can't be read"):
        load_classifier(tmp_path / "other")


def test_weights_without_a_fitting_header_are_refused(tmp_path: Path) -> None:
    strange = nn.Sequential(nn.Linear(3, 3))
    bare = tmp_path / "bare"
    safetensors.torch.save_file(strange.state_dict(), bare)
    others = [Classifier(strange, shape, 10).save(tmp_path / str(shape)) for shape in ((1, 8, 8), (1, 4, 4))]
    for place in (bare, *others):
        with pytest.raises(CheckpointError, match="can't be read"):
            load_classifier(place)


def test_a_missing_file_and_a_place_that_can_not_be_written_are_named(
    judge: Classifier, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointError, match="nothing"):
        load_classifier(tmp_path / "nothing")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CheckpointError, match="could not be saved"):
        judge.save(tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_the_header_says_what_it_is_for(judge: Classifier, tmp_path: Path) -> None:
    with safetensors.safe_open(judge.save(tmp_path / "judge"), framework="np") as file:
        header = json.loads(file.metadata()["classifier"])
    assert (header["image_shape"], header["classes"], len(header["sha256"])) == ([1, 8, 8], 10, 64)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 1, 9, 8), np.uint8),
        np.zeros((1, 8, 8), np.uint8),
        np.zeros((2, 1, 8, 8), int),
        np.full((2, 1, 8, 8), 1.5),
        np.full((2, 1, 8, 8), np.nan),
    ],
)
def test_images_it_can_not_judge_are_refused(judge: Classifier, images: np.ndarray) -> None:
    for method in (judge.features, judge.probabilities):
        with pytest.raises(InputError, match="Allowed"):
            method(images)


def test_labels_that_do_not_go_with_the_images_are_refused(judge: Classifier, digits: ImageDataset) -> None:
    with pytest.raises(InputError, match="do not go with"):
        judge.accuracy(digits.test.images, digits.test.labels[:5])
    with pytest.raises(InputError, match="not empty"):
        judge.accuracy(digits.test.images[:0], digits.test.labels[:0])


def test_what_can_not_be_learnt_is_refused(digits: ImageDataset, make_images: MakeImages) -> None:
    with pytest.raises(DatasetError, match="no classes"):
        train_classifier(make_images())
    with pytest.raises(InputError, match="steps"):
        train_classifier(digits, steps=0)
    with pytest.raises(ConfigError, match="can't be modelled"):
        train_classifier(striped(make_images, (1, 4, 4)))
