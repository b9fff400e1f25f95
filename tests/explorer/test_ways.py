from __future__ import annotations

import numpy as np
import pytest

from explorer import ways
from vae_core.errors import InputError

RNG = np.random.default_rng(0)
A = (RNG.normal(size=(40, 4)) + np.array([2.0, 1, 0, 0])).astype(np.float32)
B = RNG.normal(size=(30, 4)).astype(np.float32)


def value(way: ways.Way, z: np.ndarray) -> float:
    """Return where z is on the way, as its slider shows it."""
    vector = np.asarray(way.vector)
    return float((z - np.asarray(way.origin)) @ vector / (vector @ vector))


def test_minus_one_is_at_the_mean_of_b_and_one_at_the_mean_of_a() -> None:
    way = ways.between(A, B, "wide")
    np.testing.assert_allclose(np.asarray(way.origin) + way.vector, A.mean(0), atol=1e-5)
    assert value(way, B.mean(0)) == pytest.approx(-1, abs=1e-5)
    assert (way.low, way.high) == (-3, 3)


def test_what_is_left_without_others_still_has_the_means_at_minus_one_and_one() -> None:
    other = ways.between(A[:5], B[:5], "other")
    way = ways.between(A, B, "wide", [other])
    assert np.dot(way.vector, other.vector) == pytest.approx(0, abs=1e-5)
    assert value(way, A.mean(0)) == pytest.approx(1, abs=1e-4)
    assert value(way, B.mean(0)) == pytest.approx(-1, abs=1e-4)


def test_in_latent_units_a_step_of_one_has_length_one() -> None:
    way = ways.between(A, B, "wide", limit=4.0)
    assert np.linalg.norm(way.vector) == pytest.approx(1)
    assert (way.low, way.high) == (-4, 4)


def test_equal_groups_give_no_way() -> None:
    with pytest.raises(InputError):
        ways.between(A, A, "none")


@pytest.mark.parametrize(("name", "kept"), [("  a \n b ", "a b"), ("", "direction"), ("x" * 99, "x" * 40)])
def test_a_name_is_one_short_line(name: str, kept: str) -> None:
    assert ways.between(A, B, name).name == kept
    assert ways.renamed(ways.between(A, B, "old"), name).name == kept


def test_a_way_of_the_same_name_is_replaced_and_the_oldest_goes() -> None:
    made: tuple[ways.Way, ...] = ()
    for number in range(ways.MOST + 2):
        made = ways.added(made, ways.between(A, B, str(number)))
    assert [way.name for way in made] == [str(n) for n in range(2, ways.MOST + 2)]
    assert len(ways.added(made, ways.between(A[:3], B, "5"))) == ways.MOST
