"""Explain: the ideas of image classification at work on one's own network and image."""
