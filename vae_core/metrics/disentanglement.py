"""Does each latent dimension stand for one factor of the data, and each factor for one dimension?

The mutual information gap, and disentanglement, completeness and informativeness. They take posterior means and known
factors, and leave out dimensions in which mu is the same for every image. Both are as in disentanglement_lib (Locatello
et al. 2019), except where noted; :mod:`vae_core.metrics.factor_vae` has a third answer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_core.errors import InputError
from vae_core.latent.arrays import check_count
from vae_core.metrics.factors import Floats, Values, as_pair, number_values, varies

DEPTHS = (4, 8, 12)
"""Of a forest's trees. With shallower ones, a dimension that leads by chance would get nearly all the importance."""
TINY = 1e-300
"""In place of a sum of nothing, so that nothing divided by it is 0."""


class DCI(NamedTuple):
    """Disentanglement, completeness and informativeness, each 0 to 1."""

    disentanglement: float
    completeness: float
    informativeness: float


def mutual_information(mu: ArrayLike, factors: ArrayLike, bins: int = 20) -> Floats:
    """Return the mutual information of each dimension of mu with each factor.

    I(j; k) = Σ p(b, v) log [p(b, v) / (p(b) p(v))], with shares of images for p, v the factor's value and b the bin of
    mu_j: bins of equal width from its smallest to its largest value, as in disentanglement_lib. With N images and V
    values the estimate for independent ones is not 0 but about (bins - 1)(V - 1) / 2N.

    Parameters
    ----------
    mu : array [N, d]
    factors : array [N, F]
        Known factors of variation; equal numbers in a column are one value.
    bins : int
        At least 2.

    Returns
    -------
    float64 array [d, F], nats
        A constant dimension has none.

    Raises
    ------
    InputError
        If the arrays do not go together, are not finite, or a factor never changes.

    Examples
    --------
    >>> codes, factors = [[0.0, 0.5], [0.1, 0.5], [0.9, 0.5], [1.0, 0.5]], [[0], [0], [1], [1]]
    >>> mutual_information(codes, factors, bins=2).round(3).tolist()
    [[0.693], [0.0]]
    """
    codes, known = as_pair(mu, factors)
    check_count("bins", bins, 2)
    numbered = number_values(known)
    found = np.zeros((codes.shape[1], known.shape[1]))
    for j in np.flatnonzero(varies(codes)):
        inner_edges = np.linspace(codes[:, j].min(), codes[:, j].max(), bins + 1)[1:-1]
        binned = np.digitize(codes[:, j], inner_edges)
        found[j] = [_information(binned, column) for column in numbered.T]
    return found


def information_gaps(mu: ArrayLike, factors: ArrayLike, bins: int = 20) -> Floats:
    """Return each factor's mutual information gap; :func:`mig` is their mean.

    (I(j1; k) - I(j2; k)) / H(v_k), where j1 and j2 are the two dimensions that know most about factor k, and H is the
    factor's entropy: one term of equation 6 of Chen, Li, Grosse and Duvenaud (2018). Where there is one dimension only,
    the second knows nothing. Arguments and errors are those of :func:`mutual_information`.

    Returns
    -------
    float64 array [F], 0 to 1

    Examples
    --------
    The first factor has a dimension of its own, the second is in two:

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> information_gaps(factors[:, [0, 1, 1]], factors).round(3).tolist()
    [1.0, 0.0]
    """
    information = mutual_information(mu, factors, bins)
    ranked = np.sort(np.vstack([np.zeros(information.shape[1]), information]), axis=0)
    entropies = [_information(column, column) for column in number_values(as_pair(mu, factors)[1]).T]
    return np.asarray((ranked[-1] - ranked[-2]) / entropies)


def mig(mu: ArrayLike, factors: ArrayLike, bins: int = 20) -> float:
    """Return the mutual information gap (MIG), the mean of :func:`information_gaps` over factors.

    Equation 6 of Chen et al. (2018) with the estimator of disentanglement_lib: mu in 20 bins of equal width, where the
    original takes samples of q(z|x). Values of different estimators can't be compared. A factor with more values than
    bins can't reach 1: 32 equally frequent ones stop at 0.85. Arguments and errors are those of
    :func:`mutual_information`.

    Returns
    -------
    float, 0 to 1

    Examples
    --------
    >>> mig([[0, 1], [0, 2], [1, 1], [1, 2]], [[0, 0], [0, 1], [1, 0], [1, 1]])
    1.0
    """
    return float(information_gaps(mu, factors, bins).mean())


def dci(
    mu_reference: ArrayLike,
    factors_reference: ArrayLike,
    mu: ArrayLike,
    factors: ArrayLike,
    *,
    trees: int = 10,
    seed: int = 0,
) -> DCI:
    """Return how plainly and how well mu tells the factors, after Eastwood and Williams (2018), section 2.

    A random forest for each factor k, one of the paper's two kinds of predictor, is fitted to the reference codes;
    R[j, k] is its Gini importance of dimension j. With H_n the entropy to base n of a row or column scaled to sum 1,

    - disentanglement is Σ_j ρ_j (1 - H_F(R[j])), where ρ_j is dimension j's share of all R: does it tell one factor?
    - completeness is the mean over k of 1 - H_d(R[:, k]), d counting dimensions that vary: does one dimension tell it?
    - informativeness is the forests' mean accuracy on the held-out `mu`.

    As in the paper each factor's trees have the depth that predicts best, here a fifth of the reference, and of depths
    within a standard error of the best the smallest: trees grown to the end split on noise, and a good code with a
    little noise would score low. Each split may use every dimension, since among a random few the right one is often
    missing. disentanglement_lib takes boosted trees, which cost some fifty times as much; values of different
    predictors can't be compared.

    Parameters
    ----------
    mu_reference, mu : arrays [M, d] and [N, d]
        Codes to fit to, and held-out codes.
    factors_reference, factors : arrays [M, F] and [N, F]
        Equal numbers in a column are one value.
    trees : int
        Trees in a forest.
    seed : int

    Raises
    ------
    InputError
        If the arrays do not go together, are not finite, or a factor never changes.

    Examples
    --------
    >>> factors = np.tile([[0, 0], [0, 1], [1, 0], [1, 1]], (50, 1))
    >>> dci(factors, factors, factors, factors)
    DCI(disentanglement=1.0, completeness=1.0, informativeness=1.0)
    """
    reference, known = as_pair(mu_reference, factors_reference)
    codes, wanted = as_pair(mu, factors)
    if (reference.shape[1], known.shape[1]) != (codes.shape[1], wanted.shape[1]):
        got = f"mu {list(codes.shape)}, factors {list(wanted.shape)}"
        allowed = f"[N, {reference.shape[1]}] and [N, {known.shape[1]}]"
        raise InputError("The held-out codes do not go with the reference.", got=got, allowed=allowed)
    check_count("trees", trees, 1)
    shown = varies(reference)
    shown |= not shown.any()  # a forest needs something to look at, even where there is nothing to see
    numbered = np.split(number_values(np.concatenate([known, wanted])), [len(known)])
    importance, accuracy = _forests(
        reference[:, shown], numbered[0], codes[:, shown], numbered[1], trees, seed
    )
    share = importance.sum(axis=1) / max(importance.sum(), TINY)
    return DCI(float(share @ _pureness(importance)), float(_pureness(importance.T).mean()), accuracy)


def _forests(
    reference: Floats, known: Values, codes: Floats, wanted: Values, trees: int, seed: int
) -> tuple[Floats, float]:
    """Return the importance [d, F] of dimensions for factors, and the mean accuracy on the held-out codes."""
    from sklearn.ensemble import RandomForestClassifier  # here, because it takes a second to load

    def fit(rows: Values, k: int, depth: int) -> Any:
        forest = RandomForestClassifier(trees, max_depth=depth, max_features=None, random_state=seed)
        return forest.fit(reference[rows], known[rows, k])

    order = np.random.default_rng(seed).permutation(len(reference))
    tried, fitted = np.split(order, [max(1, len(order) // 5)])
    importance, accuracy = [], []
    for k in range(known.shape[1]):
        scores = np.array(
            [fit(fitted, k, depth).score(reference[tried], known[tried, k]) for depth in DEPTHS]
        )
        error = np.sqrt(scores.max() * (1 - scores.max()) / len(tried))
        forest = fit(order, k, DEPTHS[int(np.argmax(scores >= scores.max() - error))])
        importance.append(forest.feature_importances_)
        accuracy.append(forest.score(codes, wanted[:, k]))
    return np.stack(importance, axis=1), float(np.mean(accuracy))


def _pureness(importance: Floats) -> Floats:
    """Return 1 less each row's entropy, to the base of its length, once its sum is 1; a row of zeros has none."""
    shares = importance / np.maximum(importance.sum(axis=1, keepdims=True), TINY)
    logs = np.log(np.where(shares > 0, shares, 1))
    return np.asarray(shares.any(axis=1) + (shares * logs).sum(axis=1) / np.log(max(shares.shape[1], 2)))


def _information(a: NDArray[np.integer], b: NDArray[np.integer]) -> float:
    """Return the mutual information in nats of two columns of whole numbers from 0; with itself, the entropy."""
    height, width = a.max() + 1, b.max() + 1
    p = np.bincount(a * width + b, minlength=height * width).reshape(height, width) / len(a)
    product = p.sum(axis=1, keepdims=True) * p.sum(axis=0)
    some = p > 0
    return max(float((p[some] * np.log(p[some] / product[some])).sum()), 0.0)
