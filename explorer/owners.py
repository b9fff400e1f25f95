"""Who a browser is to this server: a random token in a cookie, and nothing about the person.

Whoever holds the token owns its runs. Only the cookie carries it; jobs and folders go by its hash, the owner's name.
"""

from __future__ import annotations

import hashlib
import re
import secrets

COOKIE = "latent-explorer-owner"
_TOKEN = re.compile(r"[0-9a-f]{32}")


def new_token() -> str:
    """Return a token that nobody can guess.

    >>> read_token(new_token()) is not None
    True
    """
    return secrets.token_hex(16)


def read_token(sent: object) -> str | None:
    """Return what a browser sent if it can be a token, else None; never raises.

    >>> read_token("0123456789abcdef" * 2), read_token("../../etc"), read_token(None)
    ('0123456789abcdef0123456789abcdef', None, None)
    """
    return sent if isinstance(sent, str) and _TOKEN.fullmatch(sent) else None


def name_of(token: str) -> str:
    """Return the owner's name, 16 hexadecimal digits from which the token can't be found.

    >>> len(name_of(new_token()))
    16
    """
    return hashlib.sha256(token.encode("ascii")).hexdigest()[:16]
