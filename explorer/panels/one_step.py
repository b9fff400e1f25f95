"""The next training step taken apart: the batch, its noise, the sampled z, what that decodes to, and both terms."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.figures.strips import strip
from vae_core.dissection import Dissection

MOST_DIMENSIONS = 2
IN_FEATURES = (
    " Copies are held against images in the discriminator's features $f$. This trains the encoder alone: the decoder "
    "and the discriminator take the same step by losses of their own."
)


def draw(parts: Dissection) -> None:
    """Draw a dissected step."""
    count, size = len(parts.x), parts.batch_size
    st.markdown(f"#### Step {parts.step:,}, taken apart before it is made")
    st.caption(f"The first {count} of the {size} images in its batch. Take *one step* to see the next one.")
    rows = {"image x": parts.x}
    if not np.array_equal(parts.x, parts.seen):
        rows["the encoder sees"] = parts.seen
    rows["decoded from z"] = parts.decoded
    st.image(
        strip(rows, [""] * count, side=84),
        width="content",
        alt="The batch's first images, and what z decodes to",
    )
    st.markdown(_table(parts))
    st.markdown(_sum(parts))


def _table(parts: Dissection) -> str:
    lines: list[tuple[str, list[str]]] = []
    gaussian, coded = bool(parts.sigma.any()), _is_coded(parts)
    for k in range(0 if coded else min(MOST_DIMENSIONS, parts.z.shape[1])):
        if gaussian:
            lines += [
                (f"$\\mu_{k + 1}$", _signed(parts.mu[:, k])),
                (f"$\\sigma_{k + 1}$", [f"{value:.3f}" for value in parts.sigma[:, k]]),
                (f"$\\varepsilon_{k + 1}$, drawn", _signed(parts.epsilon[:, k])),
            ]
        told = (
            f"$z_{k + 1} = \\mu_{k + 1} + \\sigma_{k + 1}\\varepsilon_{k + 1}$"
            if gaussian
            else f"$z_{k + 1}$"
        )
        lines.append((told, [f"**{value}**" for value in _signed(parts.z[:, k])]))
    error = (
        "$\\frac12|f(x) - f(\\tilde x)|^2$, nats" if parts.in_features else "$-\\log p(x\\,\\vert\\,z)$, nats"
    )
    lines.append((error, [f"{value:.1f}" for value in parts.reconstruction]))
    if gaussian:
        lines.append(("$\\mathrm{KL}$, nats", [f"{value:.2f}" for value in parts.kl]))
    if coded:
        lines.append(("$-\\log p(c)$ of its codes, nats", [f"{value:.1f}" for value in parts.kl]))
    head = ["", *(str(number + 1) for number in range(len(parts.x)))]
    table = [head, ["---"] * len(head), *([name, *cells] for name, cells in lines)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in table)


def _sum(parts: Dissection) -> str:
    reconstruction, kl = float(parts.reconstruction.mean()), float(parts.kl.mean())
    if _is_coded(parts):
        return (
            f"Loss of these images: {reconstruction:.1f} + {kl:.1f} nats per image, and how far the encoder's vectors "
            "are from their codes. Nothing is random; the gradient reaches the encoder as if its vectors were codes."
        )
    if not parts.sigma.any():
        return f"Loss of these images: **{reconstruction:.1f}** nats per image, the reconstruction alone."
    if parts.weights is None:
        return (
            f"On average {reconstruction:.1f} and {kl:.2f} nats per image; this model's loss is more than their sum. "
            "Only ε is random; the gradient reaches μ and σ through z."
        )
    weight, kl_weight = parts.weights
    first = f"{reconstruction:.1f}" if weight == 1 else f"{weight:.3g} · {reconstruction:.1f}"
    total = weight * reconstruction + kl_weight * kl
    return (
        f"Loss of these images: {first} + {kl_weight:.3g} · {kl:.2f} = **{total:.4g}**, nats per image times their "
        "weights. Only ε is random; the gradient reaches μ and σ through z."
        + (IN_FEATURES if parts.in_features else "")
    )


def _is_coded(parts: Dissection) -> bool:
    return not parts.sigma.any() and bool(parts.kl.any())


def _signed(values: np.ndarray) -> list[str]:
    return [f"{value:+.2f}".replace("-", "−") for value in values]
