"""The Preprocess page."""
