"""Operations on latent codes: pure functions over arrays that know no model."""

from vae_core.latent.code_paths import swapped
from vae_core.latent.geodesics import Geodesic, geodesic, shortest_paths, through
from vae_core.latent.graphs import Graph, start_graph
from vae_core.latent.grids import bilinear, plane_grid, prior_grid, tile
from vae_core.latent.lengths import energy, even, length, steps
from vae_core.latent.paths import lerp, slerp
from vae_core.latent.projection import Plane, axes_plane, pca_plane
from vae_core.latent.surfaces import Surface
from vae_core.latent.traversals import traverse
from vae_core.latent.uncertainty import OffData, off_data

__all__ = [
    "Geodesic",
    "Graph",
    "OffData",
    "Plane",
    "Surface",
    "axes_plane",
    "bilinear",
    "energy",
    "even",
    "geodesic",
    "length",
    "lerp",
    "off_data",
    "pca_plane",
    "plane_grid",
    "prior_grid",
    "shortest_paths",
    "slerp",
    "start_graph",
    "steps",
    "swapped",
    "through",
    "tile",
    "traverse",
]
