from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vae_core.errors import InputError
from vae_core.latent import (
    analogy,
    attribute_vector,
    confidence,
    nearest_codes,
    orthogonalised,
)

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(80, 5)) + np.array([3.0, 0, 0, 0, 0]), RNG.normal(size=(60, 5))
vectors = arrays(np.float64, 4, elements=st.floats(-10, 10, width=32))


class TestAttributeVector:
    def test_is_the_difference_of_the_means(self) -> None:
        np.testing.assert_allclose(attribute_vector(A, B), A.mean(0) - B.mean(0), rtol=1e-6)

    def test_points_the_other_way_for_the_groups_exchanged(self) -> None:
        np.testing.assert_array_equal(attribute_vector(A, B), -attribute_vector(B, A))

    def test_of_length_one_if_asked(self) -> None:
        unit = attribute_vector(A, B, unit=True)
        assert np.linalg.norm(unit) == pytest.approx(1)
        whole = attribute_vector(A, B)
        np.testing.assert_allclose(unit * np.linalg.norm(whole), whole, rtol=1e-5)

    @pytest.mark.parametrize(("a", "b"), [(A, B[:, :3]), (A[:0], B), (A[0], B), (A, B * np.nan)])
    def test_groups_that_do_not_fit_are_refused(self, a: np.ndarray, b: np.ndarray) -> None:
        with pytest.raises(InputError):
            attribute_vector(a, b)

    def test_equal_groups_have_no_unit_direction(self) -> None:
        with pytest.raises(InputError, match="same mean"):
            attribute_vector(A, A, unit=True)


class TestOrthogonalised:
    def test_is_what_the_qr_decomposition_leaves(self) -> None:
        direction, others = RNG.normal(size=6), RNG.normal(size=(3, 6))
        basis = np.linalg.qr(others.T)[0]
        known = direction - basis @ (basis.T @ direction)
        np.testing.assert_allclose(orthogonalised(direction, list(others)), known, rtol=1e-5, atol=1e-6)

    @given(vectors, st.lists(vectors, max_size=3))
    def test_is_orthogonal_to_each_or_nothing_is_left(self, direction: np.ndarray, others: list) -> None:
        try:
            left = orthogonalised(direction, others).astype(np.float64)
        except InputError:
            return
        for other in others:
            assert abs(left @ other) <= 1e-5 * np.linalg.norm(direction) * max(1, np.linalg.norm(other))
        assert np.linalg.norm(left) <= np.linalg.norm(direction) * (1 + 1e-6)

    def test_one_that_depends_on_others_changes_nothing(self) -> None:
        first, second = RNG.normal(size=(2, 6))
        direction = RNG.normal(size=6)
        np.testing.assert_allclose(
            orthogonalised(direction, [first, second, first + second, 0 * first]),
            orthogonalised(direction, [first, second]),
            rtol=1e-5,
        )

    def test_what_lies_along_the_others_leaves_nothing(self) -> None:
        with pytest.raises(InputError, match="Nothing is left"):
            orthogonalised([2, 2], [[1, 0], [0, 1]])


class TestConfidence:
    def test_the_cone_is_that_of_a_gaussian_mean(self) -> None:
        # Off-axis, a difference of means of n unit Gaussians each has variance 2/n; in two dimensions the angle is
        # its ratio to the length, and 95 % lie within 1.96 of its standard deviations.
        n = 2000
        a, b = RNG.normal(size=(n, 2)) + np.array([5.0, 0]), RNG.normal(size=(n, 2))
        found = confidence(a, b, np.random.default_rng(1), resamples=2000)
        known = np.degrees(1.96 * np.sqrt(2 / n) / 5)
        assert found.cone == pytest.approx(known, rel=0.1)

    def test_groups_of_one_law_have_no_sure_direction(self) -> None:
        found = confidence(RNG.normal(size=(40, 8)), RNG.normal(size=(40, 8)), np.random.default_rng(0))
        assert found.cone > 40
        assert found.apart < 0.05

    @pytest.mark.parametrize(("shift", "apart"), [(3.0, 1.0), (1.0, 0.0)])
    def test_groups_are_apart_from_two_standard_deviations_on(self, shift: float, apart: float) -> None:
        a, b = RNG.normal(size=(2, 1000, 3)) + np.array([[[shift, 0, 0]], [[0, 0, 0]]])
        assert confidence(a, b, np.random.default_rng(0)).apart == apart

    def test_more_images_make_a_narrower_cone(self) -> None:
        few, many = (confidence(A[:n], B[:n], np.random.default_rng(0)).cone for n in (8, 60))
        assert many < few

    def test_others_are_taken_off_each_time(self) -> None:
        turned = confidence(A, B, np.random.default_rng(0), others=[[1, 0, 0, 0, 0]])
        assert turned.cone > confidence(A, B, np.random.default_rng(0)).cone
        assert turned.apart < 0.05

    def test_the_seed_alone_decides(self) -> None:
        first, again, other = (confidence(A, B, np.random.default_rng(seed)) for seed in (0, 0, 1))
        assert first == again
        assert first != other

    @pytest.mark.parametrize(("a", "b"), [(A[:1], B), (A, B[:1]), (A, A), (A, B[:, :2])])
    def test_what_has_no_answer_is_refused(self, a: np.ndarray, b: np.ndarray) -> None:
        with pytest.raises(InputError):
            confidence(a, b, np.random.default_rng(0))


class TestAnalogy:
    @given(vectors, vectors, vectors)
    def test_completes_the_parallelogram(self, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
        d = analogy(a, b, c).astype(np.float64)
        np.testing.assert_allclose(d - c, b - a, atol=1e-4)
        np.testing.assert_allclose(analogy(a, b, a), b, atol=1e-5)

    def test_codes_that_do_not_fit_are_refused(self) -> None:
        with pytest.raises(InputError):
            analogy([1, 2], [1, 2], [1])


class TestNearest:
    def test_rows_are_those_of_a_full_sort(self) -> None:
        z = RNG.normal(size=5)
        rows, away = nearest_codes(z, A, 7)
        known = np.sqrt(((A - z) ** 2).sum(axis=1))
        np.testing.assert_array_equal(rows, np.argsort(known)[:7])
        np.testing.assert_allclose(away, np.sort(known)[:7], rtol=1e-5)

    def test_a_code_is_its_own_nearest_and_more_than_there_are_gives_all(self) -> None:
        assert nearest_codes(A[4], A, 1)[0].tolist() == [4]
        assert len(nearest_codes(A[4], A, 1000)[0]) == len(A)

    def test_what_does_not_fit_is_refused(self) -> None:
        for arguments in (([1, 2], A, 3), (A[0], A, 0)):
            with pytest.raises(InputError):
                nearest_codes(*arguments)
