"""Measures of a latent space: pure functions over codes and labels that know no model."""

from vae_core.metrics.aggregate import KLTerms, kl_terms, mmd_squared
from vae_core.metrics.agreement import class_agreement
from vae_core.metrics.continuity import Completeness, longest_step_ratio, prior_completeness
from vae_core.metrics.disentanglement import DCI, dci, information_gaps, mig, mutual_information
from vae_core.metrics.factor_vae import factor_vae_score
from vae_core.metrics.frechet import classifier_frechet_distance
from vae_core.metrics.holes import nearest_distances, off_data_share
from vae_core.metrics.image_quality import gradient_energy_ratio, mse, psnr, ssim
from vae_core.metrics.map_quality import neighbour_continuity, trustworthiness
from vae_core.metrics.neighbours import knn_accuracy, knn_votes
from vae_core.metrics.posterior import active_units, kl_per_dimension
from vae_core.metrics.probe import linear_probe_accuracy

__all__ = [
    "DCI",
    "Completeness",
    "KLTerms",
    "active_units",
    "class_agreement",
    "classifier_frechet_distance",
    "dci",
    "factor_vae_score",
    "gradient_energy_ratio",
    "information_gaps",
    "kl_per_dimension",
    "kl_terms",
    "knn_accuracy",
    "knn_votes",
    "linear_probe_accuracy",
    "longest_step_ratio",
    "mig",
    "mmd_squared",
    "mse",
    "mutual_information",
    "nearest_distances",
    "neighbour_continuity",
    "off_data_share",
    "prior_completeness",
    "psnr",
    "ssim",
    "trustworthiness",
]
