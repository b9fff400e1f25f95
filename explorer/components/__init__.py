"""Streamlit components: thin adapters around ``vae_core.web``, and the check of what a browser sends back."""
