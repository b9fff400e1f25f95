"""The paths between images that Interpolate shows, and what its map says about the way: computed once, then kept."""

from __future__ import annotations

import dataclasses
import functools
import itertools

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cache, conditional, places
from vae_core.across_classes import AcrossClasses
from vae_core.latent import (
    Graph,
    Surface,
    energy,
    even,
    length,
    lerp,
    magnification_field,
    off_data,
    slerp,
    square_grid,
    start_graph,
    through,
)
from vae_core.trained import TrainedModel

Codes = NDArray[np.float32]
NAMES = {"lerp": "Straight", "slerp": "Arc", "geodesic": "Geodesic"}
FINE = 101
"""Places along a path that is shown."""
HEAT_SIDE = 56
DRAWS = 1000


@dataclasses.dataclass(frozen=True, eq=False)
class MeasuredPath:
    """One path from the first stop to the last, each stretch between two stops in the same time.

    Attributes
    ----------
    codes : float32 [FINE, d]
    length, energy : float
        Of the image on the way, in L2 distance of pixels and its square.
    note : str
        What is to be said about it; empty if nothing is.
    """

    codes: Codes
    length: float
    energy: float
    note: str

    def at(self, n: int) -> Codes:
        """Return n codes, evenly in time, both ends included."""
        return _between(self.codes, n)


@dataclasses.dataclass(frozen=True, eq=False)
class Route:
    """What paths lead through, on which model, and what their lengths count.

    Attributes
    ----------
    trained : TrainedModel
        As the page shows it.
    stops : float32 [S, d]
    labels : tuple of int
        The class at each stop of a conditional model, if it changes on the way; else empty.
    unsure : bool
        Whether lengths count the decoder's uncertainty as well.
    """

    trained: TrainedModel
    stops: Codes
    labels: tuple[int, ...] = ()
    unsure: bool = False

    @functools.cached_property
    def across(self) -> AcrossClasses | None:
        """The decoder between classes, whose codes have the place between them as one dimension more."""
        whole = self.trained.conditional
        if whole is None or len(set(self.labels)) < 2:
            return None
        return _across(whole, self.labels)

    @property
    def decoder(self) -> TrainedModel | AcrossClasses:
        """What makes images of the codes of this route's paths."""
        if self.across is None and self.labels and self.trained.conditional is not None:
            return conditional.given(self.trained.conditional, self.labels[0])
        return self.across or self.trained

    @property
    def ends(self) -> Codes:
        """The stops as codes of the decoder, [S, d] or [S, d + 1]."""
        if self.across is None:
            return self.stops
        return np.column_stack([self.stops, np.arange(len(self.stops))]).astype(np.float32)

    @property
    def surface(self) -> Surface:
        """What gives its paths their lengths."""
        decoder = self.decoder
        return surface(decoder, self.unsure) if isinstance(decoder, TrainedModel) else decoder.surface()

    def on_map(self, codes: Codes) -> Codes:
        """Return the part of codes that the map shows, [N, d]."""
        return codes[:, : self.trained.latent_dim]

    def words(self, codes: Codes) -> list[str] | None:
        """Return which class is shown at codes [N, d], a few letters each; None where nothing tells it."""
        if self.across is not None:
            return [self._mixture(float(s)) for s in codes[:, -1]]
        return votes(self.trained, codes)

    def _mixture(self, s: float) -> str:
        nearest = min(max(round(s), 0), len(self.labels) - 1)
        return _vote(self.trained.class_name(self.labels[nearest]), 1 - round(abs(s - nearest), 2))


def measured(route: Route, kind: str) -> MeasuredPath:
    """Return the path of a kind of `NAMES` along a route."""
    own = cache.identity(route.trained)
    make = _shortest if kind == "geodesic" else _plain
    return MeasuredPath(*make(own, kind, route.stops, route.labels, route.unsure, route))


def magnification(
    trained: TrainedModel, centre: tuple[float, float], half: float, unsure: bool
) -> NDArray[np.float32]:
    """Return log10 of the magnification factor over a square of the plane, [n, n], the top row the largest z2."""
    return _magnification(cache.identity(trained), centre, half, unsure, trained)


def votes(trained: TrainedModel, codes: Codes) -> list[str] | None:
    """Return what the nearest held-out codes say is shown at codes [N, d], a few letters each; None without classes.

    One class of a conditional model shows that class everywhere.
    """
    found = places.votes(trained, codes)
    if found is None:
        return None
    return [_vote(trained.class_name(int(label)), float(share)) for label, share in zip(*found, strict=True)]


def _vote(name: str, share: float) -> str:
    # The space before the sign must not break: the words stand under small images.
    return name if share == 1 else f"{name} ·\N{NO-BREAK SPACE}{100 * share:.0f}\N{NO-BREAK SPACE}%"


@functools.lru_cache(maxsize=32)
def _across(whole: TrainedModel, labels: tuple[int, ...]) -> AcrossClasses:
    return AcrossClasses(whole, labels)


@functools.lru_cache(maxsize=16)
def surface(trained: TrainedModel, unsure: bool) -> Surface:
    """Return the surface of a model's mean images, or with their uncertainty on the data and off it beside them."""
    mean = trained.surface()
    if not unsure:
        return mean
    if trained.has_likelihood:
        mean = mean.beside(trained.pixel_sd_surface())
    return mean.beside(off_data(_codes(trained), int(np.prod(trained.image_shape))).surface())


def _codes(trained: TrainedModel) -> Codes:
    """Return codes of data [N, d]: of held-out images, or draws from the prior that a generator was fitted on."""
    if len(trained.latent_map.mu):
        return trained.latent_map.mu
    rng = np.random.default_rng(0)
    return rng.standard_normal((DRAWS, trained.latent_dim)).astype(np.float32)


@st.cache_resource(max_entries=16, show_spinner="Measuring how the image changes over the map…")
def _graph(own: str, unsure: bool, _trained: TrainedModel) -> Graph | None:
    return start_graph(surface(_trained, unsure), _codes(_trained))


@st.cache_data(max_entries=256, show_spinner="Looking for the shortest path…")
def _shortest(
    own: str, kind: str, stops: Codes, labels: tuple[int, ...], unsure: bool, _route: Route
) -> tuple[Codes, float, float, str]:
    around, decoder = _route.surface, _route.decoder
    graph = _graph(cache.identity(decoder), unsure, decoder) if isinstance(decoder, TrainedModel) else None
    found = through(around, _route.ends, graph=graph)
    legs = [
        even(around, found.path[first : last + 1], FINE) for first, last in itertools.pairwise(found.stops)
    ]
    note = "" if found.converged else "The search was not finished: this is the best so far."
    if found.kept == "straight":
        note = "No path shorter than the straight line was found."
    return _joined(legs), found.length, found.energy, note


@st.cache_data(max_entries=256, show_spinner=False)
def _plain(
    own: str, kind: str, stops: Codes, labels: tuple[int, ...], unsure: bool, _route: Route
) -> tuple[Codes, float, float, str]:
    d, around = stops.shape[1], _route.surface

    def line(a: Codes, b: Codes, n: int) -> Codes:
        if kind == "lerp":
            return lerp(a, b, n)
        # An arc in z; the class changes evenly.
        return (
            np.concatenate([slerp(a[:d], b[:d], n), lerp(a[d:], b[d:], n)], axis=1)
            if len(a) > d
            else slerp(a, b, n)
        )

    # As many points as a geodesic has, so that both are measured at the same places.
    legs = [line(a, b, 17) for a, b in itertools.pairwise(_route.ends)]
    fine = [line(a, b, FINE) for a, b in itertools.pairwise(_route.ends)]
    spent = sum(energy(around, leg) for leg in legs) * len(legs)
    return _joined(fine), sum(length(around, leg) for leg in legs), spent, ""


@st.cache_data(max_entries=16, show_spinner="Measuring how the image changes over the map…")
def _magnification(
    own: str, centre: tuple[float, float], half: float, unsure: bool, _trained: TrainedModel
) -> NDArray[np.float32]:
    cells = square_grid(centre, half, HEAT_SIDE).points.reshape(HEAT_SIDE, HEAT_SIDE, 2)
    return magnification_field(cells, surface(_trained, unsure).metric, np.eye(2))


def _joined(legs: list[Codes]) -> Codes:
    """Return FINE codes along stretches [m, d] of equal duration."""
    return _between(np.concatenate([legs[0], *(leg[1:] for leg in legs[1:])]), FINE)


def _between(codes: Codes, n: int) -> Codes:
    """Return n codes on a path [m, d] of even pace."""
    at = np.linspace(0, len(codes) - 1, n)
    start = np.minimum(at.astype(np.int64), len(codes) - 2)
    share = (at - start)[:, None].astype(np.float32)
    found: Codes = (1 - share) * codes[start] + share * codes[start + 1]
    found[0], found[-1] = codes[0], codes[-1]
    return found
