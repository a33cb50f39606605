"""The ideas of image classification as pure functions, for the views of the Explain page."""
