"""What a trained model is good for, and where it fails: pure functions over a model and images."""

from vae_core.applications.anomaly import auroc, surprise
from vae_core.applications.compress import bits, log_level_mass, png_bits
from vae_core.applications.denoise import denoise, with_noise
from vae_core.applications.impute import impute

__all__ = ["auroc", "bits", "denoise", "impute", "log_level_mass", "png_bits", "surprise", "with_noise"]
