"""Measures of a latent space: pure functions over codes and labels that know no model."""

from vae_core.metrics.holes import nearest_distances, off_data_share
from vae_core.metrics.neighbours import knn_accuracy
from vae_core.metrics.posterior import active_units, kl_per_dimension

__all__ = ["active_units", "kl_per_dimension", "knn_accuracy", "nearest_distances", "off_data_share"]
