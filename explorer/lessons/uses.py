"""What a model is used for, and where it fails: denoising, imputing, detecting, compressing."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, planes, state
from explorer.figures.strips import strip
from vae_core.applications import auroc, bits, denoise, impute, png_bits, surprise, with_noise
from vae_core.datasets import as_float

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Models = Sequence["TrainedModel"]
Images = NDArray[np.float32]
NOISE, FILLS, SEED = "lesson.noise", "lesson.fills", "lesson.fills.seed"
RANGE, USUAL = (0.0, 0.5), 0.1
SHOWN, ROWS = 8, 4
LEVELS = 17
"""Greys of the bundled digits."""


def denoised(models: Models) -> None:
    """Show images, the same with noise that the student sets, and denoised."""
    trained, sd = models[0], state.number(NOISE, *RANGE, USUAL)
    st.slider("Noise, standard deviation of a pixel", *RANGE, step=0.05, key=NOISE, persist_state="session")
    st.image(denoised_picture(trained, sd), width="content", alt="Images, noisy and denoised")
    st.markdown(denoised_table(trained, sd))


def denoised_picture(trained: TrainedModel, sd: float) -> str:
    """Return images, the same with noise, and denoised as a data address."""
    names = ("image", "with noise", "denoised")
    return strip(dict(zip(names, noise_and_back(trained, sd), strict=True)), [""] * SHOWN, side=72)


def denoised_table(trained: TrainedModel, sd: float) -> str:
    """Return the errors of both as a table."""
    before, after = errors(trained, sd)
    return f"| squared error, per pixel | |\n|---|---|\n| with noise | {before:.4f} |\n| denoised | {after:.4f} |"


def errors(trained: TrainedModel, sd: float) -> tuple[float, float]:
    """Return the squared error per pixel of the noisy images that are shown, and of the denoised ones."""
    images, noisy, found = noise_and_back(trained, sd)
    return float(((noisy - images) ** 2).mean()), float(((found - images) ** 2).mean())


@functools.lru_cache(maxsize=16)
def noise_and_back(trained: TrainedModel, sd: float) -> tuple[Images, Images, Images]:
    """Return the images that are shown, with noise, and denoised."""
    images = shown(trained)
    noisy = with_noise(images, sd, np.random.default_rng(0))
    return images, noisy, denoise(trained, noisy, sd)


def imputed(models: Models) -> None:
    """Show images, their upper halves, and lower halves that were drawn for these; draw others."""
    trained, seed = models[0], int(state.number(SEED, 0, 2**31, 0))
    st.image(imputed_picture(trained, seed), width="content", alt="Lower halves, drawn four times")
    st.button(
        "Draw others", icon=":material/casino:", on_click=_draw_others, args=(seed,), key="lesson-fills"
    )


def imputed_picture(trained: TrainedModel, seed: int) -> str:
    """Return images, what is told of them, and four draws of the rest as a data address."""
    images, missing = shown(trained), lower_half(trained)
    rows = {"image": images, "what is told": np.where(missing, np.float32(0.35), images)}
    for row in range(ROWS):
        rng = np.random.default_rng((seed, row))
        rows[f"filled, draw {row + 1}"] = impute(trained, images, missing, rng)
    return strip(rows, [""] * SHOWN, side=64)


def detected(models: Models) -> None:
    """Show digits of the class that each model never saw, their copies, and how well they are told by surprise."""
    for trained in models:
        name = trained.class_name(trained.config.data.without or 0)
        st.caption(f"Trained without any {name}: digits of that class, and what it makes of them")
        st.image(unseen_picture(trained), width="content", alt="Unseen digits and their copies")
    st.markdown(detected_table(models))
    st.caption(
        "Surprise is the negative ELBO of test images. AUROC: 1 tells all unseen ones, 0.5 is a guess."
    )


def unseen_picture(trained: TrainedModel) -> str:
    """Return digits of the class that a model never saw, and its copies of them, as a data address."""
    images = _test(trained)[_labels(trained) == trained.config.data.without][:SHOWN]
    return strip({"never seen": images, "its copy": trained.reconstruct(images)}, [""] * SHOWN, side=64)


def detected_table(models: Models) -> str:
    """Return how well each model's surprise tells the digit that it never saw as a table."""
    lines = [
        "| a digit the model never saw | surprise, nats | of digits it saw | AUROC |",
        "|---|---|---|---|",
    ]
    for trained in models:
        of_class, others = surprises(trained)
        told = " | ".join(f"{scores.mean():.0f}".replace("-", "−") for scores in (of_class, others))
        name = trained.class_name(trained.config.data.without or 0)
        lines.append(f"| {name} | {told} | {auroc(others, of_class):.2f} |")
    return "\n".join(lines)


@functools.lru_cache(maxsize=4)
def surprises(trained: TrainedModel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a model's surprise at test images of the class left out of its training, and at all others."""
    found = surprise(trained, _test(trained), np.random.default_rng(0))
    is_left = _labels(trained) == trained.config.data.without
    return found[is_left], found[~is_left]


def compressed(models: Models) -> None:
    """Show what a test image costs in bits: written out, as PNG, and by the model."""
    trained = models[0]
    st.markdown(compressed_table(trained))
    st.caption(
        f"Means over {len(_test(trained))} test images of {LEVELS} greys. All in one PNG, so that its head is shared."
    )


def compressed_table(trained: TrainedModel) -> str:
    """Return what a test image costs as a table."""
    lines = [f"| {name} | {value:,.0f} |" for name, value in cost(trained).items()]
    return "\n".join(["| bits per image | |", "|---|---|", *lines])


@functools.lru_cache(maxsize=2)
def cost(trained: TrainedModel) -> dict[str, float]:
    """Return bits per test image, by what they are spent on."""
    images = cache.dataset(trained.config.data).test.images
    levels = (np.round(as_float(images) * (LEVELS - 1)) / (LEVELS - 1)).astype(np.float32)
    weights = 0 if trained.path is None else (trained.path / "weights.safetensors").stat().st_size
    return {
        "each grey written out": math.prod(trained.image_shape) * math.log2(LEVELS),
        "PNG": png_bits(images),
        "the model, its negative ELBO": float(bits(trained, levels, LEVELS, np.random.default_rng(0)).mean()),
        "the model itself, if it has to be sent along": 8 * weights / len(images),
    }


def shown(trained: TrainedModel) -> Images:
    """Return the few test images that are shown, spread over the test split."""
    return _test(trained)[planes.spread_rows(len(_test(trained)), SHOWN)]


def lower_half(trained: TrainedModel) -> NDArray[np.bool_]:
    """Return the mask [C, H, W] of the lower half of an image."""
    missing = np.zeros(trained.image_shape, bool)
    missing[:, trained.image_shape[1] // 2 :] = True
    return missing


def _test(trained: TrainedModel) -> Images:
    return as_float(cache.dataset(trained.config.data).test.images)


def _labels(trained: TrainedModel) -> NDArray[np.int64]:
    labels = cache.dataset(trained.config.data).test.labels
    assert labels is not None
    return labels


def _draw_others(seed: int) -> None:
    state.put(SEED, seed + 1)
    state.put(FILLS, int(state.get(FILLS) or 0) + 1)
