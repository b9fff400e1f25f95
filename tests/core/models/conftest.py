from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from vae_core.models import MODELS, make_model
from vae_core.networks import NetworkConfig

SMALL = NetworkConfig(hidden=(12,), sine_features=4)


@pytest.fixture(scope="session")
def fresh() -> Callable[..., Any]:
    """Make a small, newly initialised model of a family; the same each time: ``fresh("vae", beta=4.0)``."""

    def make(family: str, shape: tuple[int, int, int] = (1, 8, 8), **settings: Any) -> Any:
        torch.manual_seed(0)
        return make_model(MODELS[family].Config(**{"network": SMALL} | settings), shape)

    return make


@pytest.fixture(scope="session")
def drawn() -> Callable[..., torch.Generator]:
    """Return a seeded generator."""
    return lambda seed=11: torch.Generator().manual_seed(seed)


@pytest.fixture(scope="session")
def x() -> Tensor:
    """Sixteen random images of 8 x 8."""
    return torch.rand(16, 1, 8, 8, generator=torch.Generator().manual_seed(3))
