from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from explorer.figures import heat

LOGS = np.linspace(0, 4, 400).reshape(20, 20)


def alpha(picture: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture.split(",", 1)[1]))))[..., 3].astype(int)


def test_larger_values_are_stronger_and_the_smallest_clear() -> None:
    shown = alpha(heat.of(LOGS).picture)
    assert (np.diff(shown.ravel()) >= 0).all()
    assert (shown.min(), shown.max()) == (0, round(255 * heat.MOST))


def test_equal_steps_of_strength_are_equal_factors() -> None:
    shown = alpha(heat.of(LOGS).picture).ravel()[20:-20]
    steps = np.diff(shown)
    assert steps.max() - steps.min() <= 1


def test_its_ends_are_told_in_two_digits() -> None:
    found = heat.of(LOGS)
    assert float(found.low) < 1.3
    assert found.high == "9,100"


def test_values_that_are_all_equal_or_none_make_a_picture() -> None:
    for values in (np.full((4, 4), -30.0), np.full((4, 4), 3.0)):
        assert alpha(heat.of(values).picture).max() == 0
