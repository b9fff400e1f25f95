from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.latent import traverse

numbers = st.floats(-1e6, 1e6, width=32)


@given(arrays(np.float32, st.integers(1, 8), elements=numbers), arrays(np.float32, st.integers(1, 9), elements=numbers),
       st.data())  # fmt: skip
@settings(deadline=None)
def test_only_the_chosen_dimension_moves(
    z: NDArray[np.float32], values: NDArray[np.float32], data: st.DataObject
) -> None:
    dim = data.draw(st.integers(0, len(z) - 1))
    before = z.copy()
    codes = traverse(z, dim, values)
    assert (codes.shape, codes.dtype) == ((len(values), len(z)), np.float32)
    np.testing.assert_array_equal(codes[:, dim], values)
    others = np.arange(len(z)) != dim
    np.testing.assert_array_equal(codes[:, others], np.tile(z[others], (len(values), 1)))
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize(
    ("z", "dim", "values", "message"),
    [
        ([1, 2], 2, [0], "0 to 1"),
        ([1, 2], -1, [0], "0 to 1"),
        ([1, 2], 0.0, [0], "0 to 1"),
        ([[1, 2]], 0, [0], "z has the wrong shape"),
        ([1, 2], 0, [], "values has the wrong shape"),
        ([1, 2], 0, [float("nan")], "values holds NaN"),
    ],
)
def test_what_does_not_fit_is_refused(z: object, dim: int, values: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        traverse(z, dim, values)  # type: ignore[arg-type]
