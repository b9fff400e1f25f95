"""Planes through a latent space of any dimension: what a flat map shows, and what a point on it stands for."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_code, as_codes, check_count, check_dimension


@dataclasses.dataclass(frozen=True, eq=False)
class Plane:
    """A plane in latent space.

    Attributes
    ----------
    mean : float64 array [d]
        The code at the plane's origin.
    axes : float64 array [2, d]
        Orthonormal directions of the horizontal and the vertical axis; the second is zero when d = 1.
    explained : float64 array [2] or None
        The share of the codes' variance along each axis, 0 to 1; None for a plane that was chosen without codes.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    explained: NDArray[np.float64] | None

    def project(self, mu: ArrayLike) -> NDArray[np.float32]:
        """Return the positions [N, 2] on the plane of the codes [N, d] dropped onto it; InputError on other shapes."""
        codes = as_codes("mu", mu)
        if codes.shape[1] != len(self.mean):
            raise InputError(
                "Codes do not fit the plane.", got=codes.shape[1], allowed=f"{len(self.mean)} dimensions"
            )
        return ((codes - self.mean) @ self.axes.T).astype(np.float32)

    def lift(self, p: ArrayLike) -> NDArray[np.float32]:
        """Return the codes [N, d] at the positions [N, 2] on the plane; InputError on other shapes."""
        positions = as_codes("p", p)
        if positions.shape[1] != 2:
            raise InputError(
                "Positions on a plane have the wrong shape.", got=list(positions.shape), allowed="[N, 2]"
            )
        return (positions @ self.axes + self.mean).astype(np.float32)


def pca_plane(mu: ArrayLike) -> Plane:
    """Return the plane that holds most of the codes' variance (principal component analysis).

    Each axis points so that its largest component is positive, so that the same codes always give the same map.

    Parameters
    ----------
    mu : array [N, d]
        At least two codes.

    Returns
    -------
    Plane

    Raises
    ------
    InputError
        If there are fewer than two codes, or they are not finite.

    Examples
    --------
    >>> plane = pca_plane([[0, 0, 5], [4, 0, 5], [0, 2, 5], [4, 2, 5]])
    >>> plane.axes.round(3).tolist(), plane.explained.tolist()
    ([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [0.8, 0.2])
    """
    codes = as_codes("mu", mu)
    if len(codes) < 2:
        raise InputError("A principal plane needs more codes.", got=len(codes), allowed="at least 2")
    d = codes.shape[1]
    mean = codes.mean(axis=0)
    centred = codes - mean
    variances, directions = np.linalg.eigh(centred.T @ centred / len(codes))
    axes, explained = np.zeros((2, d)), np.zeros(2)
    kept = min(2, d)
    axes[:kept] = directions.T[::-1][:kept]
    axes *= np.where(axes[[0, 1], np.abs(axes).argmax(axis=1)] < 0, -1.0, 1.0)[:, np.newaxis]
    total = float(variances.sum())
    if total > 0:
        explained[:kept] = np.clip(variances[::-1][:kept] / total, 0, 1)
    return Plane(mean, axes, explained)


def axes_plane(d: int, i: int, j: int, mean: ArrayLike | None = None) -> Plane:
    """Return the plane of latent dimensions i (to the right) and j (up).

    On this plane a position is the pair (z_i, z_j) itself, whatever the mean: the mean only says where the other
    dimensions stay.

    Parameters
    ----------
    d : int
        Number of latent dimensions.
    i, j : int
        Two different ones, counted from 0.
    mean : array [d], optional
        The code that gives the other dimensions; zeros when None.

    Raises
    ------
    InputError
        If i or j does not exist, they are equal, or the mean has another length.

    Examples
    --------
    >>> axes_plane(3, 2, 0, mean=[7, 8, 9]).lift([[1, 2]]).tolist()
    [[2.0, 8.0, 1.0]]
    """
    check_count("d", d, 2)
    check_dimension("i", i, d)
    check_dimension("j", j, d)
    if i == j:
        raise InputError(
            "The two axes of a plane are the same dimension.", got=i, allowed="two different ones"
        )
    middle = np.zeros(d) if mean is None else as_code("mean", mean).copy()
    if len(middle) != d:
        raise InputError("The mean of a plane does not fit.", got=len(middle), allowed=f"{d} dimensions")
    middle[[i, j]] = 0
    axes = np.zeros((2, d))
    axes[0, i] = axes[1, j] = 1
    return Plane(middle, axes, None)
