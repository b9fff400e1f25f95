"""Lists of models on disk, read without their weights."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

from vae_core import checkpoint
from vae_core.errors import CheckpointError
from vae_core.models import VQVAEConfig, family_of, latent_words
from vae_core.run_config import RunConfig
from vae_core.whole_folder import model_folders


@dataclasses.dataclass(frozen=True)
class ModelEntry:
    """One line of a model list; `problem` says in words why a folder can't be opened, all else is then None."""

    name: str
    path: Path
    config: RunConfig | None
    metrics: dict[str, Any]
    problem: str | None = None

    @property
    def family(self) -> str | None:
        """The registry's name of the model family."""
        return None if self.config is None else family_of(self.config.model)

    @property
    def dataset(self) -> str | None:
        """Name of the data set it was trained on."""
        return None if self.config is None else self.config.data.name

    @property
    def latent_dim(self) -> int | None:
        """Number of latent dimensions; None for discrete codes, whose number depends on the images' size."""
        if self.config is None or isinstance(self.config.model, VQVAEConfig):
            return None
        return self.config.model.latent_dim

    @property
    def latent_words(self) -> str:
        """What an image becomes, in a few words for people; nothing for a folder that can't be opened."""
        return "" if self.config is None else latent_words(self.config.model)


def catalogue(root: str | os.PathLike[str]) -> list[ModelEntry]:
    """List the models in folder `root` by name, without reading their weights."""
    entries = []
    for path in model_folders(root):
        try:
            config, metrics = checkpoint.read_header(path)
            entries.append(ModelEntry(path.name, path, config, metrics))
        except CheckpointError as error:
            entries.append(ModelEntry(path.name, path, None, {}, str(error)))
    return entries
