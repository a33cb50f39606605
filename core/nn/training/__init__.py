"""One training with Keras."""
