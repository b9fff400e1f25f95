"""A folder of files that is written whole or not at all, every byte under a checksum.

It is written beside its place and moved there in one rename; the one it replaces waits as ``.NAME.previous`` meanwhile,
where a reader and the next writer find it if the power went. A reader checks every file against ``SHA256SUMS`` and so
sees the old folder or the new one, never half of each.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from vae_core.errors import CheckpointError

SUMS = "SHA256SUMS"
REQUIRED = ("config.json", "weights.safetensors", "metrics.json", "history.jsonl", "map.safetensors")
ATTEMPTS = 20
"""How often a reader looks again while a writer replaces the folder under it."""
# A name alone, without a folder: nothing outside the model is ever read.
SUM = re.compile(r"([0-9a-f]{64})  ([A-Za-z][A-Za-z0-9_.-]*)")


def write_files(target: Path, files: dict[str, bytes]) -> None:
    """Make `target` a folder of exactly `files` and their sums, replacing the model that is there in one step.

    Raises
    ------
    CheckpointError
        If something else than a model is in this place, or the place can't be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _recover(target)
        _refuse_foreign(target)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            _fill(draft, files)
            _replace(target, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise CheckpointError(
            "The model could not be saved.",
            got=f"{target.name}: {error.strerror}",
            next_step="Check place and space.",
        ) from error


def read_files(target: Path) -> dict[str, bytes]:
    """Read every listed file and check its sum; again as long as somebody replaces the folder meanwhile.

    Raises
    ------
    CheckpointError
        If there is no model, a file is missing, or a byte was changed.
    """
    last: bytes | None = b"unread"
    for _ in range(ATTEMPTS):
        sums: bytes | None = None
        try:
            place = _existing(target)
            sums = (place / SUMS).read_bytes()
            listed = _listed(sums)
            files = {name: (place / name).read_bytes() for name in listed}
        except OSError as error:
            problem = f"file {Path(error.filename or SUMS).name} is missing or unreadable"
        else:
            wrong = [name for name, data in files.items() if hashlib.sha256(data).hexdigest() != listed[name]]
            absent = [name for name in REQUIRED if name not in files]
            if not wrong and not absent:
                return files
            problem = f"file {wrong[0]} was changed" if wrong else f"file {absent[0]} is missing"
            problem = problem if files else f"file {SUMS} was changed"
        if sums == last:
            break
        last = sums
    raise CheckpointError(
        f"Model {target.name} is damaged.", got=problem, next_step="Train or download it again."
    )


def read_unchecked(target: Path, names: Sequence[str]) -> list[bytes]:
    """Read some small files without checking their sums, for a quick look; CheckpointError if one is missing."""
    for attempt in range(ATTEMPTS):
        try:
            place = _existing(target)
            (place / SUMS).stat()
            return [(place / name).read_bytes() for name in names]
        except OSError as error:
            # It may be about to be replaced; damage stays.
            if attempt + 1 == ATTEMPTS:
                got = f"file {Path(error.filename or SUMS).name} is missing or unreadable"
                raise CheckpointError(f"Model {target.name} is damaged.", got=got) from error
    raise AssertionError("the last attempt returns or raises")


def model_folders(root: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield the model folders in `root` by name, damaged ones too; drafts and unrelated folders are passed over."""
    with contextlib.suppress(OSError):
        found = {path.name for path in Path(root).iterdir() if _looks_like_a_model(path)}
        # One that waits under its other name is still readable under its own.
        waiting = {name[1:].removesuffix(".previous") for name in found if name.endswith(".previous")}
        for name in sorted(waiting | {name for name in found if not name.startswith(".")}):
            yield Path(root) / name


def _looks_like_a_model(path: Path) -> bool:
    return (path / SUMS).is_file() or ((path / "config.json").is_file() and (path / REQUIRED[1]).is_file())


def _fill(draft: Path, files: dict[str, bytes]) -> None:
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    for name, data in [*files.items(), (SUMS, sums.encode())]:
        with open(draft / name, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    _sync(draft)
    draft.chmod(0o755)


def _listed(sums: bytes) -> dict[str, str]:
    """Return name to digest; empty unless every line is one that :func:`write_files` could have written."""
    lines = [SUM.fullmatch(line) for line in sums.decode("ascii", "replace").removesuffix("\n").split("\n")]
    return {line[2]: line[1] for line in lines if line} if all(lines) else {}


def _existing(target: Path) -> Path:
    # Twice, because a writer may rename between the two looks.
    for place in (target, _previous(target), target):
        if (place / "config.json").is_file() or (place / SUMS).is_file():
            return place
    raise CheckpointError(
        "There is no model here.",
        got=target.name,
        next_step="List the models with: python -m vae_core models",
    )


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _refuse_foreign(target: Path) -> None:
    """Raise CheckpointError if `target` is there and is no model: replacing it would delete somebody's files."""
    if os.path.lexists(target) and not ((target / SUMS).is_file() or _is_empty(target)):
        raise CheckpointError(
            "Something else than a model is in this place.", got=target.name, next_step="Choose another name."
        )


def _is_empty(target: Path) -> bool:
    return target.is_dir() and not any(target.iterdir())


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
