"""Trained models in forms that other programs read."""

from __future__ import annotations

from vae_core.export.animation import animation, contact_sheet, side_by_side, write_animation
from vae_core.export.weights import PAGE_FORMAT, DecoderPayload, decoder_payload

__all__ = [
    "PAGE_FORMAT",
    "DecoderPayload",
    "animation",
    "contact_sheet",
    "decoder_payload",
    "side_by_side",
    "write_animation",
]
