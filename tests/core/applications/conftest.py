from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vae_core.datasets import as_float, load_dataset
from vae_core.trained import TrainedModel, load

SHIPPED = Path(__file__).parents[3] / "checkpoints"


@pytest.fixture(scope="session")
def trained() -> TrainedModel:
    """The shipped model of digits with a density of greys."""
    return load(SHIPPED / "digits-vae-8d")


@pytest.fixture(scope="session")
def test_images() -> NDArray[np.float32]:
    """The test images of digits."""
    return as_float(load_dataset("digits").test.images)
