"""Decoded paths as files to take along: an animated GIF or WebP, or a contact sheet, written by Pillow, or an MP4."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_core.errors import InputError
from vae_core.export.mp4 import mp4
from vae_core.image_files import MOST_PIXELS_WRITTEN, write_bytes
from vae_core.latent import tile
from vae_core.latent.arrays import check_count

KINDS = {".gif": "GIF", ".webp": "WEBP", ".mp4": "MP4"}
MILLISECONDS = 60
GAP = 1
Images = NDArray[np.floating]


def animation(
    frames: Images, kind: str, *, zoom: int = 1, milliseconds: int = MILLISECONDS, returns: bool = True
) -> bytes:
    """Return images as one file that plays them, a GIF or WebP in an endless loop.

    Parameters
    ----------
    frames : float array [N, C, H, W] in [0, 1]
        One channel or three.
    kind : str
        ``".gif"``; ``".webp"``, which is lossless here; or ``".mp4"``, see :func:`vae_core.export.mp4.mp4`.
    zoom : int
        Width and height of each pixel.
    milliseconds : int
        How long each image stays; a GIF counts in hundredths of a second.
    returns : bool
        Play back to the first image as well, so that the loop has no jump: 2 N - 2 frames. A GIF shows neighbours that
        are equal to the last bit as one frame that stays longer.

    Raises
    ------
    InputError
        If there is no such kind or nothing to write it with, or the images or a number do not fit.
    """
    from PIL import Image

    if kind not in KINDS:
        raise InputError("There is no such kind of animation.", got=repr(kind), allowed=", ".join(KINDS))
    if not (20 <= milliseconds <= 10_000):
        raise InputError(
            "The pace does not fit.", got=milliseconds, allowed="20 to 10000 milliseconds an image"
        )
    images = _pixels(frames, zoom)
    order = [*range(len(images)), *(range(len(images) - 2, 0, -1) if returns else ())]
    if kind == ".mp4":
        return mp4(images, order, milliseconds)
    pictures = [Image.fromarray(image) for image in images]
    first, *rest = (pictures[i] for i in order)
    more: dict[str, Any] = {"lossless": True} if kind == ".webp" else {"optimize": False}
    file = io.BytesIO()
    first.save(file, KINDS[kind], save_all=True, append_images=rest, duration=milliseconds, loop=0, **more)
    return file.getvalue()


def contact_sheet(rows: Sequence[Images], *, zoom: int = 1) -> bytes:
    """Return rows of images, each [N, C, H, W] in [0, 1] with the same N, as one PNG with a black pixel between images.

    Raises
    ------
    InputError
        If the rows do not go together, or as for :func:`animation`.
    """
    from PIL import Image

    if not rows or any(np.shape(row) != np.shape(rows[0]) for row in rows):
        raise InputError(
            "The rows of a contact sheet do not go together.",
            got=[list(np.shape(row)) for row in rows],
            allowed="one or more arrays [N, C, H, W] of one shape",
        )
    spaced = np.pad(np.stack(rows), [(0, 0)] * 3 + [(0, GAP)] * 2)
    sheet = tile(spaced)[:, :-GAP, :-GAP]
    file = io.BytesIO()
    Image.fromarray(_pixels(sheet[None], zoom)[0]).save(file, "PNG")
    return file.getvalue()


def side_by_side(rows: Sequence[Images]) -> NDArray[np.float32]:
    """Return frames [N, C, H, R * (W + 1) - 1] that show those of R paths, each [N, C, H, W], beside each other."""
    spaced = np.pad(np.stack(rows), [(0, 0)] * 4 + [(0, GAP)]).transpose(1, 2, 3, 0, 4)
    joined: NDArray[np.float32] = spaced.reshape(*spaced.shape[:3], -1)[..., :-GAP].astype(np.float32)
    return joined


def write_animation(
    path: str | os.PathLike[str], frames: Images, *, zoom: int = 1, milliseconds: int = MILLISECONDS
) -> Path:
    """Write :func:`animation` of the kind that the file's suffix names, whole or not at all; return the place."""
    place = Path(path)
    return write_bytes(place, animation(frames, place.suffix.lower(), zoom=zoom, milliseconds=milliseconds))


def _pixels(images: Images, zoom: int) -> NDArray[np.uint8]:
    """Return images [N, C, H, W] as pictures [N, H, W] or [N, H, W, 3], each pixel `zoom` times as wide and high."""
    found = np.asarray(images)
    if found.ndim != 4 or not len(found) or found.shape[1] not in (1, 3):
        raise InputError(
            "The images do not fit.", got=list(found.shape), allowed="[N, C, H, W] with 1 or 3 channels"
        )
    check_count("zoom", zoom, 1)
    if found[:, 0].size * zoom**2 > MOST_PIXELS_WRITTEN:
        raise InputError(
            "The file would be too large.",
            got=f"{found[:, 0].size * zoom**2 // 10**6} megapixels",
            allowed=f"{MOST_PIXELS_WRITTEN // 10**6} megapixels",
            next_step="Ask for fewer images or a smaller zoom.",
        )
    shades = np.rint(np.clip(np.nan_to_num(found), 0, 1) * 255).astype(np.uint8)
    large = shades.repeat(zoom, axis=2).repeat(zoom, axis=3)
    return large[:, 0] if found.shape[1] == 1 else np.ascontiguousarray(large.transpose(0, 2, 3, 1))
