"""Directions in a latent space: the groups of images that they are made of, and the sliders that go along them."""
