"""Layers' specifications → Keras."""
