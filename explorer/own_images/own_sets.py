"""Data sets of people's own in the app: each belongs to the browser that brought it, and nobody else sees it.

What the command line has brought belongs to nobody in particular, and everybody sees it.
"""

from __future__ import annotations

from pathlib import Path

from explorer import state
from vae_core.datasets import DATASETS, own, set_aside
from vae_core.datasets.own_files import Record, size_of
from vae_core.errors import DatasetError

MOST_BYTES = 1_000_000_000
"""What one owner's data sets may take on disk."""


def choices() -> list[str]:
    """Return the full names of all data sets that this session's owner sees, the owner's own last."""
    set_aside.empty()
    return [*DATASETS, *own.full_names(), *own.full_names(owner=state.owner())]


def may_see(name: str) -> bool:
    """Tell whether a data set is anybody's to see, or this session's owner's."""
    parts = own.parse(name)
    # Nobody's session is asked for what everybody may see: some ask from outside of one.
    return parts is None or not parts.owner or parts.owner == state.owner()


def is_mine(name: str) -> bool:
    """Tell whether a data set belongs to this session's owner."""
    parts = own.parse(name)
    return parts is not None and parts.owner == state.owner()


def word_for(name: str) -> str:
    """Return a data set's name as a part of a run's name.

    >>> word_for("mnist"), word_for("0123456789abcdef.flowers@0123456789ab")
    ('mnist', 'flowers')
    """
    parts = own.parse(name)
    return name if parts is None else parts.title


def record_of(name: str) -> Record | None:
    """Return what is known about a data set of somebody's own that this session's owner sees."""
    if name in DATASETS or not may_see(name):
        return None
    found = own.find(name)
    return None if found is None else found[1]


def bytes_on_disk() -> int:
    """Return what this session's owner's data sets take."""
    found = (own.find(name) for name in own.full_names(owner=state.owner()))
    return sum(size_of(one[0]) for one in found if one is not None)


def folder_for(title: str, size: int) -> str:
    """Return the folder's name for a new data set of this session's owner, that takes so many bytes.

    Raises
    ------
    DatasetError
        If the name is none or taken, or the owner's data sets would take too much room.
    """
    taken = [title_of_folder(name) for name in own.full_names()]
    name = own.check_name(title.strip(), None, (*DATASETS, *taken), state.owner())
    used = bytes_on_disk()
    if used + size > MOST_BYTES:
        raise DatasetError(
            "Your data sets would take too much room.",
            got=f"{(used + size) / 1e6:,.0f} MB",
            allowed=f"{MOST_BYTES / 1e6:,.0f} MB",
            next_step="Delete one that you don't need any more.",
        )
    return name.folder


def title_of_folder(name: str) -> str:
    """Return a listed name in the form in which new names are compared with it."""
    return word_for(name).lower().replace("-", "_")


def delete(name: str) -> str:
    """Delete a data set of this session's owner's own; return the word that brings it back for an hour.

    Raises
    ------
    DatasetError
        If it is gone, or is somebody else's.
    """
    if not is_mine(name):
        raise DatasetError("There is no such data set of yours.", next_step="Reload the page and look again.")
    set_aside.empty()
    return set_aside.set_aside(name)


def bring_back(word: str) -> str:
    """Bring a deleted data set of this session's owner's own back; return its full name.

    Raises
    ------
    DatasetError
        If it is gone for good, is somebody else's, or its name is taken by now.
    """
    folder = set_aside.folder_of(word)
    if folder is None or not is_mine(folder):
        raise DatasetError("The data set is gone for good.", next_step="Bring the images again.")
    return set_aside.bring_back(word)


def place() -> Path:
    """Return the folder in which new data sets are written."""
    return own.new_folder()
