"""Train and serve small latent-variable models as plain functions over arrays."""

from __future__ import annotations

from vae_core import errors
from vae_core.datasets import load_dataset
from vae_core.trained import TrainedModel, catalogue, load

__version__ = "0.1.0"
__all__ = ["TrainedModel", "__version__", "catalogue", "errors", "load", "load_dataset"]
