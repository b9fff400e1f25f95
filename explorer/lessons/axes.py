"""What the axes of a latent space stand for: traversals, the same for other seeds, and a space that is turned."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, measures, state
from explorer.figures.strips import strip
from vae_core.datasets import as_float
from vae_core.latent import traverse
from vae_core.metrics import information_gaps, kl_per_dimension, mig, mutual_information
from vae_core.rotations import rotation, turned

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Models = Sequence["TrainedModel"]
ANGLE = "lesson.angle"
RANGE, STEP = (0, 90), 5
VALUES = np.linspace(-2, 2, 9, dtype=np.float32)
USED_NATS = 0.1
"""Dimensions that carry less are not used, and traversing them shows nothing."""
BOUND_OF = 300
"""Test images that the bound of a turned model is taken over."""
PLANE = ("x", "y")


class AtAngle(NamedTuple):
    """A turned model's numbers: nats per image, and the mutual information gap."""

    elbo: float
    reconstruction: float
    kl: float
    mig: float


def traversals(models: Models) -> None:
    """Show each used dimension of one model moved while the others stay at 0, those that carry most first."""
    _traversed(models[0], side=64)


def seeds(models: Models) -> None:
    """Show traversals of models that differ in the seed alone, and how far each factor has a dimension of its own."""
    side = 28 if state.presenting() else 36  # a slide has room for all in one row
    with st.container(horizontal=True, gap="small"):
        for trained in models:
            with st.container(width="content", gap="small"):
                st.markdown(f"**seed {trained.config.seed}**")
                _traversed(trained, side=side, values=VALUES[::2])
    st.markdown(seeds_table(models))
    st.caption("Each factor's gap, and the dimension that tells most of it; 1 is a dimension of its own.")


def seeds_table(models: Models) -> str:
    """Return each factor's gap in each model, and the MIG, as a table."""
    names = cache.dataset(models[0].config.data).factor_names or ()
    lines = [["", *(f"seed {trained.config.seed}" for trained in models)], ["---"] * (len(models) + 1)]
    found = [_gaps(trained) for trained in models]
    for k, name in enumerate(names):
        lines.append([name, *(f"{gaps[k]:.2f} by z{best[k] + 1}" for gaps, best in found)])
    lines.append(
        ["**MIG**, their mean", *(measures.number(trained.metrics.get("mig")) for trained in models)]
    )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def turn(models: Models) -> None:
    """Show two axes of one model turned by an angle that the student sets, and what that changes."""
    trained = models[0]
    angle = int(state.number(ANGLE, *RANGE, 0))
    st.slider("Angle in degrees", *RANGE, step=STEP, key=ANGLE, persist_state="session")
    i, j = plane(trained)
    st.image(turn_picture(trained, angle), width="content", alt="Two turned axes")
    st.markdown(turn_table(trained, angle))
    st.caption(
        f"z{i + 1} is turned towards z{j + 1} by encoder and decoder alike; the bound is of {BOUND_OF} test images."
    )


def turn_picture(trained: TrainedModel, angle: int) -> str:
    """Return traversals along both turned axes as a data address."""
    i, j = plane(trained)
    turn = rotation(trained.latent_dim, i, j, angle).astype(np.float32)
    rows = {f"turned z{k + 1}": trained.decode(_line(trained, k) @ turn) for k in (i, j)}
    return strip(rows, [f"{value:g}" for value in VALUES], side=64)


def turn_table(trained: TrainedModel, angle: int) -> str:
    """Return what a turn changes and what it does not as a table."""
    before, now = measured(trained, 0), measured(trained, angle)
    lines = [f"| | 0° | {angle}° |", "|---|---|---|"]
    for name in ("elbo", "reconstruction", "kl"):
        values = (f"{getattr(at, name):.3f}".replace("-", "−") for at in (before, now))
        lines.append(f"| {measures.WORDS[name].title}, nats per image | {' | '.join(values)} |")
    lines.append(f"| MIG, 0 to 1 | {before.mig:.3f} | {now.mig:.3f} |")
    return "\n".join(lines)


def plane(trained: TrainedModel) -> tuple[int, int]:
    """Return the two dimensions that tell most of the factors `PLANE`."""
    told, names = _told(trained), cache.dataset(trained.config.data).factor_names or ()
    first, second = (told[:, names.index(name)] for name in PLANE)
    i = int(first.argmax())
    return i, int(next(j for j in np.argsort(-second) if j != i))


@functools.lru_cache(maxsize=64)
def measured(trained: TrainedModel, angle: int) -> AtAngle:
    """Measure one model turned by an angle in its :func:`plane`."""
    i, j = plane(trained)
    matrix = rotation(trained.latent_dim, i, j, angle)
    images = as_float(cache.dataset(trained.config.data).test.images[:BOUND_OF])
    found = turned(trained, images, matrix, np.random.default_rng(0))
    reconstruction, kl = float(found.reconstruction.mean()), float(found.kl.mean())
    gap = mig(trained.latent_map.mu.astype(np.float64) @ matrix.T, _factors(trained))
    return AtAngle(-(reconstruction + kl), reconstruction, kl, gap)


def used(trained: TrainedModel) -> list[int]:
    """Return the dimensions that carry something, the most first."""
    codes = trained.latent_map
    if codes.logvar is None:
        return list(range(trained.latent_dim))
    nats = np.asarray(kl_per_dimension(codes.mu, codes.logvar))
    return [int(k) for k in np.argsort(-nats) if nats[k] > USED_NATS]


def traversals_picture(trained: TrainedModel, side: int, values: NDArray[np.float32] = VALUES) -> str:
    """Return the traversals of the used dimensions as a data address."""
    rows = {f"z{k + 1}": trained.decode(_line(trained, k, values)) for k in used(trained)}
    return strip(rows, [f"{value:g}" for value in values], side=side)


def _traversed(trained: TrainedModel, side: int, values: NDArray[np.float32] = VALUES) -> None:
    alt = f"Traversals of seed {trained.config.seed}"
    st.image(traversals_picture(trained, side, values), width="content", alt=alt)


def _line(trained: TrainedModel, dimension: int, values: NDArray[np.float32] = VALUES) -> NDArray[np.float32]:
    return traverse(np.zeros(trained.latent_dim), dimension, values)


def _factors(trained: TrainedModel) -> NDArray[np.float32]:
    factors = cache.dataset(trained.config.data).test.factors
    assert factors is not None
    return factors[trained.latent_map.indices]


@functools.lru_cache(maxsize=8)
def _told(trained: TrainedModel) -> NDArray[np.float64]:
    return mutual_information(trained.latent_map.mu, _factors(trained))


@functools.lru_cache(maxsize=8)
def _gaps(trained: TrainedModel) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    return information_gaps(trained.latent_map.mu, _factors(trained)), _told(trained).argmax(axis=0)
