"""The app: a person sees, drags, compares and understands models that `vae_core` trains and serves."""
