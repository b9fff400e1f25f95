"""How unsure a decoder is away from the codes that it was fitted on, as a surface of its own.

A generator draws x = mu(z) + sigma(z) * epsilon, epsilon ~ N(0, I), and the expected metric of its surface is

    E[M] = J_mu^T J_mu + J_sigma^T J_sigma

(Arvanitidis, Hansen & Hauberg (2018), "Latent Space Oddity", their expected metric), so that a path is long where sigma
changes, and shortest paths keep to places that are alike in how well they are known. A sum of metrics is the metric of
both maps side by side: ``Surface(mean...).beside(Surface(sd...)).beside(off_data(codes, pixels).surface())``.

No decoder learns by itself that it knows nothing far from the data. The paper therefore models the precision by radial
basis functions, which vanish there: 1 / sigma(z)^2 = W v(z) + zeta, v_k(z) = exp(-lambda_k |z - c_k|^2), with centres
c_k of clusters C_k of codes and lambda_k = 1/2 (a * mean distance of C_k to c_k)^-2.

Our choices: the paper fits W by maximum likelihood; here sigma is one number for all pixels, and W is 1 / (v' scale^2)
for every k, where v' is the median of sum_k v_k over the codes, so that sigma is about `scale` on the data and at most
scale / sqrt(floor) anywhere. A likelihood's own standard deviation is added beside it, not replaced.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import as_codes, check_count
from vae_core.latent.surfaces import FloatArray, Surface

CLUSTERS = 64
MOST_CODES = 3000
"""Codes that are clustered, spread evenly over all, at most."""
WIDTH = 1.5
SCALE = 0.1
FLOOR = 0.01


@dataclasses.dataclass(frozen=True, eq=False)
class OffData:
    """A standard deviation of the pixels that grows away from the data.

    Attributes
    ----------
    centres : float64 array [K, d]
    rates : float64 array [K]
        The lambda_k.
    weight : float
        What the sum of all radial basis functions is divided by, so that it is about 1 on the data.
    scale, floor : float
        The standard deviation on the data in units of a pixel's range, and the precision's share that is left far away.
    pixels : int
        How many numbers of an image share it.
    """

    centres: NDArray[np.float64]
    rates: NDArray[np.float64]
    weight: float
    scale: float
    floor: float
    pixels: int

    def sd(self, z: ArrayLike) -> NDArray[np.float64]:
        """Return the standard deviation of a pixel at codes [N, d], float64 [N]."""
        found: NDArray[np.float64] = self.scale / np.sqrt(self._known(as_codes("z", z))[0] + self.floor)
        return found

    def surface(self) -> Surface:
        """Return the surface of sigma(z) in all pixels, as one number of the same length: sqrt(pixels) sigma(z)."""
        return Surface(self._decode, self._decode_with_jacobian)

    def _decode(self, z: FloatArray) -> FloatArray:
        return (math.sqrt(self.pixels) * self.sd(z))[:, None].astype(np.float32)

    def _decode_with_jacobian(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        share, slope = self._known(z.astype(np.float64))
        size = math.sqrt(self.pixels) * self.scale
        value = size / np.sqrt(share + self.floor)
        change = -0.5 * (value / (share + self.floor))[:, None] * slope
        return value[:, None].astype(np.float32), change[:, None, :].astype(np.float32)

    def _known(self, z: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return sum_k v_k / weight [N] and its gradient [N, d]."""
        away = z[:, None] - self.centres
        near = np.exp(-self.rates * np.square(away).sum(2)) / self.weight
        return near.sum(1), -2 * np.einsum("nk,nkd->nd", self.rates * near, away)


def off_data(
    codes: ArrayLike,
    pixels: int,
    *,
    scale: float = SCALE,
    width: float = WIDTH,
    floor: float = FLOOR,
    clusters: int = CLUSTERS,
) -> OffData:
    """Fit the precision of a decoder's pixels to where the codes of data lie.

    Parameters
    ----------
    codes : array [N, d]
        Codes of data.
    pixels : int
        C * H * W of the images.
    scale : float
        Standard deviation on the data, in units of a pixel's range; 0 switches the term off.
    width : float
        The paper's a: how far beyond its cluster a radial basis function reaches.
    floor : float
        What is left of the precision far from all data.
    clusters : int
        Number of radial basis functions, at most a quarter of the codes.

    Raises
    ------
    InputError
        If a setting or the codes do not fit.
    """
    # Here, because importing it takes a second that others need not wait for.
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    found = as_codes("codes", codes)
    found = found[:: -(-len(found) // MOST_CODES)]
    check_count("pixels", pixels, 1)
    check_count("clusters", clusters, 1)
    if not (0 <= scale < math.inf and 0 < width < math.inf and 0 < floor <= 1):
        raise InputError(
            "The off-data term does not fit.",
            got=f"scale {scale:g}, width {width:g}, floor {floor:g}",
            allowed="scale from 0, width above 0, floor above 0 and at most 1",
        )
    count = min(clusters, max(1, len(found) // 4), len(np.unique(found, axis=0)))
    fitted = KMeans(count, n_init=1, random_state=0)
    with threadpool_limits(1):  # the last digits of a sum depend on the number of threads
        own = fitted.fit_predict(found)
    centres = np.asarray(fitted.cluster_centers_, np.float64)
    away = np.linalg.norm(found - centres[own], axis=1)
    spread = np.bincount(own, away, len(centres)) / np.maximum(np.bincount(own, minlength=len(centres)), 1)
    # A cluster of one code, or of equal ones, is as wide as the others; codes that are all equal are 1 wide.
    usual = float(np.median(spread[spread > 0])) if (spread > 0).any() else 1.0
    spread = np.where(spread > 0, spread, usual)
    fit = OffData(centres, 0.5 / np.square(width * spread), 1.0, scale, floor, pixels)
    weight = float(np.median(fit._known(found)[0]))
    return dataclasses.replace(fit, weight=weight)
