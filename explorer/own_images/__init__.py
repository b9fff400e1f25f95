"""Images of people's own: single ones as inputs, and whole data sets."""
