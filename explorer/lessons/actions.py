"""What a lesson may do to the app, by name: it steers state, never what is drawn from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer import state
from explorer.components import latent_pad

if TYPE_CHECKING:
    from vae_core.trained import TrainedModel

Models = Sequence["TrainedModel"]


def put_cursor(models: Models, z: Sequence[float]) -> None:
    """Put the cursor of each model's pad at z."""
    for trained in models:
        latent_pad.shown(trained)
        state.put_place(trained.name, np.asarray(z, np.float32))


def put_cursor_on_class(models: Models, label: int) -> None:
    """Put the cursor of each model's pad at the mean code of a class."""
    for trained in models:
        codes = trained.latent_map
        if codes.labels is not None and (codes.labels == label).any():
            latent_pad.shown(trained)
            state.put_place(trained.name, codes.mu[codes.labels == label].mean(axis=0))


def show_layers(models: Models, layers: Sequence[str]) -> None:
    """Show these layers on each model's pad, and no others."""
    for trained in models:
        state.put_layers(trained.name, latent_pad.shown(trained), tuple(layers))


def set_temperature(models: Models, value: float) -> None:
    """Set the temperature of draws."""
    state.put(state.TEMPERATURE, value)


def forget(models: Models, names: Sequence[str]) -> None:
    """Forget what the student did under these names."""
    for name in names:
        state.put(name, None)


ACTIONS: dict[str, Callable[..., None]] = {
    action.__name__: action
    for action in (put_cursor, put_cursor_on_class, show_layers, set_temperature, forget)
}


def act(begin: Sequence[tuple[str, dict[str, Any]]], models: Models) -> None:
    """Carry out actions, one after the other."""
    for name, about in begin:
        ACTIONS[name](models, **about)
