"""Downloads of what Interpolate shows: the paths as an animation, and all of it as one sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vae_core.export.animation import animation, contact_sheet, side_by_side
from vae_core.export.mp4 import is_available

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Images = NDArray[np.float32]
FRAMES = 41
SIDE = 224
"""Pixels that an image is high in a file, about."""
KINDS = {".gif": ("GIF", "image/gif"), ".webp": ("WebP", "image/webp"), ".mp4": ("MP4", "video/mp4")}


def offer(trained: TrainedModel, rows: Callable[[int], list[Images]], steps: int) -> None:
    """Draw the downloads of paths, of which `rows` gives n images each [n, C, H, W]: made when asked for."""
    zoom = max(1, SIDE // trained.image_shape[1])
    with st.popover("Export", icon=":material/download:"):
        st.caption("All paths that are shown, side by side; the animation goes there and back.")
        for suffix, (title, mime) in KINDS.items():
            if suffix == ".mp4" and not is_available():
                st.caption("MP4 needs an encoder on the server: `pip install av`.")
                continue

            def moving(suffix: str = suffix) -> bytes:
                return animation(side_by_side(rows(FRAMES)), suffix, zoom=zoom)

            st.download_button(
                f"Animation, {title}",
                moving,
                f"{trained.name}-path{suffix}",
                mime,
                key=f"export{suffix}",
                on_click="ignore",
            )
        st.download_button(
            "Contact sheet, PNG",
            lambda: contact_sheet(rows(steps), zoom=max(1, zoom // 2)),
            f"{trained.name}-paths.png",
            "image/png",
            key="export.png",
            on_click="ignore",
        )


def offer_sheet(trained: TrainedModel, rows: NDArray[np.float32]) -> None:
    """Draw the download of a grid of images [R, N, C, H, W] as one sheet."""
    zoom = max(1, SIDE // 2 // trained.image_shape[1])
    st.download_button(
        "Contact sheet, PNG",
        lambda: contact_sheet(list(rows), zoom=zoom),
        f"{trained.name}-grid.png",
        "image/png",
        icon=":material/download:",
        key="export-grid",
        on_click="ignore",
    )
