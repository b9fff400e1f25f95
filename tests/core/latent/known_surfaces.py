"""Surfaces whose metric and whose shortest paths are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_core.latent import Surface

Array = NDArray[np.floating]


def sphere() -> Surface:
    """Longitude and latitude on the unit sphere."""

    def decode(z: Array) -> Array:
        longitude, latitude = z.T
        return np.stack(
            [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], 1
        )

    def with_jacobian(z: Array) -> tuple[Array, Array]:
        longitude, latitude = z.T
        east = [-np.cos(latitude) * np.sin(longitude), np.cos(latitude) * np.cos(longitude), 0 * latitude]
        north = [
            -np.sin(latitude) * np.cos(longitude), -np.sin(latitude) * np.sin(longitude), np.cos(latitude)
        ]  # fmt: skip
        return decode(z), np.stack([np.stack(east, 1), np.stack(north, 1)], 2)

    return Surface(decode, with_jacobian)


def great_circle(a: Array, b: Array) -> float:
    """Return the distance of two places (longitude, latitude) on the unit sphere."""
    one, other = sphere().decode(np.stack([a, b]))
    return float(np.arccos(np.clip(one @ other, -1, 1)))


def cylinder(radius: float) -> Surface:
    """Angle and height on a cylinder."""

    def decode(z: Array) -> Array:
        return np.stack([radius * np.cos(z[:, 0]), radius * np.sin(z[:, 0]), z[:, 1]], 1)

    def with_jacobian(z: Array) -> tuple[Array, Array]:
        angle, none = z[:, 0], 0 * z[:, 0]
        rows = [[-radius * np.sin(angle), none], [radius * np.cos(angle), none], [none, none + 1]]
        return decode(z), np.array(rows).transpose(2, 0, 1)

    return Surface(decode, with_jacobian)


def swiss_roll() -> Surface:
    """Angle t and height on a sheet rolled up to (t cos t, height, t sin t)."""

    def decode(z: Array) -> Array:
        t, height = z.T
        return np.stack([t * np.cos(t), height, t * np.sin(t)], 1)

    def with_jacobian(z: Array) -> tuple[Array, Array]:
        t, none = z[:, 0], 0 * z[:, 0]
        rows = [[np.cos(t) - t * np.sin(t), none], [none, none + 1], [np.sin(t) + t * np.cos(t), none]]
        return decode(z), np.array(rows).transpose(2, 0, 1)

    return Surface(decode, with_jacobian)


def unrolled(a: Array, b: Array) -> float:
    """Return the distance of two places (t, height) on the sheet, laid out flat."""
    along = [0.5 * (t * np.sqrt(1 + t * t) + np.arcsinh(t)) for t in (float(a[0]), float(b[0]))]
    return float(np.hypot(along[1] - along[0], float(b[1]) - float(a[1])))


def hill(height: float) -> Surface:
    """A plane with a steep round hill in its middle."""

    def decode(z: Array) -> Array:
        up = height * np.exp(-2 * np.square(z).sum(1))
        return np.concatenate([z, up[:, None]], 1)

    def with_jacobian(z: Array) -> tuple[Array, Array]:
        points = decode(z)
        slope = -4 * points[:, 2:] * z
        plane = np.tile(np.eye(2), (len(z), 1, 1))
        return points, np.concatenate([plane, slope[:, None, :]], 1)

    return Surface(decode, with_jacobian)


def random_surface(seed: int, d: int, features: int = 40) -> Surface:
    """A smooth random map of codes [N, d], sines of random directions mixed to 20 numbers."""
    rng = np.random.default_rng(seed)
    waves, phase = rng.normal(size=(d, features)), rng.uniform(0, 6, features)
    mix = rng.normal(size=(features, 20)) / np.sqrt(features)

    def decode(z: Array) -> Array:
        return np.sin(z @ waves + phase) @ mix

    def with_jacobian(z: Array) -> tuple[Array, Array]:
        slopes = np.cos(z @ waves + phase)[:, None, :] * waves
        return decode(z), (slopes @ mix).transpose(0, 2, 1)

    return Surface(decode, with_jacobian)
