"""Two ways between two images of a model with discrete codes: along their vectors, and by swapping codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import state
from explorer.figures.pixels import data_uri, picture
from explorer.figures.strips import strip
from explorer.frame import guarded
from explorer.links import STEPS, Link
from explorer.panels import ends, exports
from explorer.panels.ends import End
from vae_core.latent import lerp, swapped

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

FINE = 101
KINDS = {"vectors": "Along the vectors", "codes": "Code by code"}


@st.fragment
@guarded
def draw(trained: TrainedModel) -> None:
    """Draw the choice of both images, the place between them, and both paths as strips."""
    codes = trained.latent_map
    state.pair(trained.name, codes.labels, codes.indices)
    first, middle, last = st.columns([3, 5, 3])
    t, steps = state.number(state.T, 0.0, 1.0, 0.5), int(state.number(state.STEPS, *STEPS, 9))
    with first:
        a = ends.pick(trained, "A")
    with last:
        b = ends.pick(trained, "B")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.number_input(
                "Images in a strip", *STEPS, step=1, key=state.STEPS, persist_state="session", width=124
            )
            exports.offer(trained, lambda n: list(_rows(trained, a, b, n).values()), steps)
    here = round(t * (FINE - 1))
    assert a.codes is not None
    assert b.codes is not None
    mixed = trained.decode(lerp(a.z, b.z, FINE)[here][None])
    exchanged = trained.decode_codes(swapped(a.codes, b.codes, FINE)[here][None])
    with middle:
        for place, image, kind in zip(st.columns(2), (mixed, exchanged), KINDS.values(), strict=True):
            shown = data_uri(picture(image[0], 300))
            place.image(shown, caption=kind, width="stretch", alt=f"{kind}: the image at t = {t:.2f}")
        st.slider("t, from A (0) to B (1)", 0.0, 1.0, step=0.01, key=state.T, persist_state="session")
    times = [f"t = {i / (steps - 1):.2f}" for i in range(steps)]
    found = strip(_rows(trained, a, b, steps), times, side=92)
    st.image(found, width="content", alt=f"Both paths from A to B in {steps} images")
    differ = int((a.codes != b.codes).sum())
    st.caption(
        f"A and B differ in {differ} of {a.codes.size} places. Along the vectors, all of them change at once, through "
        "vectors that are no codes of the book; code by code, each place changes once, row by row."
    )
    state.publish(Link(trained.name, pair=ends.pair(a, b), t=t, steps=steps))


def _rows(trained: TrainedModel, a: End, b: End, n: int) -> dict[str, NDArray[np.float32]]:
    """Return n images along each of both paths, by its name."""
    assert a.codes is not None
    assert b.codes is not None
    return {
        KINDS["vectors"]: trained.decode(lerp(a.z, b.z, n)),
        KINDS["codes"]: trained.decode_codes(swapped(a.codes, b.codes, n)),
    }
