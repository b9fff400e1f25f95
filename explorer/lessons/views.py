"""What a step shows beside its text, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, conditional, measures, places, planes, state
from explorer.components import latent_pad
from explorer.figures.strips import strip
from explorer.lessons import axes, gradients, paths, uses
from explorer.links import TEMPERATURE
from vae_core.datasets import as_float

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Models = Sequence["TrainedModel"]
Titles = Sequence[str] | None
"""What to call the models, where their own titles do not tell them apart."""
SHOWN = 8
DRAWS, SEED = "lesson.draws", "lesson.seed"
TOLD = ("elbo", "reconstruction", "kl", "mse", "active_units")
TOLD_OF_DRAWS = ("draws_sharpness", "classifier_frechet_distance", "prior_completeness")
TOLD_OF_CLASSES = ("class_agreement", "knn_accuracy")
TWELVE = 12


def pad(models: Models) -> None:
    """Show one model's map and the image under the cursor."""
    latent_pad.draw(models[0], "slide" if state.presenting() else "map")


def pads(models: Models, titles: Titles = None) -> None:
    """Show maps side by side, their cursors linked."""
    for column, trained, title in zip(st.columns(len(models)), models, _titles(models, titles), strict=True):
        with column:
            st.markdown(f"**{title}**")
            if state.presenting():
                latent_pad.draw(trained, "slide", linked="slide")
            else:
                latent_pad.draw(trained, "small", linked="lesson")


def originals(models: Models) -> None:
    """Show held-out images of the first model's data, and the numbers of one."""
    found = _shown_originals(models[0])
    picture = originals_picture(models[0])
    if found is None or picture is None:
        st.caption("The images are not on this machine.")
        return
    st.image(picture, width="content", alt="Handwritten digits")
    st.caption("The first one, as the computer has it")
    st.code("\n".join(" ".join(f"{value:3d}" for value in row) for row in found[0, 0]), language=None)


def originals_picture(trained: TrainedModel) -> str | None:
    """Return held-out images of a model's data as a data address, None where they are not on this machine."""
    found = _shown_originals(trained)
    return None if found is None else strip({"": as_float(found)}, [""] * len(found), side=84)


def _shown_originals(trained: TrainedModel) -> NDArray[np.uint8] | None:
    return cache.originals(trained, planes.spread_rows(len(trained.latent_map.mu), SHOWN).tolist())


def copies(models: Models, titles: Titles = None) -> None:
    """Show held-out images and each model's copies, or copies alone where the data set is not on this machine."""
    picture, has_images = copies_picture(models, titles)
    st.image(picture, width="content", alt="Images and their copies")
    if not has_images:
        st.caption("The images themselves are not on this machine.")
    numbers(models, titles=titles)


def copies_picture(models: Models, titles: Titles = None) -> tuple[str, bool]:
    """Return images and copies as a data address, and whether the images themselves are among them."""
    fewest = min(models, key=lambda trained: len(trained.latent_map.mu))
    rows = planes.spread_rows(len(fewest.latent_map.mu), SHOWN)
    found = cache.originals(fewest, rows.tolist())
    named = {} if found is None else {"image": as_float(found)}
    for trained, title in zip(models, _titles(models, titles), strict=True):
        named[title] = trained.decode(trained.latent_map.mu[rows])
    return strip(named, [""] * len(rows), side=84), found is not None


def numbers(models: Models, names: Sequence[str] = TOLD, titles: Titles = None) -> None:
    """Show the models' numbers in a table, each with its unit."""
    st.markdown(table(models, names, titles))


def table(models: Models, names: Sequence[str] = TOLD, titles: Titles = None) -> str:
    """Return the models' numbers as a table in Markdown, each with its unit."""
    lines = [["", *_titles(models, titles)], ["---"] * (len(models) + 1)]
    for name in names:
        cells = [trained.metrics.get(name) for trained in models]
        if any(cells):
            unit = next(cell["unit"] for cell in cells if cell)
            lines.append([f"{measures.WORDS[name][0]}, {unit}", *map(measures.number, cells)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def draws(models: Models) -> None:
    """Show what each model makes of the same random places, and draw others."""
    seed = int(state.number(SEED, 0, 2**31, 0))
    for trained in models:
        law = "the prior" if trained.can_draw else "a Gaussian fitted to its codes"
        st.caption(f"{trained.title}: draws from {law}")
        st.image(
            strip({"": drawn(trained, seed)}, [""] * SHOWN),
            width="content",
            alt=f"Random draws of {trained.title}",
        )
    st.button("Draw others", icon=":material/casino:", on_click=_draw_others, args=(seed,), key="lesson-draw")


def drawn(trained: TrainedModel, seed: int) -> NDArray[np.float32]:
    """Return what a model makes of random places [SHOWN, C, H, W]; a conditional one, of its classes in turn."""
    z, model = places.draws(trained, SHOWN, np.random.default_rng(seed), 1.0), conditional.whole(trained)
    return model.decode(z, conditional.in_turn(model, SHOWN))


def draws_measured(models: Models) -> None:
    """Show draws, and what was measured of many of them; on a slide, which has no room for both, that alone."""
    if not state.presenting():
        draws(models)
    numbers(models, TOLD_OF_DRAWS)


def temperature(models: Models) -> None:
    """Show twelve draws at a temperature that the student sets."""
    trained = models[0]
    chosen = state.number(state.TEMPERATURE, *TEMPERATURE, 1.0)
    st.slider("Temperature", *TEMPERATURE, step=0.05, key=state.TEMPERATURE, persist_state="session")
    st.image(temperature_picture(trained, chosen), width="content", alt="Twelve draws at this temperature")


def temperature_picture(trained: TrainedModel, chosen: float) -> str:
    """Return twelve draws at a temperature as a data address."""
    z = places.draws(trained, TWELVE, np.random.default_rng(0), chosen)
    return strip({"": trained.decode(z)}, [""] * TWELVE)


def pixels(models: Models) -> None:
    """Show mean images of random places, and for each an image whose pixels are drawn with those probabilities."""
    st.image(pixels_picture(models[0]), width="content", alt="Means and samples")


def pixels_picture(trained: TrainedModel) -> str:
    """Return means and samples of the same places as a data address."""
    rng = np.random.default_rng(0)
    means = trained.decode(places.draws(trained, SHOWN, rng, 1.0))
    sampled = (rng.random(means.shape) < means).astype(np.float32)
    return strip({"mean": means, "sample": sampled}, [""] * SHOWN)


def every_class(models: Models) -> None:
    """Show random places of a conditional model, each decoded as every class."""
    seed = int(state.number(SEED, 0, 2**31, 0))
    picture = every_class_picture(models[0], seed)
    st.image(picture, width="content", alt="Eight places, each as every class")
    st.button("Draw others", icon=":material/casino:", on_click=_draw_others, args=(seed,), key="lesson-draw")


def every_class_picture(trained: TrainedModel, seed: int) -> str:
    """Return random places of a conditional model, each as every class, as a data address."""
    told = conditional.whole(trained)
    z = np.random.default_rng(seed).standard_normal((SHOWN, told.latent_dim)).astype(np.float32)
    rows = {
        told.class_name(label): told.decode(z, np.full(SHOWN, label, np.int64))
        for label in range(told.classes)
    }
    return strip(rows, [""] * SHOWN, side=52)


def classes_measured(models: Models) -> None:
    """Show what was measured of classes asked for and of classes found again."""
    numbers(models, TOLD_OF_CLASSES)


def _titles(models: Models, titles: Titles) -> Sequence[str]:
    return [trained.title for trained in models] if titles is None else titles


def _draw_others(seed: int) -> None:
    state.put(SEED, seed + 1)
    state.put(DRAWS, int(state.get(DRAWS) or 0) + 1)


VIEWS: dict[str, Callable[[Models], None]] = {
    "pad": pad,
    "pads": pads,
    "originals": originals,
    "copies": copies,
    "numbers": numbers,
    "draws": draws,
    "draws_measured": draws_measured,
    "temperature": temperature,
    "pixels": pixels,
    "every_class": every_class,
    "classes_measured": classes_measured,
    "paths": paths.three,
    "region": gradients.region,
    "gradients": gradients.both,
    "traversals": axes.traversals,
    "seeds": axes.seeds,
    "turn": axes.turn,
    "denoised": uses.denoised,
    "imputed": uses.imputed,
    "detected": uses.detected,
    "compressed": uses.compressed,
}
