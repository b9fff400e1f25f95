"""The app: pages that let a person see, move through and train a variational autoencoder. Imports no torch."""

import os

# Read once, when the arithmetic library loads. Idle worker threads that spin instead of sleeping take the processor
# from the page and from other people's training: measured here, 0.6 to 2.7 thousand images/s against 40 thousand.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
