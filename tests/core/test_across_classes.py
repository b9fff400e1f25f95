from __future__ import annotations

import numpy as np
import pytest
import torch

from vae_core.across_classes import AcrossClasses
from vae_core.errors import InputError
from vae_core.latent import bilinear, lerp, shortest_paths
from vae_core.trained import TrainedModel, load

RNG = np.random.default_rng(0)
Z = RNG.normal(size=(20, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def cvae(root) -> TrainedModel:
    return load(root / "checkpoints" / "mnist-cvae-2d")


@pytest.fixture(scope="module")
def between(cvae: TrainedModel) -> AcrossClasses:
    return AcrossClasses(cvae, (3, 7, 1))


def placed(s: float | np.ndarray) -> np.ndarray:
    return np.column_stack([Z, np.broadcast_to(s, len(Z))])


@pytest.mark.parametrize(("s", "label"), [(0, 3), (1, 7), (2, 1), (-0.5, 3), (9, 1)])
def test_at_a_class_it_is_that_class(
    cvae: TrainedModel, between: AcrossClasses, s: float, label: int
) -> None:
    wanted = cvae.decode(Z, np.full(len(Z), label))
    np.testing.assert_allclose(between.decode(placed(s)), wanted, atol=1e-5)


def test_halfway_the_class_vectors_are_mixed_evenly(cvae: TrainedModel, between: AcrossClasses) -> None:
    module = cvae.module
    with torch.no_grad():
        vectors = module.decoder_classes(torch.tensor([7, 1]))
        first = module.decoder[: (inside := _entrance_of(module))](torch.from_numpy(Z))
        wanted = module.likelihood.mean(module.decoder[inside:](first + vectors.mean(0)))
    np.testing.assert_allclose(between.decode(placed(1.5)), wanted.numpy(), atol=1e-5)


def _entrance_of(module) -> int:
    return next(k for k, layer in enumerate(module.decoder) if isinstance(layer, torch.nn.Linear)) + 1


def test_its_derivatives_are_those_of_small_steps(between: AcrossClasses) -> None:
    places = placed(RNG.uniform(0.1, 0.9, len(Z)))
    images, jacobian = between.decode_with_jacobian(places)
    np.testing.assert_allclose(images, between.decode(places), atol=1e-5)
    assert jacobian.shape == (*images.shape, 3)
    for axis in range(3):
        step = np.zeros(3)
        step[axis] = 1e-3
        change = (between.decode(places + step) - between.decode(places - step)) / 2e-3
        # Some steps go over a kink of the network.
        off = np.abs(jacobian[..., axis] - change).reshape(-1)
        assert np.quantile(off, 0.95) < 0.02 * np.abs(change).max()


def test_shares_of_classes_are_places_on_the_way(between: AcrossClasses) -> None:
    shares = np.zeros((len(Z), 3))
    shares[:, 0], shares[:, 1] = 0.25, 0.75
    np.testing.assert_allclose(between.decode_mixed(Z, shares), between.decode(placed(0.75)), atol=1e-5)
    corners = bilinear(np.eye(3)[[0, 1, 2, 2]], 3).reshape(9, 3)
    assert between.decode_mixed(Z[:9], corners).shape == (9, 1, 28, 28)


def test_geodesics_between_classes_are_never_longer_than_the_straight_line(between: AcrossClasses) -> None:
    a, b = placed(0), np.roll(placed(1), 3, axis=0)
    found = shortest_paths(between.surface(), a, b)
    assert all(one.length <= one.straight_length * (1 + 1e-6) for one in found)
    assert np.mean([one.length < 0.99 * one.straight_length for one in found]) > 0.5
    for one, start, end in zip(found, a, b, strict=True):
        np.testing.assert_allclose(one.path[[0, -1]], [start, end], atol=1e-6)


def test_it_is_the_same_each_time(cvae: TrainedModel, between: AcrossClasses) -> None:
    path = lerp(placed(0)[0], placed(2)[1], 700)
    np.testing.assert_array_equal(between.decode(path), AcrossClasses(cvae, (3, 7, 1)).decode(path))


def test_what_does_not_fit_is_refused(cvae: TrainedModel, between: AcrossClasses, root) -> None:
    for labels in ((3,), (3, 10), (-1, 2)):
        with pytest.raises(InputError, match="no way through these classes"):
            AcrossClasses(cvae, labels)
    with pytest.raises(InputError, match="not told any class"):
        AcrossClasses(load(root / "checkpoints" / "mnist-vae-2d"), (0, 1))
    with pytest.raises(InputError, match="wrong shape"):
        between.decode(Z)
    with pytest.raises(InputError, match="do not go together"):
        between.decode_mixed(Z, np.ones((3, 3)))
