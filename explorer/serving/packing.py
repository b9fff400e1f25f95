"""JSON and arrays in one body, as the server sends them to its pages; ``components/packed.js`` reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def packed(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    r"""Return JSON and arrays in one: the JSON's length as uint32, the JSON, and the arrays, flat.

    Each begins at a multiple of four bytes. The JSON's ``arrays`` lists their names, types (``f4``, ``f2``, ``i4`` or
    ``u1``) and lengths.

    >>> packed({"step": 1}, {"z": np.float32([0.5])})
    b'(\x00\x00\x00{"step": 1, "arrays": [["z", "f4", 1]]} \x00\x00\x00?'
    """
    listed = [(name, array.dtype.str[1:], array.size) for name, array in arrays.items()]
    head = json.dumps({**about, "arrays": listed}).encode()
    parts = [head + b" " * (-len(head) % 4)]
    parts += [array.tobytes() + bytes(-array.nbytes % 4) for array in arrays.values()]
    return b"".join([np.uint32(len(parts[0])).tobytes(), *parts])
