"""From a run in training to a model that others use, and back: freeze, save, resume."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vae_core import checkpoint
from vae_core.card import model_card
from vae_core.checkpoint import Arrays, ModelFolder
from vae_core.datasets import ImageDataset
from vae_core.errors import CheckpointError
from vae_core.evaluation import Metrics, evaluate
from vae_core.events import Event
from vae_core.models import VQVAE
from vae_core.moments import half
from vae_core.trained import TrainedModel
from vae_core.training import COUNTERS, SUBSET, TrainingRun

MAP_IMAGES = 10_000
"""Held-out images on a model's map, at most."""
MAP_CODES = 2000
"""Those on the map of a model with discrete codes, whose vectors are some thousand numbers each."""
FINAL_MOMENTS = 40
"""Moments for replay kept with a model that will not train on."""
FIRST_SAVE_SECONDS = 2.0
SAVE_SECONDS = 10.0
"""Fewest seconds before the first save of a run under way, and between two."""
SAVE_SHARE = 0.05
"""Largest share of the time that goes into them."""


def freeze(run: TrainingRun, name: str = "in training", *, rounded: bool = False) -> TrainedModel:
    """Return an immutable copy of a run's model as it is now; call it from the thread that trains.

    `rounded` gives it the float16 weights that :func:`save` stores when the run will not go on.
    """
    return TrainedModel(name, _folder(run, rounded))


def still(run: TrainingRun, name: str = "in training") -> TrainedModel:
    """Return an immutable copy of a run's model, as :func:`freeze` does, with a map.

    The map is of the run's fixed held-out images; its indices count in the validation split.
    """
    folder = _folder(run)
    if isinstance(run.model, VQVAE):
        few = run.dataset.validation.images[:SUBSET]
        folder.latent_map["codes"] = _few_bytes(TrainedModel(name, folder).codes(few), run.model.config.codes)
        count = len(few)
    else:
        mu, logvar = run.posteriors()
        folder.latent_map["mu"], count = mu, len(mu)
        if logvar is not None:
            folder.latent_map["logvar"] = logvar
    labels = run.dataset.validation.labels
    if labels is not None and run.model.has_encoder:
        folder.latent_map["labels"] = labels[:count]
    return TrainedModel(name, folder)


def save(
    run: TrainingRun,
    path: str | os.PathLike[str],
    *,
    metrics: Metrics | None = None,
    resumable: bool = True,
    map_images: int = MAP_IMAGES,
    moments: int = FINAL_MOMENTS,
) -> Path:
    """Write a run's model folder; whole or not at all.

    Parameters
    ----------
    run : TrainingRun
    path : path
        Its last part is the model's name.
    metrics : dict, optional
        From :func:`vae_core.evaluation.evaluate`.
    resumable : bool
        Keep the optimiser's moments (twice the weights' size), so that :func:`resume` can go on. Else the weights
        are stored as float16.
    map_images : int
        Held-out images on the model's map, at most; fewer make a save quicker.
    moments : int
        Moments for replay kept with a model that will not train on, at most.

    Raises
    ------
    CheckpointError
        If a weight is not finite or the place can't be written.
    """
    folder = _folder(run, rounded=not resumable)
    folder.metrics.update(metrics or {})
    folder.latent_map.update(_map(TrainedModel(Path(path).name, folder), run.dataset, map_images))
    if not resumable:
        folder.replay = run.replay.thinned(moments)
    else:
        state = run.state()
        folder.counters = {**state["counters"], "finished": run.finished}
        folder.optimiser.update(_flat(state["optimiser"]))
    return checkpoint.write(folder, path, card=model_card(Path(path).name, folder), half=not resumable)


def saved_events(
    run: TrainingRun, path: str | os.PathLike[str], warn: Callable[[str], None]
) -> Iterator[Event]:
    """Yield a run's events and save it now and then; a save that fails is told to `warn` and does not end the run.

    What was done since the last save, the end included, is left for the caller to save.
    """
    due = time.monotonic() + FIRST_SAVE_SECONDS
    for event in run.events():
        yield event
        if time.monotonic() >= due:
            begun = time.monotonic()
            try:
                save(run, path)
            except CheckpointError as error:
                warn(str(error))
            due = time.monotonic() + max(SAVE_SECONDS, (time.monotonic() - begun) / SAVE_SHARE)


def save_measured(run: TrainingRun, path: str | os.PathLike[str], *, resumable: bool = True) -> TrainedModel:
    """Measure a run's model on the test split, save it as :func:`save` does, and return it."""
    metrics = evaluate(freeze(run, rounded=not resumable), run.dataset)
    save(run, path, metrics=metrics, resumable=resumable)
    return TrainedModel(Path(path).name, checkpoint.read(path), path=Path(path))


def resume(path: str | os.PathLike[str], dataset: ImageDataset) -> TrainingRun:
    """Return the run that was saved at `path`, ready to go on as if it had never stopped.

    On the CPU and with an end in epochs the numbers are the same to the bit.

    Raises
    ------
    CheckpointError
        If the folder is damaged, was saved without what resuming needs, or is of another data set.
    """
    folder = checkpoint.read(path)
    name = Path(path).name
    if folder.counters is None:
        raise CheckpointError(
            f"Model {name} was saved without its optimiser's state.",
            next_step="Train it anew from its settings.",
        )
    if dataset.name != folder.config.data.name or dataset.image_shape != folder.image_shape:
        raise CheckpointError(
            f"Model {name} was trained on other data.", got=dataset.name, allowed=folder.config.data.name
        )
    run = TrainingRun(folder.config, dataset)
    weights = {key: torch.from_numpy(value) for key, value in folder.weights.items()}
    run.history, run.replay = folder.history, folder.replay or run.replay
    try:
        moments = _nested(folder.optimiser)
        _check_state(run, folder.counters, moments)
        run.restore({"model": weights, "optimiser": moments, "counters": folder.counters})
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise CheckpointError(f"Model {name} can't be resumed.", got=str(error).splitlines()[0]) from error
    run.finished = False
    return run


def _folder(run: TrainingRun, rounded: bool = False) -> ModelFolder:
    weights = {name: value.detach().numpy().copy() for name, value in run.model.state_dict().items()}
    if rounded:
        with np.errstate(over="ignore"):  # a weight too large becomes infinite, and saving refuses it
            weights = {name: value.astype(np.float16).astype(np.float32) for name, value in weights.items()}
    return ModelFolder(
        config=run.config,
        image_shape=run.dataset.image_shape,
        class_names=run.dataset.class_names,
        weights=weights,
        history=list(run.history),
        replay=run.replay,
    )


def _map(model: TrainedModel, dataset: ImageDataset, most: int) -> Arrays:
    test = dataset.test
    if not model.has_encoder:
        return {"mu": np.zeros((0, model.latent_dim), np.float16), "indices": np.zeros(0, np.int32)}
    if model.is_discrete:
        most = min(most, MAP_CODES)
    count = min(most, len(test))
    arrays: Arrays = {"indices": np.arange(count, dtype=np.int32)}
    if test.labels is not None:
        arrays["labels"] = test.labels[:count].astype(np.uint8)
    if model.is_discrete:
        return arrays | {"codes": _few_bytes(model.codes(test.images[:count]), model.codebook_size)}
    mu, sigma = model.encode(test.images[:count], None if test.labels is None else test.labels[:count])
    arrays["mu"] = half(mu)
    if sigma.any():  # points have no spread
        # A variance that has underflowed to zero has the logarithm of the smallest one.
        arrays["logvar"] = half(2 * np.log(np.maximum(sigma, np.finfo(np.float32).tiny)))
    return arrays


def _few_bytes(codes: NDArray[np.int64], count: int) -> NDArray[Any]:
    """Return codes below `count` in the smallest type that holds them."""
    return codes.astype(np.uint8 if count <= 256 else np.uint16)


def _check_state(
    run: TrainingRun, counters: dict[str, Any], optimiser: dict[int, dict[str, torch.Tensor]]
) -> None:
    """Raise ValueError or KeyError unless the state is one that :meth:`TrainingRun.state` could have returned."""
    for name in COUNTERS:
        if name != "first_loss" and not (type(counters[name]) is int and counters[name] >= 0):
            raise ValueError(f"counter {name} is {counters[name]!r}")
    if counters["position"] > len(run.dataset.train):
        raise ValueError(f"the run stood at image {counters['position']} of {len(run.dataset.train)}")
    if not (isinstance(counters["first_loss"], float) and 0 <= counters["seconds"] < math.inf):
        raise ValueError("the first loss or the time is no number")
    parameters = dict(enumerate(run.model.parameters()))
    for index, values in optimiser.items():
        for name, value in values.items():
            shape = parameters[index].shape if name in ("exp_avg", "exp_avg_sq") else torch.Size()
            if value.shape != shape or not value.isfinite().all():
                raise ValueError(f"optimiser value {index}.{name} has the wrong shape or is not finite")


def _flat(optimiser: dict[int, dict[str, torch.Tensor]]) -> Arrays:
    return {
        f"{index}.{key}": value.numpy()
        for index, moments in optimiser.items()
        for key, value in moments.items()
    }


def _nested(arrays: Arrays) -> dict[int, dict[str, torch.Tensor]]:
    nested: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in arrays.items():
        index, name = key.split(".")
        nested.setdefault(int(index), {})[name] = torch.from_numpy(value.copy())
    return nested
