"""Where a map can be trusted: a number for each cell of a grid laid over a plane of latent space.

Codes come as they lie on the plane, [N, 2], as a map shows them; what is decoded or measured in the whole space takes
places z [R, C, d] on it. Row 0 of a field is the top row, as in :mod:`vae_core.latent.grids`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_code, as_codes, check_count

Floats = NDArray[np.float64]
Field = NDArray[np.float32]

LOWEST = float(np.log(np.finfo(np.float64).tiny))
"""Least log-density that is told apart from none, -708 nats."""
REACH = 3.0
"""Bandwidths from the nearest code, about, beyond which a regression says nothing."""
FEW_DIMENSIONS = 8
FEW = 512
"""Places whose images' derivatives are held at once."""
PART = 2**21
"""Numbers held at once in the largest array, so that memory stays bounded."""


@dataclasses.dataclass(frozen=True, eq=False)
class Grid:
    """Square cells on a plane.

    Attributes
    ----------
    x : float64 [C]
        Their centres from left to right.
    y : float64 [R]
        Their centres from top to bottom.
    cell : float
        The cells' side.
    """

    x: Floats
    y: Floats
    cell: float

    @property
    def points(self) -> Floats:
        """The cells' centres [R * C, 2], row by row from the top."""
        return np.stack(np.meshgrid(self.x, self.y), axis=-1).reshape(-1, 2)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.y), len(self.x)


def square_grid(centre: ArrayLike, half: float, n: int) -> Grid:
    """Return n x n cells that fill the square of side 2 * `half` about `centre` [2].

    Raises
    ------
    InputError
        If the centre is no place on a plane, half is not positive and finite, or n is no whole number above 0.

    Examples
    --------
    >>> square_grid([0, 10], 2, 2).points.tolist()
    [[-1.0, 11.0], [1.0, 11.0], [-1.0, 9.0], [1.0, 9.0]]
    """
    middle = as_code("centre", centre)
    check_count("n", n, 1)
    if len(middle) != 2 or not (math.isfinite(half) and half > 0):
        raise InputError(
            "There is no such grid.", got=f"centre {middle.tolist()}, half {half}", allowed="[2], above 0"
        )
    steps = half * (2 * (np.arange(n) + 0.5) / n - 1)
    return Grid(middle[0] + steps, middle[1] - steps, 2 * half / n)


def plane_covariances(logvar: ArrayLike, axes: ArrayLike) -> Floats:
    """Return the covariances [N, 2, 2] on a plane with `axes` [2, d] of posteriors with `logvar` [N, d]."""
    variances, directions = np.exp(as_codes("logvar", logvar)), as_codes("axes", axes)
    return np.asarray(np.einsum("ik,nk,jk->nij", directions, variances, directions, optimize=True))


def log_aggregate(grid: Grid, means: ArrayLike, covariances: ArrayLike) -> Floats:
    """Return the log-density [R, C] of the mixture 1/N sum_n N(mean_n, covariance_n) of posteriors on a plane.

    Where no covariance has a correlation, an exponential of a sum over the axes is a product, so the mixture on a grid
    is a product of two matrices, [R, N] and [N, C].

    Parameters
    ----------
    grid : Grid
    means : array [N, 2]
    covariances : array [N, 2, 2]

    Returns
    -------
    float64 [R, C]
        Nats per unit of area, -708 at least.

    Raises
    ------
    InputError
        If the shapes do not go together, or a covariance is not positive definite.

    Examples
    --------
    One standard normal has density 1/(2 pi) at its mean:

    >>> grid = square_grid([0, 0], 1, 1)
    >>> np.exp(log_aggregate(grid, [[0, 0]], [np.eye(2)])).round(4).tolist()
    [[0.1592]]
    """
    middles, spreads = _gaussians(means, covariances)
    if not spreads[:, 0, 1].any():
        columns, rows = (
            _density(values, middles[:, axis], spreads[:, axis, axis])
            for axis, values in enumerate((grid.x, grid.y))
        )
        density = rows @ columns.T / len(middles)
        return np.asarray(np.maximum(np.log(np.maximum(density, np.finfo(np.float64).tiny)), LOWEST))
    return np.maximum(_log_mixture(grid.points, middles, spreads), LOWEST).reshape(grid.shape)


def log_density_ratio(
    grid: Grid, means: ArrayLike, covariances: ArrayLike, prior_mean: ArrayLike, least: float = 0.0
) -> Field:
    """Return log q(z) - log p(z), how much denser the aggregate posterior is than the prior.

    Both are seen on a plane with orthonormal axes, on which the prior N(0, I) is a standard normal about `prior_mean`,
    the origin's place there. A posterior may be much narrower than a cell, so q is blurred by a Gaussian whose
    standard deviation is the cell's side, and with it p.

    Parameters
    ----------
    grid : Grid
    means : array [N, 2]
    covariances : array [N, 2, 2]
    prior_mean : array [2]
    least : float
        Share of the prior's peak below which a density counts as none.

    Returns
    -------
    float32 [R, C], nats
        Below 0 are holes, which the prior draws and no image was encoded to; NaN where neither has any density.

    Raises
    ------
    InputError
        As for :func:`log_aggregate`.

    References
    ----------
    Hoffman & Johnson (2016), "ELBO surgery"; Rosca, Lakshminarayanan & Mohamed (2018), "Distribution Matching in
    Variational Inference", on the holes between the two.
    """
    blur = grid.cell**2 * np.eye(2)
    held = np.asarray(covariances, np.float64) + blur
    origin = as_code("prior_mean", prior_mean)
    prior = log_aggregate(grid, origin[None], (np.eye(2) + blur)[None])
    posterior = log_aggregate(grid, means, held)
    peak = -math.log(2 * math.pi * (1 + grid.cell**2))
    some = np.maximum(prior, posterior) >= (peak + math.log(least) if least > 0 else -math.inf)
    return np.where(some, posterior - prior, np.nan).astype(np.float32)


def scott_bandwidth(points: ArrayLike) -> float:
    """Return Scott's rule in two dimensions, n^(-1/6) times the root mean variance of `points` [N, 2].

    References
    ----------
    Scott (1992), "Multivariate Density Estimation", section 6.3.
    """
    codes = as_codes("points", points)
    spread = math.sqrt(float(codes.var(axis=0).mean()))
    return len(codes) ** (-1 / 6) * spread or 1.0


def regression_field(grid: Grid, points: ArrayLike, values: ArrayLike, bandwidth: float) -> Field:
    """Return what images have whose codes are near: the kernel regression of `values` at each cell.

    sum_n K_n v_n / sum_n K_n with K_n = exp(-|p - p_n|^2 / (2 h^2)), the estimator of Nadaraya (1964) and Watson
    (1964).

    Parameters
    ----------
    grid : Grid
    points : array [N, 2]
    values : array [N]
        Such as each held-out image's reconstruction error.
    bandwidth : float
        h, in the plane's units.

    Returns
    -------
    float32 [R, C]
        In the values' unit, between the least and the greatest; NaN where no code is near: where the kernels add up
        to less than a single one does 3 bandwidths away.

    Raises
    ------
    InputError
        If the shapes do not go together or the bandwidth is not positive.

    Examples
    --------
    >>> regression_field(square_grid([0, 0], 1, 1), [[-1, 0], [1, 0]], [3.0, 5.0], 1.0).tolist()
    [[4.0]]
    """
    codes, known = as_codes("points", points), as_code("values", values)
    if codes.shape != (len(known), 2) or not (math.isfinite(bandwidth) and bandwidth > 0):
        got = f"{list(codes.shape)}, {len(known)} values, bandwidth {bandwidth}"
        raise InputError("These values can't be regressed.", got=got, allowed="[N, 2], [N], above 0")
    columns, rows = (
        np.exp(-0.5 * ((centres[:, None] - codes[:, axis]) / bandwidth) ** 2)
        for axis, centres in enumerate((grid.x, grid.y))
    )
    mass = rows @ columns.T
    near = mass >= math.exp(-0.5 * REACH**2)
    found = (rows * known) @ columns.T / np.where(near, mass, 1)
    return np.where(near, np.clip(found, known.min(), known.max()), np.nan).astype(np.float32)


def class_field(
    grid: Grid, points: ArrayLike, labels: ArrayLike, k: int = 15
) -> tuple[NDArray[np.int64], Field]:
    """Return which class most of the k nearest codes on the plane have, and the share of them that do.

    Of classes with equally many votes the smallest wins, as for :func:`vae_core.metrics.knn_accuracy`.

    Parameters
    ----------
    grid : Grid
    points : array [N, 2]
    labels : integer array [N]
        0 or more.
    k : int
        Neighbours that vote; all codes if there are fewer.

    Returns
    -------
    classes : int64 [R, C]
    share : float32 [R, C], 0 to 1

    Raises
    ------
    InputError
        If the shapes do not go together or k does not fit.
    """
    codes, known = as_codes("points", points), np.asarray(labels)
    check_count("k", k, 1)
    if known.shape != (len(codes),) or known.dtype.kind not in "iu" or known.min() < 0:
        raise InputError("The labels do not fit the codes.", got=list(known.shape), allowed=f"[{len(codes)}]")
    nearest = known[_nearest(codes, grid.points, min(k, len(codes)))[1]]
    votes = np.stack([(nearest == label).sum(axis=1) for label in range(int(known.max()) + 1)])
    classes, share = votes.argmax(axis=0), votes.max(axis=0) / nearest.shape[1]
    return classes.reshape(grid.shape), share.reshape(grid.shape).astype(np.float32)


def distance_field(z: ArrayLike, mu: ArrayLike) -> Field:
    """Return the Euclidean distance from places z [R, C, d] to the nearest of the codes mu [N, d], float32 [R, C].

    In units of the latent space, in all d dimensions: on a plane through many, few places are near any code.

    Raises
    ------
    InputError
        If the shapes do not go together.
    """
    places, codes = _places(z), as_codes("mu", mu)
    flat = places.reshape(-1, places.shape[2])
    if flat.shape[1] != codes.shape[1]:
        raise InputError(
            "Places and codes differ in their dimensions.", got=f"{flat.shape[1]}, {codes.shape[1]}"
        )
    return _nearest(codes, flat, 1)[0].reshape(places.shape[:2]).astype(np.float32)


def decoded_field(z: ArrayLike, measure: Callable[[NDArray[np.float32]], ArrayLike]) -> Field:
    """Return what `measure`, from codes [n, d] to numbers [n], says of places z [R, C, d], as float32 [R, C].

    Raises
    ------
    InputError
        If z has another shape, or the measure does not return one number for each.

    Examples
    --------
    >>> decoded_field(np.ones((1, 2, 3)), lambda codes: codes.sum(axis=1)).tolist()
    [[3.0, 3.0]]
    """
    places = _places(z)
    flat = places.reshape(-1, places.shape[2]).astype(np.float32)
    found = np.asarray(measure(flat), np.float32)
    if found.shape != (len(flat),):
        raise InputError(
            "A field needs one number for each place.", got=list(found.shape), allowed=f"[{len(flat)}]"
        )
    return found.reshape(places.shape[:2])


def magnification_field(
    z: ArrayLike, metric: Callable[[NDArray[np.float32]], ArrayLike], axes: ArrayLike
) -> Field:
    """Return how much more area a decoder gives to a plane around places z [R, C, d], as log10, float32 [R, C].

    sqrt(det(A M A^T)), the magnification factor (Bishop, Svensén & Williams 1997) of the metric M seen on the plane.
    Each unit is a factor of ten; where the images do not change at all it is -30.

    Parameters
    ----------
    z : array [R, C, d]
    metric : callable, [n, d] -> [n, d, d]
        Such as :meth:`vae_core.latent.Surface.metric`; it is asked for a few places at a time.
    axes : array [2, d]
        The plane's orthonormal axes A.

    Raises
    ------
    InputError
        If the shapes do not go together.

    Examples
    --------
    >>> magnification_field(np.zeros((1, 1, 2)), lambda z: [np.diag([100.0, 1.0])], np.eye(2)).tolist()
    [[1.0]]
    """
    places, directions = _places(z), as_codes("axes", axes)
    flat = places.reshape(-1, places.shape[2]).astype(np.float32)
    if directions.shape != (2, flat.shape[1]):
        raise InputError("The axes do not fit.", got=list(directions.shape), allowed=f"[2, {flat.shape[1]}]")
    factors = []
    for start in range(0, len(flat), FEW):
        found = directions @ np.asarray(metric(flat[start : start + FEW]), np.float64) @ directions.T
        factors.append(np.sqrt(np.maximum(np.linalg.det(found), 1e-60)))
    logs: Field = np.log10(np.concatenate(factors)).astype(np.float32)
    return logs.reshape(places.shape[:2])


def _places(z: ArrayLike) -> Floats:
    places = np.asarray(z, np.float64)
    if places.ndim != 3 or places.size == 0:
        raise InputError(
            "Places of a field have the wrong shape.", got=list(places.shape), allowed="[R, C, d]"
        )
    return places


def _gaussians(means: ArrayLike, covariances: ArrayLike) -> tuple[Floats, Floats]:
    middles, spreads = as_codes("means", means), np.asarray(covariances, np.float64)
    if middles.shape[1] != 2 or spreads.shape != (len(middles), 2, 2):
        got = f"{list(middles.shape)} and {list(spreads.shape)}"
        raise InputError("These are no Gaussians on a plane.", got=got, allowed="[N, 2] and [N, 2, 2]")
    definite = (spreads[:, 0, 0] > 0) & (np.linalg.det(spreads) > 0)
    if not definite.all():
        raise InputError("A covariance is not positive definite.", got=f"row {int(definite.argmin())}")
    return middles, spreads


def _density(x: Floats, mean: Floats, variance: Floats) -> Floats:
    """Return the densities [len(x), N] of one-dimensional Gaussians."""
    return np.asarray(np.exp(-0.5 * (x[:, None] - mean) ** 2 / variance) / np.sqrt(2 * math.pi * variance))


def _log_mixture(points: Floats, means: Floats, covariances: Floats) -> Floats:
    """Return the log-density [M] of a mixture of any Gaussians, each a quadratic form of (1, x, y, xx, xy, yy)."""
    precision = np.linalg.inv(covariances)
    slope = np.einsum("nij,nj->ni", precision, means)
    level = -0.5 * (np.einsum("ni,ni->n", slope, means) + np.log(np.linalg.det(covariances)))
    forms = np.stack(
        [level - math.log(2 * math.pi), slope[:, 0], slope[:, 1],
         -0.5 * precision[:, 0, 0], -precision[:, 0, 1], -0.5 * precision[:, 1, 1]]
    )  # fmt: skip
    x, y = points.T
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    rows, found = max(1, PART // len(means)), []
    for start in range(0, len(points), rows):
        logs = terms[start : start + rows] @ forms
        highest = logs.max(axis=1, keepdims=True)
        # Half the width, and nothing so small that a processor takes long over it: both are lost in the sum anyway.
        shares = np.exp(np.maximum(logs - highest, -80).astype(np.float32))
        found.append(highest[:, 0] + np.log(shares.mean(axis=1, dtype=np.float64)))
    return np.concatenate(found)


def _nearest(codes: Floats, places: Floats, k: int) -> tuple[Floats, NDArray[np.int64]]:
    """Return distances and rows [M, k] of the k nearest codes."""
    if codes.shape[1] > FEW_DIMENSIONS:
        return _nearest_of_all(codes, places, k)
    # Here, because it takes a moment that others need not wait for.
    from scipy.spatial import KDTree

    distances, rows = KDTree(codes).query(places, k=np.arange(1, k + 1))
    return distances, rows


def _nearest_of_all(codes: Floats, places: Floats, k: int) -> tuple[Floats, NDArray[np.int64]]:
    """Do as :func:`_nearest` by every distance there is: a tree saves none where dimensions are many."""
    distances, rows = np.empty((len(places), k)), np.empty((len(places), k), np.int64)
    own = np.square(codes).sum(axis=1)
    step = max(1, PART // len(codes))
    for start in range(0, len(places), step):
        part = slice(start, start + step)
        squares = np.square(places[part]).sum(axis=1)[:, None] + own - 2 * places[part] @ codes.T
        found = np.argpartition(squares, k - 1, axis=1)[:, :k]
        near = np.take_along_axis(squares, found, axis=1)
        order = np.argsort(near, axis=1, kind="stable")
        rows[part] = np.take_along_axis(found, order, axis=1)
        distances[part] = np.sqrt(np.maximum(np.take_along_axis(near, order, axis=1), 0))
    return distances, rows
