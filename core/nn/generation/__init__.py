"""Training networks that make images, and asking them for samples."""
