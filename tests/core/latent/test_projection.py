from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from vae_core.errors import InputError
from vae_core.latent import axes_plane, pca_plane

numbers = st.floats(-100, 100, width=32)
clouds = arrays(np.float32, st.tuples(st.integers(2, 30), st.integers(1, 8)), elements=numbers)


def cloud(d: int = 6, seed: int = 0) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(500, d)) @ rng.normal(size=(d, d)) + rng.normal(size=d)


@pytest.mark.parametrize("d", [2, 3, 10, 64])
def test_the_principal_plane_is_that_of_scikit_learn(d: int) -> None:
    mu = cloud(d)
    plane, reference = pca_plane(mu), PCA(2, svd_solver="full").fit(mu)
    np.testing.assert_allclose(plane.mean, reference.mean_)
    np.testing.assert_allclose(np.abs(np.sum(plane.axes * reference.components_, axis=1)), 1, atol=1e-9)
    np.testing.assert_allclose(plane.explained, reference.explained_variance_ratio_)
    np.testing.assert_allclose(
        np.abs(plane.project(mu)), np.abs(reference.transform(mu)), rtol=1e-4, atol=1e-4
    )


@given(clouds)
@settings(deadline=None)
def test_a_principal_plane_exists_for_any_codes(mu: NDArray[np.float32]) -> None:
    plane = pca_plane(mu)
    d = mu.shape[1]
    assert plane.explained is not None
    assert (plane.mean.shape, plane.axes.shape, plane.explained.shape) == ((d,), (2, d), (2,))
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.diag([1.0, float(d > 1)]), atol=1e-9)
    assert 1 + 1e-9 >= plane.explained[0] >= plane.explained[1] >= 0
    assert plane.explained.sum() <= 1 + 1e-9
    assert np.isfinite(plane.project(mu)).all()


@given(clouds)
@settings(deadline=None)
def test_lifting_and_projecting_gives_the_same_position(mu: NDArray[np.float32]) -> None:
    plane = pca_plane(mu)
    positions = plane.project(mu)
    scale = 1 + np.abs(mu).max()
    np.testing.assert_allclose(plane.project(plane.lift(positions)), positions, atol=1e-5 * scale)


@given(arrays(np.float32, st.tuples(st.integers(2, 30), st.integers(1, 2)), elements=numbers))
@settings(deadline=None)
def test_up_to_two_dimensions_nothing_is_lost(mu: NDArray[np.float32]) -> None:
    plane = pca_plane(mu)
    np.testing.assert_allclose(plane.lift(plane.project(mu)), mu, atol=1e-5 * (1 + np.abs(mu).max()))


def test_the_axes_do_not_flip_when_the_codes_are_mirrored_or_shuffled() -> None:
    mu = cloud()
    plane = pca_plane(mu)
    for other in (2 * mu.mean(axis=0) - mu, mu[::-1]):
        np.testing.assert_allclose(pca_plane(other).axes, plane.axes, atol=1e-9)
    assert (plane.axes[[0, 1], np.abs(plane.axes).argmax(axis=1)] > 0).all()
    np.testing.assert_array_equal(pca_plane(mu).axes, plane.axes)


def test_codes_that_are_all_the_same_have_a_plane_with_nothing_explained() -> None:
    plane = pca_plane(np.ones((5, 4)))
    assert plane.explained is not None
    assert plane.explained.tolist() == [0, 0]
    np.testing.assert_array_equal(plane.project(np.ones((5, 4))), np.zeros((5, 2)))


def test_the_plane_of_two_axes_shows_these_coordinates() -> None:
    mu = cloud()
    for i, j in ((0, 1), (4, 2)):
        for mean in (None, mu.mean(axis=0)):
            plane = axes_plane(6, i, j, mean)
            np.testing.assert_allclose(plane.project(mu), mu[:, [i, j]], rtol=1e-6)
            assert plane.explained is None


def test_the_other_dimensions_stay_at_the_mean() -> None:
    mean = np.arange(4.0)
    lifted = axes_plane(4, 3, 1, mean).lift([[10, 20], [30, 40]])
    assert lifted.tolist() == [[0, 20, 2, 10], [0, 40, 2, 30]]
    assert axes_plane(4, 3, 1).lift([[10, 20]]).tolist() == [[0, 20, 0, 10]]
    assert mean.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((3, 1, 1), "same dimension"),
        ((3, 0, 3), "j is no latent dimension"),
        ((3, -1, 0), "i is no latent dimension"),
        ((1, 0, 0), "at least 2"),
        ((3, 0, 1, [0, 0]), "3 dimensions"),
    ],
)
def test_axes_that_make_no_plane_are_refused(given: tuple[object, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        axes_plane(*given)  # type: ignore[arg-type]


def test_codes_that_do_not_fit_are_refused() -> None:
    plane = pca_plane(cloud(3))
    with pytest.raises(InputError, match="3 dimensions"):
        plane.project(np.zeros((5, 4)))
    with pytest.raises(InputError, match=r"\[N, 2\]"):
        plane.lift(np.zeros((5, 3)))
    with pytest.raises(InputError, match="at least 2"):
        pca_plane(np.zeros((1, 3)))
    with pytest.raises(InputError, match="NaN"):
        pca_plane(np.full((3, 3), np.nan))
