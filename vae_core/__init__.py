"""Train and serve small latent-variable models as plain functions over arrays."""

from __future__ import annotations

import os

# torch's arithmetic threads wait for each other by spinning (libgomp reads this once, when torch is imported). Beside a
# browser or a second run that costs most of the speed; a short spin before sleeping costs little when all is quiet.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

from vae_core import errors
from vae_core.datasets import load_dataset
from vae_core.listing import catalogue
from vae_core.trained import TrainedModel, load

__version__ = "0.1.0"
__all__ = ["TrainedModel", "__version__", "catalogue", "errors", "load", "load_dataset"]
