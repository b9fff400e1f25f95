"""A model on disk: one folder of safetensors and JSON, written whole or not at all, never unpickled.

Contents: ``config.json``, ``weights.safetensors``, ``metrics.json``, ``history.jsonl``, ``map.safetensors`` (posteriors
and labels of held-out images), ``moments.safetensors`` (the map and decoded tiles through training, for replay),
``CARD.md``, ``SHA256SUMS``, and for a run that may go on ``resume.safetensors``. :mod:`vae_core.whole_folder` says how
it is written and checked.
"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
import torch
from numpy.typing import NDArray

from vae_core.config import DataConfig, from_json, to_json
from vae_core.errors import CheckpointError, VaeCoreError
from vae_core.models import VQVAEConfig, latent_dim_of, model_config_from_json, model_config_to_json
from vae_core.moments import Moment, Replay, kept_dimensions
from vae_core.networks import ImageShape, check_image_shape, code_map_size
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.whole_folder import read_files, read_unchecked, write_files

FORMAT_VERSION = 1
Arrays = dict[str, NDArray[Any]]
METRIC_KEYS = {"value", "unit", "split", "count", "estimator"}
BROKEN = (
    VaeCoreError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError,
    safetensors.SafetensorError,
)  # fmt: skip
"""What reading a folder with wrong contents may raise; each becomes a CheckpointError."""


@dataclasses.dataclass
class ModelFolder:
    """What a model folder holds.

    Attributes
    ----------
    config : RunConfig
    image_shape : (C, H, W)
    class_names : tuple of str or None
    weights : dict of arrays
        By parameter name, float32 in memory.
    metrics : dict
        Name to ``{"value", "unit", "split", "count", "estimator"}``.
    history : list of dict
    latent_map : dict of arrays
        ``mu`` [N, d], ``indices`` [N] into the test split and, where they exist, ``logvar`` and ``labels``. A VQ-VAE
        has ``codes`` [N, h, w] in place of mu.
    replay : Replay or None
        Moments of training.
    counters : dict or None
        Where the run stopped; None when it can't be resumed.
    optimiser : dict of arrays
        Its moments, empty when the run can't be resumed.
    """

    config: RunConfig
    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...] | None
    weights: Arrays
    metrics: dict[str, Any] = dataclasses.field(default_factory=dict)
    history: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    latent_map: Arrays = dataclasses.field(default_factory=dict)
    replay: Replay | None = None
    counters: dict[str, Any] | None = None
    optimiser: Arrays = dataclasses.field(default_factory=dict)


def write(folder: ModelFolder, path: str | os.PathLike[str], *, card: str = "", half: bool = False) -> Path:
    """Write `folder` to `path`, replacing what is there in one step, and return the path.

    Parameters
    ----------
    folder : ModelFolder
    path : path
        Its last part is the model's name.
    card : str
        The text of ``CARD.md``.
    half : bool
        Store the weights as float16.

    Raises
    ------
    CheckpointError
        If a weight is not finite or the place can't be written.
    """
    target = Path(path)
    kind = np.float16 if half else np.float32
    largest = np.finfo(kind).max
    if not all((np.abs(value) <= largest).all() for value in folder.weights.values()):
        raise CheckpointError("A weight is not finite, so the model was not saved.", got=target.name)
    write_files(target, _files(folder, card, half))
    return target


def read(path: str | os.PathLike[str]) -> ModelFolder:
    """Read and check a model folder.

    Raises
    ------
    CheckpointError
        If it is missing, lacks a file, has a changed byte, is of a future version, or holds values that don't fit.
    """
    target = Path(path)
    files = read_files(target)
    try:
        return _parse(files)
    except CheckpointError as error:
        raise CheckpointError(f"Model {target.name} can't be read. {error}") from error
    except BROKEN as error:
        raise CheckpointError(
            f"Model {target.name} can't be read.", got=str(error), next_step="Train or download it again."
        ) from error


def read_header(path: str | os.PathLike[str]) -> tuple[RunConfig, dict[str, Any]]:
    """Return a model's configuration and metrics without reading its weights; CheckpointError as for :func:`read`."""
    target = Path(path)
    texts = read_unchecked(target, ("config.json", "metrics.json"))
    try:
        config, metrics = (json.loads(text) for text in texts)
        return _run_config(_table(config)), _metrics(metrics)
    except CheckpointError as error:
        raise CheckpointError(f"Model {target.name} can't be read. {error}") from error
    except BROKEN as error:
        raise CheckpointError(f"Model {target.name} can't be read.", got=str(error)) from error


def read_counters(path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Return where a saved run stood, with ``step``, ``epoch``, ``seconds`` and ``finished``; None if it can't go on.

    Raises
    ------
    CheckpointError
        If the folder is missing or damaged.
    """
    target = Path(path)
    (text,) = read_unchecked(target, ("config.json",))
    try:
        counters = _table(json.loads(text))["counters"]
        return None if counters is None else _table(counters)
    except BROKEN as error:
        raise CheckpointError(f"Model {target.name} can't be read.", got=str(error)) from error


def run_config_to_json(config: RunConfig) -> dict[str, Any]:
    """Return a run's configuration as it stands in ``config.json``."""
    return {
        "data": to_json(config.data),
        "model": model_config_to_json(config.model),
        "training": to_json(config.training),
        "seed": config.seed,
    }


def _run_config(values: dict[str, Any]) -> RunConfig:
    version = values.get("format_version")
    if version != FORMAT_VERSION:
        raise CheckpointError(
            "Its format is not one this version reads.", got=f"version {version}", allowed=f"version {FORMAT_VERSION}",
            next_step="Update the software that opens it.",
        )  # fmt: skip
    return RunConfig(
        from_json(DataConfig, values["data"]),
        model_config_from_json(values["model"]),
        from_json(TrainingConfig, values["training"]),
        values["seed"],
    )


def _files(folder: ModelFolder, card: str, half: bool) -> dict[str, bytes]:
    config = {
        "format_version": FORMAT_VERSION,
        **run_config_to_json(folder.config),
        "image_shape": folder.image_shape,
        "class_names": folder.class_names,
        "counters": folder.counters,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
    }
    kind = np.float16 if half else np.float32
    weights = {name: np.asarray(value, dtype=kind) for name, value in folder.weights.items()}
    files = {
        "config.json": _json(config),
        "metrics.json": _json(folder.metrics),
        "history.jsonl": "".join(json.dumps(record) + "\n" for record in folder.history).encode(),
        "weights.safetensors": _packed(weights),
        "map.safetensors": _packed(folder.latent_map),
        "CARD.md": card.encode(),
    }
    if folder.replay is not None:
        files["moments.safetensors"] = _packed(_replay_arrays(folder.replay))
    if folder.counters is not None:
        files["resume.safetensors"] = _packed(folder.optimiser)
    return files


def _packed(arrays: Arrays) -> bytes:
    """Return arrays as a safetensors file, which would take the memory of one with its channels innermost as it is."""
    return safetensors.numpy.save({name: np.asarray(value, order="C") for name, value in arrays.items()})


def _parse(files: dict[str, bytes]) -> ModelFolder:
    config = json.loads(files["config.json"])
    names = config["class_names"]
    resume = files.get("resume.safetensors")
    moments = files.get("moments.safetensors")
    folder = ModelFolder(
        config=_run_config(config),
        image_shape=_image_shape(config["image_shape"]),
        class_names=None if names is None else tuple(map(str, names)),
        weights={
            n: v.astype(np.float32) for n, v in safetensors.numpy.load(files["weights.safetensors"]).items()
        },
        metrics=_metrics(json.loads(files["metrics.json"])),
        history=[_table(json.loads(line)) for line in files["history.jsonl"].splitlines()],
        latent_map=safetensors.numpy.load(files["map.safetensors"]),
        replay=None if moments is None else _replay(safetensors.numpy.load(moments)),
        counters=config["counters"] if resume is not None else None,
        optimiser={} if resume is None else safetensors.numpy.load(resume),
    )
    for name, value in folder.weights.items():
        if not np.isfinite(value).all():
            raise CheckpointError("A weight is not finite.", got=name)
    _check_map(folder)
    _check_replay(folder)
    return folder


def _image_shape(values: Any) -> ImageShape:
    if not (isinstance(values, list) and len(values) == 3 and all(type(value) is int for value in values)):
        raise CheckpointError("Its image shape is not three whole numbers.", got=values)
    channels, height, width = values
    check_image_shape((channels, height, width))
    return channels, height, width


def _table(values: Any) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise CheckpointError("It holds something else than a table.", got=type(values).__name__)
    return values


def _metrics(values: Any) -> dict[str, Any]:
    for name, entry in _table(values).items():
        whole = isinstance(entry, dict) and entry.keys() >= METRIC_KEYS
        if not whole or not isinstance(entry["value"], (int, float)):
            raise CheckpointError(f"Metric {name} is incomplete.", allowed=", ".join(sorted(METRIC_KEYS)))
    return values  # type: ignore[no-any-return]


def _check_map(folder: ModelFolder) -> None:
    arrays, model = folder.latent_map, folder.config.model
    count = len(arrays.get("codes" if isinstance(model, VQVAEConfig) else "mu", ()))
    shapes: dict[str, tuple[int, ...]] = {"labels": (count,), "indices": (count,)}
    if isinstance(model, VQVAEConfig):
        shapes["codes"] = (count, *code_map_size(folder.image_shape))
        codes = arrays.get("codes", np.zeros(0, np.uint8))
        if codes.dtype.kind != "u" or codes.max(initial=0) >= model.codes:
            raise CheckpointError("Its map has codes that are not in its book.", got=codes.dtype)
    else:
        shapes["mu"] = shapes["logvar"] = (count, model.latent_dim)
    for name, value in arrays.items():
        if value.shape != shapes.get(name) or not np.isfinite(value).all():
            raise CheckpointError("Its map has the wrong shape or values.", got=f"{name} {list(value.shape)}")


def _replay_arrays(replay: Replay) -> Arrays:
    """Return a replay as named arrays: ``tile``, ``copied``, ``labels``, and for each step ``mu`` and ``tiles``."""
    arrays: Arrays = {"tile": np.array(replay.tile, np.int32), "copied": replay.copied}
    if replay.labels is not None:
        arrays["labels"] = replay.labels
    for moment in replay.moments:
        arrays[f"{moment.step:09d}.mu"] = moment.mu
        arrays[f"{moment.step:09d}.tiles"] = np.frombuffer(moment.tiles, np.uint8)
    return arrays


def _replay(arrays: Arrays) -> Replay:
    steps = sorted(int(name.removesuffix(".mu")) for name in arrays if name.endswith(".mu"))
    moments = [
        Moment(step, arrays[f"{step:09d}.mu"], arrays[f"{step:09d}.tiles"].astype(np.uint8).tobytes())
        for step in steps
    ]
    labels = arrays.get("labels")
    tile = _image_shape(arrays["tile"].tolist())
    return Replay(labels, arrays["copied"].astype(np.int32).ravel(), tile, tuple(moments))


def _check_replay(folder: ModelFolder) -> None:
    replay = folder.replay
    if replay is None:
        return
    dimensions = kept_dimensions(latent_dim_of(folder.config.model, folder.image_shape))
    for moment in replay.moments:
        count = len(moment.mu) if replay.labels is None else len(replay.labels)
        fits = moment.mu.dtype == np.float16 and moment.mu.shape == (count, dimensions)
        if not fits or not np.isfinite(moment.mu).all():
            raise CheckpointError(
                "A moment of its training has the wrong shape or values.", got=f"step {moment.step}"
            )
        replay.tiles(moment)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
