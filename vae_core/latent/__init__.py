"""Operations on latent codes: pure functions over arrays that know no model."""

from vae_core.latent.code_paths import swapped
from vae_core.latent.grids import plane_grid, prior_grid, tile
from vae_core.latent.paths import lerp, slerp
from vae_core.latent.projection import Plane, axes_plane, pca_plane
from vae_core.latent.traversals import traverse

__all__ = [
    "Plane",
    "axes_plane",
    "lerp",
    "pca_plane",
    "plane_grid",
    "prior_grid",
    "slerp",
    "swapped",
    "tile",
    "traverse",
]
