"""One image's way through the reparameterisation: mu, sigma, epsilon, z, what it decodes to, and the gradients."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, state
from explorer.figures.strips import strip
from vae_core.datasets import as_float
from vae_core.gradient_estimators import Estimates, gradient_estimates

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Models = Sequence["TrainedModel"]
SEED, DRAWN = "lesson.epsilon", "lesson.epsilons"
SHOWN, MANY = 6, 1000
ROW = 0


def region(models: Models) -> None:
    """Show an image's mu and sigma, some draws of epsilon, and what their z decode to; draw others."""
    seed = int(state.number(SEED, 0, 2**31, 0))
    picture, table = region_picture(models[0], seed)
    st.image(picture, width="content", alt="An image, and what six draws from its region decode to")
    st.markdown(table)
    st.button("Draw other ε", icon=":material/casino:", on_click=_draw, args=(seed,), key="lesson-epsilon")


def region_picture(trained: TrainedModel, seed: int) -> tuple[str, str]:
    """Return an image and what six draws from its region decode to as a data address, and their numbers as a table."""
    image = _image(trained)
    found = gradient_estimates(trained, image, SHOWN, np.random.default_rng(seed))
    rows = {"x": np.repeat(image[None], SHOWN, axis=0), "from z": trained.decode(found.z)}
    return strip(rows, [""] * SHOWN, side=84), _steps(found)


def both(models: Models) -> None:
    """Show how far both estimates of the gradient scatter, for the same image and the same draws."""
    trained, seed = models[0], int(state.number(SEED, 0, 2**31, 0))
    found = _many(trained, seed)
    st.markdown(both_table(trained, seed))
    st.caption(
        f"Estimates of ∂L/∂μ₁ for one image, in nats per unit of z, from {MANY:,} draws of ε; L is the expected "
        f"reconstruction error. The second scatters {found.spread_ratio[0]:.0f} times as much."
    )
    st.button("Draw other ε", icon=":material/casino:", on_click=_draw, args=(seed,), key="lesson-epsilon")


def both_table(trained: TrainedModel, seed: int) -> str:
    """Return both estimates' means and spreads as a table."""
    found = _many(trained, seed)
    rows = [
        ["", "mean", "standard deviation of one draw", "draws for a mean good to 10 %"],
        ["---"] * 4,
        _line("pathwise, through $z = \\mu + \\sigma\\varepsilon$", found.pathwise_mu[:, 0], found),
        _line("score function, $f(z)$ alone", found.score_mu[:, 0], found),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@functools.lru_cache(maxsize=4)
def _many(trained: TrainedModel, seed: int) -> Estimates:
    return gradient_estimates(trained, _image(trained), MANY, np.random.default_rng(seed))


def _line(name: str, estimates: np.ndarray, found: Estimates) -> list[str]:
    mean, spread = float(estimates.mean()), float(estimates.std())
    # The better of the two tells how large the gradient is.
    needed = (spread / (0.1 * abs(float(found.pathwise_mu[:, 0].mean())))) ** 2
    return [name, f"{mean:+.1f}".replace("-", "−"), f"{spread:.1f}", f"{needed:,.0f}"]


def _steps(found: Estimates) -> str:
    def line(name: str, values: np.ndarray) -> str:
        cells = " | ".join(f"{value:+.2f}".replace("-", "−") for value in values)
        return f"| {name} | {cells} |"

    lines = [f"| | {' | '.join(str(n + 1) for n in range(SHOWN))} |", "|---" * (SHOWN + 1) + "|"]
    for k in range(min(2, len(found.mu))):
        lines += [
            line(f"$\\mu_{k + 1}$", np.repeat(found.mu[k], SHOWN)),
            line(f"$\\sigma_{k + 1}$", np.repeat(found.sigma[k], SHOWN)),
            line(f"$\\varepsilon_{k + 1}$, drawn", found.epsilon[:, k]),
            line(f"$z_{k + 1} = \\mu_{k + 1} + \\sigma_{k + 1}\\varepsilon_{k + 1}$", found.z[:, k]),
        ]
    return "\n".join([*lines, line("$-\\log p(x\\,\\vert\\,z)$, nats", found.error).replace("+", "")])


def _image(trained: TrainedModel) -> NDArray[np.float32]:
    """Return a held-out image, or what the model makes of it where the data set is not on this machine."""
    found = cache.originals(trained, [ROW])
    images = trained.decode(trained.latent_map.mu[[ROW]]) if found is None else as_float(found)
    image: NDArray[np.float32] = images[0]
    return image


def _draw(seed: int) -> None:
    state.put(SEED, seed + 1)
    state.put(DRAWN, int(state.get(DRAWN) or 0) + 1)
