"""What a classroom takes in: every word and number that a browser sends is checked here, and bounded."""

from __future__ import annotations

import json
import numbers
import re
import secrets
import unicodedata
from collections.abc import Sequence

from explorer.links import MAX_DIMENSIONS, Z_LIMIT, is_name
from vae_core.errors import VaeCoreError

ALPHABET = "BCDFGHJKMNPQRTVWXZ2346789"
"""No vowels, so that no code is a word, and nothing that is taken for another when it is read out or copied."""
CODE_LENGTH = 6
NICKNAME_LENGTH = 24
STUDENTS, LEADERS, FAVOURITES, ANSWERS, CHOICES, STEPS, ROOMS = 200, 4, 6, 500, 20, 100, 500
"""The most of each: people and devices in a room, things of one student, numbers of a choice and a step, rooms."""
_PAGE = re.compile(r"[a-z][a-z0-9_-]{0,59}", re.ASCII)
_JOINERS = "\u200c\u200d\ufe0f"
_MARKS_IN_A_ROW = 3


class RoomError(VaeCoreError):
    """Something that a classroom does not do, or not for this person."""


class NoSuchRoomError(RoomError):
    """There is no room with this code: it was mistyped, or the room was closed or has expired."""


class NotYoursError(RoomError):
    """Only the room's teacher may do this, or only someone who has joined."""


class TooOftenError(RoomError):
    """Someone does more than a person can."""


def new_code() -> str:
    """Return a code that nobody can foresee, one of some 240 million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(sent: object) -> str | None:
    """Return the code that someone typed, whatever its case, with or without spaces and hyphens; None if it is none.

    >>> read_code(" bcd-f2g "), read_code("HELLO"), read_code(7)
    ('BCDF2G', None, None)
    """
    if not isinstance(sent, str) or len(sent) > 4 * CODE_LENGTH:
        return None
    code = re.sub(r"[\s-]", "", sent).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None


def read_nickname(sent: object) -> str:
    """Return a nickname as it is kept: composed (NFC), without control characters, spaces single; it may be empty.

    Raises
    ------
    RoomError
        If it is longer than 24 characters, or holds signs that could be taken for markup, an address or a formula.

    >>> read_nickname("  Zoe\\u0308 \\u202e 2 ")
    'Zoë 2'
    """
    raw = sent if isinstance(sent, str) else ""
    kept = "".join(char for char in raw[:1000] if _is_kept(char))
    name = " ".join(unicodedata.normalize("NFC", kept).split()).strip(_JOINERS)
    if len(name) > NICKNAME_LENGTH:
        raise RoomError(
            "That nickname is too long.",
            got=f"{len(name)} characters",
            allowed=f"up to {NICKNAME_LENGTH}",
            next_step="Take a shorter one.",
        )
    if (odd := _odd_sign(name)) is not None:
        raise RoomError(
            "That nickname can't be shown.",
            got=odd,
            allowed="letters, digits, spaces, emoji, hyphens and apostrophes",
            next_step="Take another one.",
        )
    return name


def _is_kept(char: str) -> bool:
    category = unicodedata.category(char)
    return char.isspace() or char in _JOINERS or category not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _odd_sign(name: str) -> str | None:
    marks = 0
    for place, char in enumerate(name):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        # A full stop inside a word makes an address of it, which a page may turn into a link.
        inside = char == "." and name[place + 1 : place + 2].strip() != ""
        fits = category[0] in "LMN" or category in ("So", "Sk") or char in " '’-._" or char in _JOINERS
        if not fits or char in "`^" or inside or marks > _MARKS_IN_A_ROW:
            return char if category[0] != "M" else "too many accents on one letter"
    return name[0] if name and name[0] in "-._'’" else None


def read_number(what: str, sent: object, below: int) -> int:
    """Return a whole number from 0 to `below`, which is left out.

    Raises
    ------
    RoomError
        If it is something else.
    """
    if isinstance(sent, bool) or not isinstance(sent, int) or not 0 <= sent < below:
        raise _not_a(what, sent, f"whole numbers from 0 to {below - 1}")
    return sent


def read_name(what: str, sent: object) -> str:
    """Return the name of a model or a lesson.

    Raises
    ------
    RoomError
        If it is none.
    """
    name = is_name(sent) if isinstance(sent, str) else None
    if name is None:
        raise _not_a(what, sent, "letters, digits, hyphens and underscores, up to 60")
    return name


def read_page(sent: object) -> str:
    """Return the path of a page, such as ``map``.

    Raises
    ------
    RoomError
        If it is none.
    """
    if not isinstance(sent, str) or _PAGE.fullmatch(sent) is None:
        raise _not_a("page", sent, "small letters, digits, hyphens and underscores, up to 60")
    return sent


def read_switch(what: str, sent: object) -> bool:
    """Return what a switch is set to.

    Raises
    ------
    RoomError
        If it is neither on nor off.
    """
    if not isinstance(sent, bool):
        raise _not_a(what, sent, "true or false")
    return sent


def read_place(sent: object) -> tuple[float, ...]:
    """Return a place z [d] in latent space, rounded to four digits.

    Raises
    ------
    RoomError
        If it is not 1 to 64 numbers within ±1000.
    """
    allowed = f"1 to {MAX_DIMENSIONS} numbers within ±{Z_LIMIT:g}"
    if (
        isinstance(sent, (str, bytes))
        or not isinstance(sent, Sequence)
        or not 1 <= len(sent) <= MAX_DIMENSIONS
    ):
        raise _not_a("place", sent, allowed)
    if not all(isinstance(value, numbers.Real) and not isinstance(value, bool) for value in sent):
        raise _not_a("place", sent, allowed)
    # A whole number may be too large for a float.
    if not all(-Z_LIMIT <= value <= Z_LIMIT for value in sent):
        raise _not_a("place", sent, allowed)
    return tuple(round(float(value), 4) for value in sent)


def written(place: tuple[float, ...]) -> str:
    """Return a place as it is kept in a table."""
    return json.dumps(place)


def read_back(kept: str | None) -> tuple[float, ...] | None:
    """Return a place that was kept in a table."""
    return None if kept is None else tuple(map(float, json.loads(kept)))


def _not_a(what: str, sent: object, allowed: str) -> RoomError:
    told = repr(sent)
    return RoomError(f"That is no {what}.", got=told if len(told) <= 40 else told[:40] + "…", allowed=allowed)
