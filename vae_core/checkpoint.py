"""A model on disk: one folder of safetensors and JSON, written whole or not at all, never unpickled.

Contents: ``config.json``, ``weights.safetensors``, ``metrics.json``, ``history.jsonl``, ``map.safetensors`` (posteriors
and labels of held-out images), ``moments.safetensors`` (the map through training), ``CARD.md``, ``SHA256SUMS``, and for
a run that may go on ``resume.safetensors``. The folder is written beside its place and moved there in one rename; the
one it replaces waits as ``.NAME.previous`` meanwhile, where a reader and the next writer find it if the power went.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
import torch
from numpy.typing import NDArray

from vae_core.config import DataConfig, from_json, to_json
from vae_core.errors import CheckpointError, VaeCoreError
from vae_core.models import model_config_from_json, model_config_to_json
from vae_core.training import RunConfig, TrainingConfig

FORMAT_VERSION = 1
Arrays = dict[str, NDArray[Any]]
REQUIRED = ("config.json", "weights.safetensors", "metrics.json", "history.jsonl", "map.safetensors")
SUMS = "SHA256SUMS"


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
        ``mu`` [N, d], ``indices`` [N] into the test split and, where they exist, ``logvar`` and ``labels``.
    moments : list of (step, mu [M, d])
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
    moments: list[tuple[int, NDArray[Any]]] = dataclasses.field(default_factory=list)
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
    if not all(np.isfinite(value).all() for value in folder.weights.values()):
        raise CheckpointError("A weight is not finite, so the model was not saved.", got=target.name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _recover(target)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            _fill(draft, folder, card, half)
            _replace(target, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise CheckpointError(
            "The model could not be saved.",
            got=f"{target.name}: {error.strerror}",
            next_step="Check place and space.",
        ) from error
    return target


def read(path: str | os.PathLike[str]) -> ModelFolder:
    """Read and check a model folder.

    Raises
    ------
    CheckpointError
        If it is missing, lacks a file, has a changed byte, is of a future version, or holds values that don't fit.
    """
    target = Path(path)
    files = _verified_files(target)
    try:
        return _parse(files)
    except CheckpointError as error:
        raise CheckpointError(f"Model {target.name} can't be read. {error}") from error
    except (
        VaeCoreError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        safetensors.SafetensorError,
    ) as error:
        raise CheckpointError(
            f"Model {target.name} can't be read.", got=str(error), next_step="Train or download it again."
        ) from error


def read_header(path: str | os.PathLike[str]) -> tuple[RunConfig, dict[str, Any]]:
    """Return a model's configuration and metrics without reading its weights; CheckpointError as for :func:`read`."""
    target = _existing(Path(path))
    try:
        config = json.loads((target / "config.json").read_text("utf-8"))
        metrics = json.loads((target / "metrics.json").read_text("utf-8"))
        return _run_config(config), metrics
    except CheckpointError as error:
        raise CheckpointError(f"Model {target.name} can't be read. {error}") from error
    except (OSError, VaeCoreError, ValueError, KeyError, TypeError, AttributeError) as error:
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


def _fill(draft: Path, folder: ModelFolder, card: str, half: bool) -> None:
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
    weights = {name: np.ascontiguousarray(value, dtype=kind) for name, value in folder.weights.items()}
    moments = {f"{step:09d}": np.asarray(mu, dtype=np.float16) for step, mu in folder.moments}
    files = {
        "config.json": _json(config),
        "metrics.json": _json(folder.metrics),
        "history.jsonl": "".join(json.dumps(record) + "\n" for record in folder.history).encode(),
        "weights.safetensors": safetensors.numpy.save(weights),
        "map.safetensors": safetensors.numpy.save(folder.latent_map),
        "moments.safetensors": safetensors.numpy.save(moments),
        "CARD.md": card.encode(),
    }
    if folder.counters is not None:
        files["resume.safetensors"] = safetensors.numpy.save(folder.optimiser)
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    for name, data in [*files.items(), (SUMS, sums.encode())]:
        with open(draft / name, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    _sync(draft)
    draft.chmod(0o755)


def _parse(files: dict[str, bytes]) -> ModelFolder:
    config = json.loads(files["config.json"])
    names = config["class_names"]
    resume = files.get("resume.safetensors")
    moments = safetensors.numpy.load(files["moments.safetensors"]) if "moments.safetensors" in files else {}
    folder = ModelFolder(
        config=_run_config(config),
        image_shape=tuple(config["image_shape"]),
        class_names=None if names is None else tuple(names),
        weights={
            n: v.astype(np.float32) for n, v in safetensors.numpy.load(files["weights.safetensors"]).items()
        },
        metrics=json.loads(files["metrics.json"]),
        history=[json.loads(line) for line in files["history.jsonl"].splitlines()],
        latent_map=safetensors.numpy.load(files["map.safetensors"]),
        moments=[(int(step), mu.astype(np.float32)) for step, mu in sorted(moments.items())],
        counters=config["counters"] if resume is not None else None,
        optimiser={} if resume is None else safetensors.numpy.load(resume),
    )
    for name, value in folder.weights.items():
        if not np.isfinite(value).all():
            raise CheckpointError("A weight is not finite.", got=name)
    return folder


def _verified_files(target: Path) -> dict[str, bytes]:
    """Read every listed file and check its sum, again if the folder was replaced in between."""
    for attempt in range(3):
        try:
            place = _existing(target)
            before = (place / SUMS).read_bytes()
            files = {name: (place / name).read_bytes() for name in _listed(before)}
        except OSError as error:
            problem = f"file {Path(error.filename or SUMS).name} is missing or unreadable"
        else:
            wrong = [n for n, data in files.items() if hashlib.sha256(data).hexdigest() != _listed(before)[n]]
            absent = [name for name in REQUIRED if name not in files]
            if not wrong and not absent:
                return files
            problem = f"file {wrong[0]} was changed" if wrong else f"file {absent[0]} is missing"
        if attempt == 2:
            raise CheckpointError(
                f"Model {target.name} is damaged.", got=problem, next_step="Train or download it again."
            )
    raise AssertionError("unreachable")


def _listed(sums: bytes) -> dict[str, str]:
    pairs = (line.split("  ", 1) for line in sums.decode("utf-8", "replace").splitlines() if "  " in line)
    return {Path(name).name: digest for digest, name in pairs}


def _existing(target: Path) -> Path:
    for place in (target, _previous(target)):
        if (place / "config.json").is_file() or (place / SUMS).is_file():
            return place
    raise CheckpointError(
        "There is no model here.",
        got=target.name,
        next_step="List the models with: python -m vae_core models",
    )


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _replace(target: Path, draft: Path) -> None:
    previous = _previous(target)
    if target.exists():
        os.rename(target, previous)
    os.rename(draft, target)
    _sync(target.parent)
    shutil.rmtree(previous, ignore_errors=True)


def _recover(target: Path) -> None:
    """Finish what a writer that was killed between its two renames left undone."""
    previous = _previous(target)
    if previous.exists():
        if target.exists():
            shutil.rmtree(previous)
        else:
            os.rename(previous, target)


def _sync(folder: Path) -> None:
    # Windows can't open a folder; there the rename alone has to do.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def model_folders(root: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield the model folders in `root` by name; drafts and unrelated folders are passed over."""
    with contextlib.suppress(OSError):
        for path in sorted(Path(root).iterdir()):
            if path.is_dir() and not path.name.startswith(".") and (path / SUMS).exists():
                yield path
