"""Where models lie, and how a name becomes a folder."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from pathlib import Path

from vae_core.errors import CheckpointError, ConfigError
from vae_core.whole_folder import SUMS, model_folders

RUNS_VARIABLE = "VAE_RUNS_DIR"
MODELS_VARIABLE = "VAE_MODELS_DIR"
# The same names as the app lists.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", re.ASCII)


def runs_folder() -> Path:
    """Return where runs are kept: VAE_RUNS_DIR, else ``runs`` in the project's folder."""
    return _place(RUNS_VARIABLE, "runs")


def checkpoints_folder() -> Path:
    """Return where shipped models lie: VAE_MODELS_DIR, else ``checkpoints`` in the project's folder."""
    return _place(MODELS_VARIABLE, "checkpoints")


def find_model(text: str) -> Path:
    """Return the folder of a model given as a path or as a name in the runs or the checkpoints.

    Raises
    ------
    CheckpointError
        If there is none.
    """
    given = Path(os.path.abspath(os.path.expanduser(text)))
    for folder in (given, runs_folder() / text, checkpoints_folder() / text):
        if not folder.name:
            continue
        if (folder / SUMS).is_file() or (folder.with_name(f".{folder.name}.previous") / SUMS).is_file():
            return folder
    names = [path.name for root in (runs_folder(), checkpoints_folder()) for path in model_folders(root)]
    listed = ", ".join(names[:8]) + (" and more" if len(names) > 8 else "")
    raise CheckpointError(
        "There is no such model.",
        got=repr(text),
        allowed=f"a model's folder, or one of {listed}" if names else "a model's folder",
        next_step="List the models with: python -m vae_core models",
    )


def new_place(text: str | None, wish: str, *, overwrite: bool) -> Path:
    """Return the folder for a new model, checked to be free (or a model that may go) and writable.

    Parameters
    ----------
    text : str or None
        A path whose last part is the model's name. None for `wish` in the runs folder, numbered if it is taken.
    wish : str
        The name where none is given.
    overwrite : bool
        Whether a model that is there may be replaced.

    Raises
    ------
    ConfigError
        If the name does not fit, something is there already, or the place can't be written.
    """
    if text is None:
        place = runs_folder() / wish
        numbers = iter(range(2, 1_000_000))
        while place.exists() and not overwrite:
            place = runs_folder() / f"{wish}-{next(numbers)}"
    else:
        place = Path(os.path.abspath(os.path.expanduser(text)))
    if not _NAME.fullmatch(place.name):
        raise ConfigError(
            "The model's name does not fit.",
            got=repr(place.name),
            allowed="up to 60 letters, digits, hyphens and underscores",
        )
    _check_free(place, overwrite)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent):
            pass
    except OSError as error:
        raise ConfigError(
            "A model can't be written there.",
            got=f"{place.parent}: {error.strerror}",
            next_step="Choose another --out.",
        ) from error
    return place


def short(place: Path) -> str:
    """Return how to name a model on the command line, quoted for a shell: its name if it is among the runs."""
    return shlex.quote(place.name if place.parent == runs_folder() else str(place))


def _check_free(place: Path, overwrite: bool) -> None:
    if not os.path.lexists(place):
        return
    # A replaced folder is deleted: nothing but a model may ever be.
    if not ((place / SUMS).is_file() and (place / "config.json").is_file()):
        raise ConfigError(
            "Something other than a model is there.", got=place, next_step="Choose another --out."
        )
    if not overwrite:
        raise ConfigError(
            "There is a model of this name.",
            got=place,
            next_step=f"Choose another --out, replace it with --overwrite, or go on with --resume {short(place)}",
        )


def _place(variable: str, name: str) -> Path:
    named = os.environ.get(variable)
    if named:
        return Path(os.path.abspath(os.path.expanduser(named)))
    # In a checkout beside the package, wherever it is called from; an installed package has no such place.
    checkout = Path(__file__).resolve().parents[2]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / name
