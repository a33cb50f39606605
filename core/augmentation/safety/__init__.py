"""Whether an augmentation is safe: what it costs a finished run."""
