"""What a page needs once, such as a model's weights, at an address of its own: fetched by the browser, which keeps it.

As a component's data it would be made into a message anew in every rerun, only to be found unchanged. Measured in
``docs/log.md``.
"""

from __future__ import annotations

import base64
import collections
import dataclasses
import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from explorer.serving.packing import packed

PATH = "parcels"
MOST_KEPT = 24
"""Parcels that wait to be fetched; one that made way is there again with the next rerun of a page that shows it."""

_secret = secrets.token_bytes(32)
_waiting: collections.OrderedDict[str, Parcel] = collections.OrderedDict()
_turn = threading.Lock()


@dataclasses.dataclass(frozen=True)
class Parcel:
    """Words and arrays that never change.

    Attributes
    ----------
    name : str
        A name that tells its contents: another parcel has another one.
    token : str
        The last part of its address. It follows from the contents and from a secret of this server's process, so only
        who was told it can ask for the parcel, and a page that is loaded again finds it in the browser's cache.
    body : bytes
        As :func:`explorer.serving.packing.packed` writes it.
    """

    name: str
    token: str
    body: bytes = dataclasses.field(repr=False)

    @property
    def address(self) -> str:
        """Where a page finds it, relative to its own address."""
        return f"{PATH}/{self.token}"


def parcel(title: str, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Parcel:
    """Pack JSON-ready words and arrays; `title` is the legible part of the parcel's name."""
    body = packed(about, arrays)
    digest = hashlib.sha256(body).digest()
    token = hmac.digest(_secret, digest, "sha256")[:16]
    return Parcel(f"{title}-{digest.hex()[:16]}", base64.urlsafe_b64encode(token).decode().rstrip("="), body)


def post(parcel: Parcel) -> dict[str, str]:
    """Have a parcel wait at its address; return what its page must be told: ``name`` and ``address``."""
    with _turn:
        _waiting[parcel.token] = parcel
        _waiting.move_to_end(parcel.token)
        while len(_waiting) > MOST_KEPT:
            _waiting.popitem(last=False)
    return {"name": parcel.name, "address": parcel.address}


async def respond(request: Request) -> Response:
    """Answer who asks at an address: with the parcel, or 204 where none waits."""
    with _turn:
        found = _waiting.get(request.path_params["token"])
    if found is None:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    # An address says the same for ever. Weights hardly shrink, and trying takes longer than the way to most browsers.
    headers = {"Cache-Control": "private, max-age=86400, immutable", "Content-Encoding": "identity"}
    return Response(found.body, 200, headers, "application/octet-stream")
