"""Pictures as an MP4 film, for slides and messengers that play nothing else; an extra, since it needs an encoder.

The encoder is libx264, which PyAV brings along in its wheels: ``pip install av``, or the extra ``mp4`` of this package.
"""

from __future__ import annotations

import importlib.util
import io
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vae_core.errors import InputError

HOW = "Install PyAV with 'pip install av', or ask for GIF or WebP."
_QUALITY = 12
"""libx264's constant rate factor: at 12, differences can hardly be seen."""
_RANGE, _MATRIX = "MPEG", "ITU709"


def is_available() -> bool:
    """Tell whether films can be written here."""
    return importlib.util.find_spec("av") is not None


def require_encoder() -> None:
    """Do nothing where films can be written.

    Raises
    ------
    InputError
        If PyAV is not installed.
    """
    if not is_available():
        raise InputError("MP4 needs an encoder that is not installed here.", next_step=HOW)


def mp4(pictures: NDArray[np.uint8], order: list[int], milliseconds: int) -> bytes:
    """Return pictures as a film in H.264 that every browser and slide program plays.

    Parameters
    ----------
    pictures : uint8 array [N, H, W] or [N, H, W, 3]
        Grey or RGB. The last row or column comes twice where their number is odd, since H.264's colours come in
        blocks of two by two.
    order : list of int
        Which of the pictures follow each other.
    milliseconds : int
        How long each of them stays.

    Raises
    ------
    InputError
        If PyAV is not installed.
    """
    require_encoder()
    import av

    frames = _even(pictures if pictures.ndim == 4 else np.repeat(pictures[..., None], 3, axis=-1))
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(1000, milliseconds))
        stream.height, stream.width, stream.pix_fmt = frames.shape[1], frames.shape[2], "yuv420p"
        # One thread: what comes out must not depend on the number of cores.
        stream.options = {"crf": str(_QUALITY), "tune": "animation", "threads": "1"}
        stream.codec_context.color_range, stream.codec_context.colorspace = 1, 1
        for number in order:
            frame = av.VideoFrame.from_ndarray(frames[number], format="rgb24")
            told = frame.reformat(format="yuv420p", dst_colorspace=_MATRIX, dst_color_range=_RANGE)
            container.mux(stream.encode(told))
        container.mux(stream.encode())
    return file.getvalue()


def _even(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pictures [N, H, W, 3] with the last row and column once more where there is an odd number of them."""
    _, height, width, _ = frames.shape
    return np.pad(frames, [(0, 0), (0, height % 2), (0, width % 2), (0, 0)], mode="edge")
