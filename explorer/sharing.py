"""Who shared a run: a note beside the shared shelf, which holds only for the run as it was shared.

A shared run is not changed any more, so the note names the digest of its sums too: a run that the command line has
written in its place since belongs to nobody.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from vae_core.whole_folder import SUMS

NOTES = ".shared-by"


def write_note(place: Path, owner: str, digest: str) -> None:
    """Note that `owner` shares the run with this digest at `place`."""
    note = _note(place)
    note.parent.mkdir(exist_ok=True)
    note.write_text(f"{owner} {digest}\n", "ascii")


def remove_note(place: Path) -> None:
    """Forget who shared the run at `place`."""
    _note(place).unlink(missing_ok=True)


def sharer(place: Path) -> str | None:
    """Return who shared the run at `place`; None for one of the command line."""
    try:
        owner, digest = _note(place).read_text("ascii").split()
    except (OSError, ValueError):
        return None
    return owner if digest == digest_of(place) else None


def digest_of(place: Path) -> str | None:
    """Return the SHA-256 of a run's list of sums, which changes with any of its files; None if there is none."""
    try:
        return hashlib.sha256((place / SUMS).read_bytes()).hexdigest()
    except OSError:
        return None


def _note(place: Path) -> Path:
    return place.parent / NOTES / place.name
