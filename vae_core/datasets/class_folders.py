"""Names of files as somebody else wrote them: which are passed over, which are refused, and what class they tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from vae_core.errors import DatasetError

LONGEST_NAME = 40
_SPLITS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation"})
_PICTURES = (".png", ".jpg", ".jpeg")
_SYSTEMS_OWN = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_LETTERS = frozenset(" -_+.,()&'#")


def parts_of(name: str) -> tuple[str, ...]:
    """Return the folders and the file of a name in an archive.

    Raises
    ------
    DatasetError
        If the name leads out of the archive's own folder: such an archive was made to do harm.

    Examples
    --------
    >>> parts_of("cats/1.png"), parts_of("cats\\\\1.png")
    (('cats', '1.png'), ('cats', '1.png'))
    """
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".")]
    if name.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", name):
        raise DatasetError(
            "The archive holds a file whose name leads out of its folder.",
            got=clean(name),
            next_step="Pack the images again.",
        )
    return tuple(parts)


def is_passed_over(parts: Sequence[str]) -> bool:
    """Tell whether a file is none of the user's: hidden, or written by an operating system for itself.

    >>> is_passed_over(("__MACOSX", "a.png")), is_passed_over(("cats", ".DS_Store")), is_passed_over(("a.png",))
    (True, True, False)
    """
    return any(part.startswith(".") or part.lower() in _SYSTEMS_OWN for part in parts)


def classes_of(files: Iterable[Sequence[str]]) -> dict[tuple[str, ...], str | None]:
    """Return each file's class: the outermost folder in which not all images lie, or None where there is none.

    Folders for splits, such as ``train``, are no classes; the splits are drawn anew.

    >>> classes_of([("set", "cats", "1.png"), ("set", "dogs", "1.png")])
    {('set', 'cats', '1.png'): 'cats', ('set', 'dogs', '1.png'): 'dogs'}
    >>> classes_of([("set", "1.png"), ("set", "2.png")])
    {('set', '1.png'): None, ('set', '2.png'): None}
    """
    known = [tuple(file) for file in files]
    telling = [file[:-1] for file in known if file[-1].lower().endswith(_PICTURES)] or [
        file[:-1] for file in known
    ]
    common = _common(telling)
    return {file: _class_in(file[common:-1]) for file in known}


def clean(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a text that can be shown anywhere: letters, digits and harmless signs, not too many.

    >>> clean("<b>cats</b>"), clean("été 2")
    ('_b_cats__b_', 'été 2')
    """
    shown = "".join(letter if letter.isalnum() or letter in _LETTERS else "_" for letter in text[:longest])
    return shown.strip() or "_"


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return what sorts names with numbers in them as a reader would: 2 before 10.

    >>> sorted(["10", "9", "b1", "a"], key=natural)
    ['9', '10', 'a', 'b1']
    """
    pieces = re.findall(r"[0-9]{1,15}|[^0-9]+|[0-9]", name)
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece.lower()) for piece in pieces)


def _common(folders: Sequence[tuple[str, ...]]) -> int:
    """Return how many of the outermost folders all images share."""
    shared = 0
    while folders and all(len(folder) > shared for folder in folders):
        if len({folder[shared] for folder in folders}) > 1:
            break
        shared += 1
    return shared


def _class_in(folders: Sequence[str]) -> str | None:
    inner = [folder for folder in folders if folder.lower() not in _SPLITS]
    return clean(inner[0]) if inner else None
