"""The choice of one end of a path: a held-out image by class and number, or one of the user's, and its copy."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, conditional, state
from explorer.figures.pixels import data_uri, picture
from explorer.own_images import inputs
from explorer.own_images.inputs import Input
from explorer.panels import own_ends
from vae_core.datasets import as_float
from vae_core.trained import LatentMap

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

DATA = "Data set"
SOURCES = (DATA, *own_ends.SOURCES)
DRAWS = 1000
"""Numbered draws from the prior to choose from where no image has a code."""


@dataclasses.dataclass(frozen=True, eq=False)
class End:
    """One end of a path.

    Attributes
    ----------
    z : float32 [d]
        Its code, the posterior mean.
    index : int or None
        Which image of the test split it is, or which draw from the prior of a model without an encoder; None for an
        image of the user's.
    image : float32 [C, H, W] or None
        The image in [0, 1] as the model sees it; None where the data set is not on this machine, or there is none.
    words : str
        What it is, such as "test image 17, class 3".
    codes : int64 [h, w] or None
        Its codes, of a model with discrete ones.
    label : int or None
        The class that a conditional model was told with it.
    """

    z: NDArray[np.float32]
    index: int | None
    image: NDArray[np.float32] | None
    words: str
    codes: NDArray[np.int64] | None = None
    label: int | None = None


def pair(a: End, b: End) -> tuple[int, int] | None:
    """Return two ends as an address names them; None where one of them is not in the data set."""
    return None if a.index is None or b.index is None else (a.index, b.index)


def choices(trained: TrainedModel) -> LatentMap:
    """Return what a path may begin or end at: codes of held-out images, or draws from the prior without an encoder."""
    if trained.has_encoder:
        return trained.latent_map
    z = np.random.default_rng(0).standard_normal((DRAWS, trained.latent_dim)).astype(np.float32)
    return LatentMap(z, None, None, np.arange(DRAWS))


def pick(trained: TrainedModel, end: str, own_class: bool = False) -> End:
    """Draw the choice of end ``A`` or ``B`` with what it decodes to, as its own class or the chosen one; return it."""
    source = _source(trained, end)
    chosen = None if source == DATA else own_ends.pick(trained, end, source)
    if chosen is not None:
        found = of_input(trained, chosen)
    else:
        if source == DATA:
            _pick_row(trained, end)
        found = of_row(trained, _row(trained, end))
    told = trained
    if own_class and trained.conditional is not None and found.label is not None:
        told = trained.conditional
    _draw_end(told, end, found)
    return found


def _source(trained: TrainedModel, end: str) -> str:
    """Draw the choice where an image comes from; a model without an encoder has the data set's place alone."""
    if not trained.has_encoder:
        return DATA
    key = state.source_key(end)
    state.choose(key, SOURCES, DATA)
    return st.selectbox(
        f"{end} comes from",
        SOURCES,
        format_func=lambda source: f"{end}: {source.lower()}",
        key=key,
        persist_state="session",
        label_visibility="collapsed",
    )


def _row(trained: TrainedModel, end: str) -> int:
    """Return the row of :func:`choices` that the widgets say, whether they are drawn or not."""
    codes = choices(trained)
    rows = _rows(codes, state.get(state.end_key(trained.name, end, "class")))
    place = int(state.number(state.end_key(trained.name, end, "index"), 0, len(rows) - 1, 0))
    return int(rows[place])


def _rows(codes: LatentMap, label: int | None) -> NDArray[np.int64]:
    return np.arange(len(codes.mu)) if codes.labels is None else np.flatnonzero(codes.labels == label)


def _pick_row(trained: TrainedModel, end: str) -> None:
    """Draw the choice of a held-out image, or of a draw from the prior."""
    labels = choices(trained).labels
    key = state.end_key(trained.name, end, "class")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if labels is not None and trained.class_names:
            st.selectbox(
                f"{end}: class",
                np.unique(labels).tolist(),
                format_func=trained.class_names.__getitem__,
                key=key,
                persist_state="session",
            )
        count = len(_rows(choices(trained), state.get(key)))
        st.button(
            "",
            icon=":material/casino:",
            key=f"random.{end}",
            help=f"Another {'image' if trained.has_encoder else 'draw'} for {end}",
            on_click=_roll,
            args=(trained.name, end, count),
        )
    st.number_input(
        "Image number" if trained.has_encoder else f"{end}: number of the draw",
        0,
        count - 1,
        step=1,
        key=state.end_key(trained.name, end, "index"),
        persist_state="session",
        help=f"Which of the {count:,} held-out images of this class"
        if trained.has_encoder
        else f"Which of {DRAWS:,} draws from the prior",
    )


def _roll(model: str, end: str, count: int) -> None:
    state.put(state.end_key(model, end, "index"), int(np.random.default_rng().integers(count)))


def of_row(trained: TrainedModel, row: int) -> End:
    """Return the end in a row of :func:`choices`."""
    codes = choices(trained)
    index, own = int(codes.indices[row]), None if codes.codes is None else codes.codes[row]
    if not trained.has_encoder:
        return End(codes.mu[row], index, None, f"draw {index} from the prior", own)
    found = cache.originals(trained, [row])
    told, label = f"test image {index}", None
    if codes.labels is not None:
        label = int(codes.labels[row])
        told += f", class {trained.class_name(label)}"
    return End(codes.mu[row], index, None if found is None else as_float(found)[0], told, own, label)


def of_input(trained: TrainedModel, chosen: Input) -> End:
    """Return an image of the user's as an end."""
    found = inputs.seen(chosen, trained)
    return End(found.mu, None, found.image, chosen.words, found.codes, trained.given_class)


def _draw_end(trained: TrainedModel, end: str, chosen: End) -> None:
    labels = np.array([chosen.label]) if trained.is_conditional else None
    rebuilt = data_uri(picture(trained.decode(chosen.z[None], labels)[0], 200))
    if not trained.has_encoder:
        st.image(rebuilt, caption=f"{end} decoded", width=88, alt=f"Image {end}")
        return
    told = conditional.rebuilt(trained)
    if chosen.image is None:
        st.image(
            rebuilt,
            caption=f"{end} {told}",
            width="stretch",
            alt=f"Reconstruction of {end}",
        )
        st.caption("Its original is not shown: the data set is not on this machine.")
        return
    with st.container(horizontal=True, gap="small"):
        st.image(data_uri(picture(chosen.image, 200)), caption=end, width=88, alt=f"Image {end}")
        st.image(rebuilt, caption=f"{end} {told}", width=88, alt=f"Reconstruction of {end}")
