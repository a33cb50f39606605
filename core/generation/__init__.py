"""Networks that make images: what they are, what they draw from, how good their samples are; no TensorFlow."""
