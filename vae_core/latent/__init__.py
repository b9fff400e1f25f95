"""Operations on latent codes: pure functions over arrays that know no model."""

from vae_core.latent.code_paths import swapped
from vae_core.latent.directions import (
    Confidence,
    analogy,
    attribute_vector,
    confidence,
    nearest_codes,
    orthogonalised,
)
from vae_core.latent.fields import (
    Grid,
    class_field,
    decoded_field,
    distance_field,
    log_aggregate,
    log_density_ratio,
    magnification_field,
    plane_covariances,
    regression_field,
    scott_bandwidth,
    square_grid,
)
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
    "Confidence",
    "Geodesic",
    "Graph",
    "Grid",
    "OffData",
    "Plane",
    "Surface",
    "analogy",
    "attribute_vector",
    "axes_plane",
    "bilinear",
    "class_field",
    "confidence",
    "decoded_field",
    "distance_field",
    "energy",
    "even",
    "geodesic",
    "length",
    "lerp",
    "log_aggregate",
    "log_density_ratio",
    "magnification_field",
    "nearest_codes",
    "off_data",
    "orthogonalised",
    "pca_plane",
    "plane_covariances",
    "plane_grid",
    "prior_grid",
    "regression_field",
    "scott_bandwidth",
    "shortest_paths",
    "slerp",
    "square_grid",
    "start_graph",
    "steps",
    "swapped",
    "through",
    "tile",
    "traverse",
]
