"""The app: pages that let a person see, move through and train a variational autoencoder. Imports no torch."""
