"""A training without TensorFlow: prepared images, batches, the estimate, the coach."""
